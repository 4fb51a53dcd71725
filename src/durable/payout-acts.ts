// What people do about payout lines: settle one, settle those like it, confirm, take back, approve. Every act is
// appended; what is in the ERP is never changed, only followed by counter-entries.
import { type Problem, problem } from "../domain/errors.ts";
import type { ConnectionId } from "../domain/ids.ts";
import { type Claim, claimsOf, DECIDED_PRIORITY } from "../domain/payout-claims.ts";
import { type Resolved, resolveLine } from "../domain/payout-resolution.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { LineOutcome } from "../domain/settlement.ts";
import type { Core } from "./books.ts";
import { wantJob } from "./jobs.ts";
import { appendAct, readAct } from "./payout-act-store.ts";
import { bookedBefore, writeChange } from "./payout-changes.ts";
import { claimsOfLine, holdersOf, releaseClaims, takeClaims } from "./payout-claim-store.ts";
import { type NoteInput, type ResolveInput, resolutionOf, type Scene } from "./payout-scene.ts";
import { similarLines } from "./payout-similar.ts";
import {
  isDecided,
  isOpen,
  lineOf,
  type PayoutLineRow,
  type PayoutRow,
  readLine,
  readPayout,
  setLine,
  updatePayout,
} from "./payout-store.ts";
import { isFree, payoutsKey, wantReconciled } from "./reconcile.ts";
import type { Runtime } from "./runtime.ts";

type Done = Result<{ applied: number }, Problem>;

function sceneOf(core: Core, runtime: Runtime, payoutId: string, actor: string): Result<Scene, Problem> {
  const payout = readPayout(core.books, payoutId);
  const link = payout ? runtime.links.get(payout.connectionId as ConnectionId) : undefined;
  if (!payout) return err(problem("NOT_FOUND", `No payout ${payoutId}.`));
  if (!link) return err(problem("CONNECTION_MISSING", "The connection of the payout was removed."));
  if (payout.version === 0 || !isFree(core.books, payout))
    return err(problem("CONFLICT", "The payout is being fetched or booked just now; try again when that is done."));
  return ok({ core, runtime, link, payout, actor });
}

function lineIn({ core, payout }: Scene, lineId: string): Result<PayoutLineRow, Problem> {
  const row = readLine(core.books, payout.id, lineId);
  return row ? ok(row) : err(problem("NOT_FOUND", `No line ${lineId}.`));
}

const inTransaction = <T>(core: Core, act: () => Result<T, Problem>): Result<T, Problem> =>
  core.storage.transactionSync(act);

/** Settles a line as a person says, and on wish all open lines that are like it. */
export const resolve = (
  core: Core,
  runtime: Runtime,
  payoutId: string,
  lineId: string,
  input: ResolveInput,
  actor: string,
): Done =>
  inTransaction(core, () => {
    const scene = sceneOf(core, runtime, payoutId, actor);
    if (!scene.ok) return scene;
    const row = lineIn(scene.value, lineId);
    if (!row.ok) return row;
    const resolved = resolutionOf(scene.value, row.value, input);
    if (!resolved.ok) return resolved;
    const others = input.applyToSimilar ? similarLines(scene.value, row.value, input) : ok([]);
    if (!others.ok) return others;
    const all = [{ row: row.value, resolved: resolved.value }, ...others.value];
    const exposedMinor = all.reduce((sum, each) => sum + each.resolved.exposedMinor, 0);
    const limit = runtime.config.settlementAccounts?.writeOffLimitMinor;
    const proposed = limit !== undefined && exposedMinor > limit;
    let rule: number | null = null;
    for (const each of all) {
      const number: number = proposed
        ? propose(scene.value, each.row, each.resolved, input, rule)
        : apply(scene.value, each.row, each.resolved, { action: input.action, note: input.note, ruleOf: rule });
      rule ??= number;
    }
    if (!proposed) again(scene.value);
    return ok({ applied: all.length });
  });

function propose(
  { core, payout, actor }: Scene,
  row: PayoutLineRow,
  resolved: Resolved,
  input: ResolveInput,
  ruleOf: number | null,
): number {
  const { outcome } = resolved;
  const number = appendAct(core, {
    payoutId: payout.id,
    actor,
    action: `propose ${input.action}`,
    lineId: row.externalId,
    note: input.note,
    before: stateBefore(row),
    after: { state: outcome.state, reason: outcome.reason, outcome },
    ruleOf,
  });
  setLine(core.books, row, { proposal: { act: number, actor, outcome, shared: resolved.shared } });
  return number;
}

const stateBefore = ({ state, reason, outcome }: PayoutLineRow) => ({ state, reason, outcome });

interface Told {
  action: string;
  note: string;
  ruleOf: number | null;
}

/** Writes a decision down and takes the claims it needs. */
function apply(
  scene: Scene,
  row: PayoutLineRow,
  { outcome, shared }: Omit<Resolved, "exposedMinor">,
  told: Told,
): number {
  const { core, payout, actor } = scene;
  const number = appendAct(core, {
    payoutId: payout.id,
    actor,
    lineId: row.externalId,
    before: stateBefore(row),
    after: { state: outcome.state, reason: outcome.reason, outcome },
    ...told,
  });
  scene.payout = rewrite(scene, row, outcome);
  releaseClaims(core.books, row, claimsOfLine(row));
  const self: Claim = { payoutId: payout.id, lineId: row.externalId, priority: DECIDED_PRIORITY };
  takeClaims(core.books, self, claimsOf(outcome.match, new Set(shared)));
  setLine(core.books, row, { state: outcome.state, reason: outcome.reason, outcome, proposal: null });
  return number;
}

/** A decision about a payout that is in the ERP is a new version of it, whose difference is booked. */
function rewrite({ core, payout }: Scene, row: PayoutLineRow, outcome: LineOutcome): PayoutRow {
  if (payout.bookedVersion === 0) return payout;
  const version = payout.state === "booked" ? payout.version + 1 : payout.version;
  writeChange(core.books, payout.id, version, row, outcome.match);
  updatePayout(core, payout.id, { version, state: "open" });
  return { ...payout, version, state: "open" };
}

const again = ({ core, payout }: Scene): void => {
  const current = readPayout(core.books, payout.id);
  if (current) wantReconciled(core, current);
};

/** The second person agrees. The first one cannot be the second. */
export const confirm = (
  core: Core,
  runtime: Runtime,
  payoutId: string,
  lineId: string,
  { note }: NoteInput,
  actor: string,
): Done =>
  inTransaction(core, () => {
    const scene = sceneOf(core, runtime, payoutId, actor);
    if (!scene.ok) return scene;
    const row = lineIn(scene.value, lineId);
    if (!row.ok) return row;
    const { proposal } = row.value;
    if (!proposal) return err(problem("CONFLICT", "Nothing waits for a second person on this line."));
    if (proposal.actor === actor) return err(problem("FORBIDDEN", "The second person is another one than the first."));
    const { outcome, shared } = proposal;
    if (outcome.match === null) return err(problem("CONFLICT", "The proposal settles nothing."));
    const holders = holdersOf(core.books, claimsOf(outcome.match, new Set(shared)));
    const firm = [...holders.values()].find(
      (holder) => holder.lineId !== lineId && (holder.payoutId !== payoutId || holder.priority === DECIDED_PRIORITY),
    );
    if (firm) return err(problem("CONFLICT", `Line ${firm.lineId} of ${firm.payoutId} settles it meanwhile.`));
    const proposed = readAct(core.books, payoutId, proposal.act);
    apply(
      scene.value,
      row.value,
      { outcome: { ...outcome, match: outcome.match }, shared },
      {
        action: proposed?.action.replace("propose", "confirm") ?? "confirm",
        note,
        ruleOf: proposal.act,
      },
    );
    again(scene.value);
    return ok({ applied: 1 });
  });

/**
 * Takes a decision back. Before booking, the line is looked for again. After it, a counter-entry puts the amount on
 * the difference account until it is decided anew.
 */
export const undo = (
  core: Core,
  runtime: Runtime,
  payoutId: string,
  lineId: string,
  { note }: NoteInput,
  actor: string,
): Done =>
  inTransaction(core, () => {
    const scene = sceneOf(core, runtime, payoutId, actor);
    if (!scene.ok) return scene;
    const row = lineIn(scene.value, lineId);
    if (!row.ok) return row;
    const told: Told = { action: "undo", note, ruleOf: row.value.proposal?.act ?? null };
    if (row.value.proposal) {
      appendAct(core, {
        payoutId,
        actor,
        lineId,
        before: stateBefore(row.value),
        after: stateBefore(row.value),
        ...told,
      });
      setLine(core.books, row.value, { proposal: null });
      return ok({ applied: 1 });
    }
    if (scene.value.payout.bookedVersion > 0) return undoBooked(scene.value, row.value, told);
    if (!isDecided(row.value)) return err(problem("CONFLICT", "Nobody decided about this line."));
    const after = { state: "expected", reason: "Taken back; it is looked for again.", outcome: null };
    appendAct(core, { payoutId, actor, lineId, before: stateBefore(row.value), after, ...told });
    releaseClaims(core.books, row.value, claimsOfLine(row.value));
    setLine(core.books, row.value, after);
    again(scene.value);
    return ok({ applied: 1 });
  });

function undoBooked(scene: Scene, row: PayoutLineRow, told: Told): Done {
  const { core, payout, runtime } = scene;
  const before = bookedBefore(core.books, payout, [row.externalId]).get(row.externalId);
  const restored = before?.match ?? null;
  if (restored) {
    const reason = "As it is booked.";
    const outcome = { state: "resolved" as const, reason, evidence: null, candidates: [], match: restored };
    apply(scene, row, { outcome, shared: [] }, told);
  } else {
    if (isOpen(row.state)) return err(problem("CONFLICT", "The line is open: there is nothing to take back."));
    const foreign = { action: "foreign" } as const;
    const resolved = resolveLine(lineOf(row), [], foreign, runtime.config.settlementAccounts ?? {});
    if (!resolved.ok) return resolved;
    const reason = "Taken back; it stands on the difference account until it is decided anew.";
    apply(scene, row, { ...resolved.value, outcome: { ...resolved.value.outcome, state: "resolved", reason } }, told);
  }
  again(scene);
  return ok({ applied: 1 });
}

/** Approves exactly the voucher that was shown: its proof is named by its hash. */
export const approve = (
  core: Core,
  runtime: Runtime,
  payoutId: string,
  { hash, note }: NoteInput & { hash: string },
  actor: string,
): Done =>
  inTransaction(core, () => {
    const scene = sceneOf(core, runtime, payoutId, actor);
    if (!scene.ok) return scene;
    const { payout } = scene.value;
    if (payout.code !== "PAYOUT_AWAITS_APPROVAL") return err(problem("CONFLICT", "The payout awaits no approval."));
    if (payout.hash !== hash)
      return err(problem("CONFLICT", "The payout changed since it was shown; look at it again."));
    appendAct(core, {
      payoutId,
      actor,
      action: "approve",
      lineId: null,
      note: `${note} (proof ${hash})`,
      before: null,
      after: null,
      ruleOf: null,
    });
    updatePayout(core, payoutId, {
      approvedHash: hash,
      stage: "judge",
      cursor: "",
      progress: 0,
      code: null,
      detail: null,
    });
    wantJob(core, payoutsKey(payout.connectionId), core.ports.now());
    return ok({ applied: 1 });
  });
