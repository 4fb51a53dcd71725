// The vouchers of a payout on their way into the ERP: one at a time, each under its own number, none of them twice.
import { and, desc, eq, gte, lt, ne } from "drizzle-orm";
import { problem } from "../domain/errors.ts";
import { newGuid } from "../domain/ids.ts";
import type { Books, Core } from "./books.ts";
import { numbered } from "./command-store.ts";
import { buildPart, countParts, feesBefore, partIn, partsOfVersion, setPart } from "./payout-plan.ts";
import { finishSettling } from "./payout-settle.ts";
import { type PayoutRow, readPayout, updatePayout } from "./payout-store.ts";
import type { Link, Runtime } from "./runtime.ts";
import { commands } from "./schema.ts";
import { addTask } from "./task-store.ts";

const demandOf = (payout: PayoutRow, part: number): string =>
  `book_payout|v${payout.version}${part > 1 ? `|p${part}` : ""}`;

const isOwn = (payoutId: string) => {
  const from = `cmd_${payoutId.slice(4)}`;
  return and(gte(commands.id, from), lt(commands.id, `${from}~`));
};

/** The payout's commands without what they say: a payload may be large. */
const commandsOf = (books: Books, payoutId: string) =>
  books
    .select({ id: commands.id, demand: commands.demand, state: commands.state, code: commands.code })
    .from(commands)
    .where(isOwn(payoutId))
    .orderBy(desc(commands.id))
    .all();

/** Where the command under way stands: `refused` surely did nothing and waits for a person. */
export function commandState(books: Books, payout: PayoutRow): "none" | "busy" | "refused" {
  const last = commandsOf(books, payout.id).at(0);
  if (!last || last.state === "withdrawn") return "none";
  return last.state === "parked" && last.code !== "RETRIES_EXHAUSTED" ? "refused" : "busy";
}

/** Whether an answer of the ERP is awaited that comes by itself. */
export const isAwaited = (books: Books, payoutId: string): boolean =>
  commandsOf(books, payoutId).some((row) => ["pending", "sending", "unknown", "accepted"].includes(row.state));

/** Takes back a booking that the ERP refused, so that it is made again of what is known now. */
export function withdrawBooking(core: Core, payout: PayoutRow): void {
  core.books
    .update(commands)
    .set({ state: "withdrawn", dueAt: null })
    .where(and(isOwn(payout.id), eq(commands.state, "parked")))
    .run();
  for (const part of partsOfVersion(core.books, payout.id, payout.version))
    if (part.state === "sent") setPart(core.books, part, { state: "planned" });
}

/** Commands the next voucher, or ends the booking when there is none left. Call inside a transaction. */
export function commandNext(core: Core, runtime: Runtime, link: Link, payout: PayoutRow): void {
  const part = partIn(core.books, payout, "planned");
  if (!part) {
    finishBooking(core, payout);
    return;
  }
  const of = countParts(core.books, payout.id, payout.version);
  const range = { ...part, of, fees: feesBefore(core.books, payout, part.part) };
  const built = buildPart(core, runtime, link, payout, range);
  const changed = built.ok && JSON.stringify(built.value.booking.voucher) !== JSON.stringify(part.rows);
  if (!built.ok || changed) {
    // Settings changed since the preview: a voucher that nobody saw is never sent.
    updatePayout(core, payout.id, {
      stage: part.part === 1 ? "match" : "await",
      cursor: "",
      progress: 0,
      moved: 0,
    });
    return;
  }
  const { booking } = built.value;
  if (booking.rows.length === 0 && booking.voucher.length === 0) {
    setPart(core.books, part, { state: "booked" });
    return;
  }
  setPart(core.books, part, { state: "sent" });
  updatePayout(core, payout.id, { stage: "await" });
  insertCommand(core, runtime, payout, demandOf(payout, part.part), booking);
}

function insertCommand(
  core: Core,
  runtime: Runtime,
  payout: PayoutRow,
  demand: string,
  payload: typeof commands.$inferInsert.payload,
): void {
  const { accounting } = runtime.policy;
  const made = commandsOf(core.books, payout.id);
  if (!accounting || made.some((command) => command.demand === demand && command.state !== "withdrawn")) return;
  const gate = accounting.paused ? "CONNECTION_PAUSED" : !accounting.flows.payouts ? "FLOW_DISABLED" : null;
  const manual = gate === null && accounting.manual.includes("book_payout");
  const now = core.ports.now();
  core.books
    .insert(commands)
    .values({
      id: numbered("cmd", payout.id, made.length + 1),
      subject: payout.id,
      demand,
      connectionId: accounting.id,
      kind: "book_payout",
      payload,
      state: gate ? "waiting" : manual ? "manual" : "pending",
      heldBy: gate || manual ? "decide" : null,
      code: gate ?? (manual ? "CAPABILITY_OFF" : null),
      detail: null,
      externalIds: [],
      cause: null,
      requestKey: newGuid(core.ports.random),
      repeatDenied: false,
      attempts: 0,
      lookUps: 0,
      firstAttemptAt: null,
      createdAt: now,
      dueAt: gate || manual ? null : now,
    })
    .run();
  if (manual)
    addTask(core, payout.id, {
      key: `manual:${demand}`,
      problem: problem("CAPABILITY_OFF", `Book payout ${payout.reference} of ${payout.date} as its voucher shows.`),
    });
  core.clock.wakeBy(now);
}

/** The ERP has the voucher that was sent. Call inside a transaction. */
export function markPartBooked(core: Core, payout: PayoutRow, number: string): void {
  const part = partIn(core.books, payout, "sent");
  if (!part || payout.stage !== "await") return;
  setPart(core.books, part, { state: "booked", number });
  forgetPayload(core, payout, demandOf(payout, part.part));
  if (part.part === 1 && payout.bookedVersion === 0) updatePayout(core, payout.id, { voucherNumber: number });
  if (partIn(core.books, payout, "planned")) updatePayout(core, payout.id, { stage: "book" });
  else finishBooking(core, readPayout(core.books, payout.id) ?? payout);
}

/** A large row slows down every search of the outbox; what was booked stands in the voucher. */
const PAYLOAD_ROWS_KEPT = 50;

function forgetPayload(core: Core, payout: PayoutRow, demand: string): void {
  const own = and(isOwn(payout.id), eq(commands.demand, demand), ne(commands.state, "withdrawn"));
  const row = core.books.select({ id: commands.id, payload: commands.payload }).from(commands).where(own).get();
  if (row?.payload.kind !== "book_payout" || row.payload.rows.length <= PAYLOAD_ROWS_KEPT) return;
  const payload = { ...row.payload, rows: [], voucher: [] };
  core.books.update(commands).set({ payload }).where(eq(commands.id, row.id)).run();
}

function finishBooking(core: Core, payout: PayoutRow): void {
  updatePayout(core, payout.id, {
    state: "booked",
    code: null,
    detail: null,
    stage: "settle",
    cursor: "",
    progress: 0,
  });
  finishSettling(core, { ...payout, stage: "settle", cursor: "" });
}
