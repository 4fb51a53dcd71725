// Onboarding: what is still missing, and the stages draft → in_review → approved.
import { z } from "@hono/zod-openapi";
import { findConnector } from "../../connectors/registry.ts";
import { type Connection, listConnections } from "../../directory/connections.ts";
import { readSalesAccounts, readSettlementAccounts } from "../../directory/mappings.ts";
import { setStage } from "../../directory/merchants.ts";
import type { Stage } from "../../directory/schema.ts";
import { ok } from "../../domain/result.ts";
import { CONFIGURE, READ } from "../authenticate.ts";
import { planned, reread, save } from "../changes.ts";
import { type MerchantCall, merchantOperation, room } from "../operation.ts";
import { refusal } from "../problem.ts";
import { type Readiness, readiness } from "../readiness.ts";
import { MerchantAnswer, merchantAnswer } from "./merchants.ts";

const tag = "onboarding";

const ReadinessAnswer = z
  .object({
    ready: z.boolean(),
    items: z.array(
      z.object({
        code: z.string(),
        title: z.string(),
        required: z.boolean(),
        done: z.boolean(),
        hint: z.string(),
        connectionId: z.string().optional(),
        problem: z.string().optional(),
      }),
    ),
  })
  .openapi("Readiness");

/** The credentials of a connection as its connector's schema parses them; null where they cannot be read. */
async function credentialsOf(call: MerchantCall, row: Connection): Promise<Record<string, unknown> | null> {
  const connector = findConnector(row.connector, call.deps.connectors);
  const opened = await call.vault.open(row.sealedCredentials, row.id);
  if (!connector || !opened.ok) return null;
  const parsed = connector.credentials.safeParse(JSON.parse(opened.value));
  return parsed.success ? parsed.data : null;
}

async function readinessOf(call: MerchantCall): Promise<Readiness> {
  const { db, merchant } = call;
  const [connections, salesAccounts, settlementAccounts] = await Promise.all([
    listConnections(db, merchant.id),
    readSalesAccounts(db, merchant.id),
    readSettlementAccounts(db, merchant.id),
  ]);
  return readiness({
    country: merchant.country,
    connections,
    salesAccounts,
    settlementAccounts,
    connectors: call.deps.connectors,
    credentialsOf: (row) => credentialsOf(call, row),
  });
}

const read = merchantOperation({
  method: "get",
  path: "/api/v1/merchants/{m}/readiness",
  tag,
  summary: "What is still missing before the merchant can go live",
  may: READ,
  answer: ReadinessAnswer,
  run: async (call) => ok(await readinessOf(call)),
});

async function moveTo(call: MerchantCall, stage: Stage) {
  const before = { stage: call.merchant.stage };
  const plan = planned(call, { action: `stage.${stage}`, subject: call.merchant.id, before, after: { stage } });
  const saved = await save(call, setStage(call.db, plan, stage));
  return saved.ok ? ok(merchantAnswer(await reread(call))) : saved;
}

const review = merchantOperation({
  method: "post",
  path: "/api/v1/merchants/{m}/review",
  tag,
  summary: "Ask for the review: draft becomes in_review",
  may: CONFIGURE,
  answer: MerchantAnswer,
  run: (call) => {
    const { stage } = call.merchant;
    if (stage === "draft") return moveTo(call, "in_review");
    if (stage === "in_review") return ok(merchantAnswer(call.merchant));
    return refusal("STAGE_REQUIRED", "The merchant is approved already; a review is asked for in stage draft.");
  },
});

const approve = merchantOperation({
  method: "post",
  path: "/api/v1/merchants/{m}/approve",
  tag,
  summary: "Approve: in_review becomes approved, once everything required is done",
  may: CONFIGURE,
  answer: MerchantAnswer,
  run: async (call) => {
    const { stage } = call.merchant;
    if (stage === "approved") return ok(merchantAnswer(call.merchant));
    if (stage === "draft")
      return refusal("STAGE_REQUIRED", "The merchant is in stage draft: request the review first.");
    const { ready, items } = await readinessOf(call);
    if (ready) return moveTo(call, "approved");
    const missing = items.filter((item) => item.required && !item.done);
    return refusal(
      "NOT_READY",
      missing.map(({ code, title }) => `${code}: ${title}`).join("; "),
      missing.map(({ code, hint }) => ({ path: code, message: hint })),
    );
  },
});

export const onboarding = room([read, review, approve]);
