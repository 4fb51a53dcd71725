// What is done with one payout, step by step: match, search the ERP, plan the vouchers, judge, book, settle. Where it
// stands is written in its row, so that an eviction anywhere costs at most one step.
import { problem } from "../domain/errors.ts";
import type { ConnectionId } from "../domain/ids.ts";
import { judgeFooting } from "../domain/payout-footing.ts";
import { proofOfSorted } from "../domain/payout-proof.ts";
import { addDays, localDate } from "../domain/schedule.ts";
import type { Books, Core } from "./books.ts";
import { dropJob, type JobRow, rescheduleJob, wantJob } from "./jobs.ts";
import { commandNext, commandState, markPartBooked, withdrawBooking } from "./payout-booking.ts";
import { isChangedByProvider } from "./payout-changes.ts";
import { MOVED, matchPage } from "./payout-match.ts";
import { partsOfVersion, planPart, vouchersOf } from "./payout-plan.ts";
import { searchErp } from "./payout-search.ts";
import { settlePage } from "./payout-settle.ts";
import {
  allLines,
  countedLines,
  hasChoices,
  headerOf,
  lineOf,
  openLines,
  PAGE_LINES,
  type PayoutRow,
  payoutUnderWay,
  readPayout,
  stateOf,
  updatePayout,
} from "./payout-store.ts";
import type { Link, Runtime } from "./runtime.ts";
import { addTask, endTask } from "./task-store.ts";

export const payoutsKey = (connectionId: string): string => `payouts:${connectionId}`;

/** Whether a payout may be looked at anew: nothing of its version is at the ERP, or on its way there. */
export function isFree(books: Books, payout: PayoutRow): boolean {
  if (payout.stage === "book" || payout.stage === "settle") return false;
  if (payout.stage !== "await") return true;
  const parts = partsOfVersion(books, payout.id, payout.version);
  return parts.every((part) => part.state !== "booked") && commandState(books, payout) === "refused";
}

/** Looks at a payout anew: its lines are matched, and it is booked when nothing is open. */
export function wantReconciled(core: Core, payout: PayoutRow): void {
  if (!isFree(core.books, payout)) return;
  if (payout.stage === "await") withdrawBooking(core, payout);
  updatePayout(core, payout.id, {
    stage: "match",
    cursor: "",
    progress: 0,
    moved: MOVED.nothing,
    revision: payout.revision + 1,
  });
  wantJob(core, payoutsKey(payout.connectionId), core.ports.now());
}

export type PayoutStep = { kind: "ended" } | { kind: "unauthorized"; connectionId: ConnectionId; detail: string };

/** Does one step of the payout that is under way at a connection. */
export async function stepPayouts(core: Core, runtime: Runtime, job: JobRow): Promise<PayoutStep> {
  const connectionId = job.key.slice("payouts:".length) as ConnectionId;
  const payout = payoutUnderWay(core.books, connectionId);
  const link = runtime.links.get(connectionId);
  if (!payout || !link) {
    dropJob(core.books, job.key);
    return { kind: "ended" };
  }
  const stepped = await step(core, runtime, link, payout);
  if (stepped.kind === "unauthorized") {
    core.storage.transactionSync(() => next(core, payout, "plan"));
  }
  // A large payout rings for each page: a fresh allowance of processor time, and room for webhooks in between.
  const pauseMs = payout.lineCount > PAGE_LINES ? 1 : 0;
  rescheduleJob(core, job.key, core.ports.now() + Math.max(pauseMs, stepped.kind === "later" ? stepped.afterMs : 0));
  return stepped.kind === "unauthorized" ? stepped : { kind: "ended" };
}

type Stepped = { kind: "on" } | { kind: "later"; afterMs: number } | Extract<PayoutStep, { kind: "unauthorized" }>;
const ON: Stepped = { kind: "on" };

function next(core: Core, payout: PayoutRow, stage: PayoutRow["stage"], to: Partial<PayoutRow> = {}): void {
  updatePayout(core, payout.id, { stage, cursor: "", progress: 0, moved: MOVED.nothing, ...to });
}

async function step(core: Core, runtime: Runtime, link: Link, payout: PayoutRow): Promise<Stepped> {
  const sync = (work: () => void): Stepped => {
    core.storage.transactionSync(work);
    return ON;
  };
  switch (payout.stage) {
    case "match":
      return sync(() => stepMatch(core, runtime, link, payout));
    case "search": {
      const searched = await searchErp(core, runtime, link, payout);
      switch (searched.kind) {
        case "page":
          return sync(() => updatePayout(core, payout.id, { cursor: searched.cursor, moved: searched.found ? 1 : 0 }));
        case "ended":
          return sync(() => next(core, payout, searched.found ? "match" : "plan", { cursor: "" }));
        case "later":
        case "unauthorized":
          return searched;
        default:
          return searched satisfies never;
      }
    }
    case "plan":
      return sync(() => stepPlan(core, runtime, link, payout));
    case "judge":
      await judge(core, runtime, payout);
      return ON;
    case "book":
      return sync(() => commandNext(core, runtime, link, payout));
    case "settle":
      return sync(() => settlePage(core, payout));
    case "idle":
    case "await":
      return ON;
    default:
      return payout.stage satisfies never;
  }
}

function stepMatch(core: Core, runtime: Runtime, link: Link, payout: PayoutRow): void {
  if (payout.cursor === "" && payout.progress === 0) {
    const footed = judgeFooting(headerOf(payout), countedLines(core.books, payout));
    if (!footed.ok) {
      next(core, payout, "judge", { state: "stopped", code: footed.error.code, detail: footed.error.detail });
      return;
    }
  }
  const tolerance = runtime.config.settlementAccounts?.roundingToleranceMinor ?? 0;
  const { cursor, lines, moved } = matchPage(core, link, payout, tolerance);
  const all = Math.max(payout.moved, moved);
  if (cursor !== null) updatePayout(core, payout.id, { cursor, progress: payout.progress + lines, moved: all });
  else if (all === MOVED.lost || (all === MOVED.taken && hasChoices(core.books, payout.id)))
    next(core, payout, "match", { progress: 1 });
  else next(core, payout, "search", { state: "open", code: null, detail: null });
}

function stepPlan(core: Core, runtime: Runtime, link: Link, payout: PayoutRow): void {
  if (payout.cursor === "" && openLines(core.books, payout.id).open > 0) {
    next(core, payout, "judge");
    return;
  }
  if (!runtime.policy.accounting) {
    next(core, payout, "judge", {
      state: "stopped",
      code: "CONNECTION_MISSING",
      detail: "No ERP is connected to book in.",
    });
    return;
  }
  const planned = planPart(core, runtime, link, payout);
  if (!planned.ok)
    next(core, payout, "judge", { state: "stopped", code: planned.error.code, detail: planned.error.detail });
  else if (planned.value.last) next(core, payout, "judge");
  else
    updatePayout(core, payout.id, {
      cursor: planned.value.upTo,
      progress: payout.progress + planned.value.lines,
    });
}

/** Proves the payout as it stands, and says what comes next. */
async function judge(core: Core, runtime: Runtime, payout: PayoutRow): Promise<void> {
  const { books } = core;
  const { open, unexpected } = openLines(books, payout.id);
  const planned = open === 0 && payout.state !== "stopped";
  const lines = function* () {
    for (const row of allLines(books, payout.id))
      yield { line: lineOf(row), state: stateOf(row), match: row.outcome?.match ?? null };
  };
  const proven = await proofOfSorted({
    header: headerOf(payout),
    lines: lines(),
    voucher: planned ? vouchersOf(books, payout) : null,
  });
  core.storage.transactionSync(() => {
    const current = readPayout(books, payout.id);
    if (!current || current.revision !== payout.revision || current.stage !== "judge") return;
    const first = planned ? vouchersOf(books, payout).next().value : undefined;
    const facts = {
      linesTotalMinor: proven.linesTotalMinor,
      matchedTotalMinor: proven.matchedTotalMinor,
      openTotalMinor: proven.openTotalMinor,
      balanced: proven.balanced,
      hash: proven.hash,
      ...(planned && payout.bookedVersion === 0 ? { voucher: first ?? [] } : {}),
    };
    if (payout.state === "stopped") next(core, payout, "idle", facts);
    else if (open > 0) {
      const code = unexpected > 0 ? "PAYOUT_LINES_OPEN" : "PAYOUT_LINE_EXPECTED";
      const detail = `${open} of ${payout.lineCount} lines are open.`;
      next(core, payout, "idle", { ...facts, state: "open", code, detail });
      callForHelp(core, runtime, payout, open);
    } else {
      endTask(core, payout.id, AGED);
      const asked = runtime.config.settlementAccounts?.requireApproval || isChangedByProvider(books, payout);
      if (asked && current.approvedHash !== proven.hash) {
        const detail = `Proof ${proven.hash.slice(0, 12)}.`;
        next(core, payout, "idle", { ...facts, state: "open", code: "PAYOUT_AWAITS_APPROVAL", detail });
      } else next(core, payout, "book", { ...facts, state: "open", code: null, detail: null });
    }
  });
}

const AGED = "aged";
const EXPECTED_NIGHTS = 7;

/** Lines that stay open night after night become a task. */
function callForHelp(core: Core, runtime: Runtime, payout: PayoutRow, open: number): void {
  const nights = runtime.config.settlementAccounts?.expectedNightsMax ?? EXPECTED_NIGHTS;
  if (localDate(core.ports.now(), runtime.config.timezone) < addDays(payout.date, nights)) return;
  const detail = `Payout ${payout.reference} of ${payout.date}: ${open} lines are open after ${nights} nights.`;
  addTask(core, payout.id, { key: AGED, problem: problem("PAYOUT_LINE_OVERDUE", detail) });
}

/** The booking command ended well. Call inside a transaction. */
export function markBooked(core: Core, _runtime: Runtime, payoutId: string, voucherNumber: string): void {
  const payout = readPayout(core.books, payoutId);
  if (!payout) return;
  markPartBooked(core, payout, voucherNumber);
  wantJob(core, payoutsKey(payout.connectionId), core.ports.now());
}
