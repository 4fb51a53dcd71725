// Answers and refusals as Qliro words them (reference/qliro.md section 6.5).
import type { World } from "../platform.ts";
import type { Transaction } from "./truth.ts";

/** Why something is not done. The status is 400 unless said otherwise. */
export interface Refusal {
  code: string;
  text: string;
  status?: number;
}

export type Done = { ok: true; transactions: Transaction[] } | { ok: false; refusal: Refusal };

export const refuse = (code: string, text: string, status?: number): { ok: false; refusal: Refusal } => ({
  ok: false,
  refusal: status === undefined ? { code, text } : { code, text, status },
});

/** A refusal in the form of a broken rule, as seen in practice: the text is prefixed, only the code is stable. */
export const evaluation = (code: string, property: string, message: string): { ok: false; refusal: Refusal } =>
  refuse(code, `Evaluation, Property: ${property}, Message: ${message}`);

export const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json; charset=utf-8" } });

/** The Admin API calls the text `ErrorMessage`, the Merchant API `DetailedErrorMessage`. */
export function errorAnswer(refusal: Refusal, api: "admin" | "merchant", world: World): Response {
  const field = api === "admin" ? "ErrorMessage" : "DetailedErrorMessage";
  const body = { ErrorCode: refusal.code, [field]: refusal.text, ErrorReference: guid(world) };
  return json(body, refusal.status ?? 400);
}

/** What a mutation answers: acceptance, never the outcome. */
export const accepted = (transactions: readonly Transaction[]): Response =>
  json({ PaymentTransactions: transactions.map((each) => ({ PaymentTransactionId: each.id, Status: each.status })) });

function guid(world: World): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(world.random() * 16).toString(16)).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
