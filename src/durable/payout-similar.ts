// "Apply the same rule to the others like this": which lines are like it, and what the rule means for each of them.
import { type Problem, problem } from "../domain/errors.ts";
import { claimsOf } from "../domain/payout-claims.ts";
import type { Resolution, Resolved } from "../domain/payout-resolution.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { type ResolveInput, resolutionOf, type Scene, seenCandidates } from "./payout-scene.ts";
import { openLinesAfter, PAGE_LINES, type PayoutLineRow } from "./payout-store.ts";

const LINES_MAX = 5_000;

/** Open lines of the same kind, state and method, settled by the same rule. */
export function similarLines(
  scene: Scene,
  model: PayoutLineRow,
  input: ResolveInput,
): Result<{ row: PayoutLineRow; resolved: Resolved }[], Problem> {
  if (input.action === "split" || (input.action === "write_off" && input.rows))
    return err(problem("VALIDATION_FAILED", "applyToSimilar: a split is about one line only."));
  const found: { row: PayoutLineRow; resolved: Resolved }[] = [];
  let after = "";
  for (;;) {
    const page = openLinesAfter(scene.core.books, scene.payout.id, after, PAGE_LINES);
    for (const row of page) {
      if (row.externalId === model.externalId || !isSimilar(row, model)) continue;
      const rule = ruleFor(scene, row, input);
      const resolved = rule && resolutionOf(scene, row, rule);
      if (resolved?.ok) found.push({ row, resolved: resolved.value });
      if (found.length > LINES_MAX)
        return err(problem("VALIDATION_FAILED", `applyToSimilar: more than ${LINES_MAX} lines at once.`));
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE_LINES) return ok(withoutTwice(found));
    after = last.externalId;
  }
}

const isSimilar = (row: PayoutLineRow, model: PayoutLineRow): boolean =>
  row.type === model.type &&
  row.state === model.state &&
  row.method === model.method &&
  row.proposal === null &&
  Math.sign(row.amountMinor) === Math.sign(model.amountMinor);

/** "Match" means for others: the only candidate, with the same place for the difference. */
function ruleFor(scene: Scene, row: PayoutLineRow, input: ResolveInput): Resolution | null {
  if (input.action !== "match") return input;
  if (input.difference?.kind === "fx") return null;
  const [only, more] = seenCandidates(scene, row).filter((item) => item.settledByPayoutId === null && item.document);
  return only && !more ? { ...input, candidates: [only.entryId] } : null;
}

/** Two lines cannot take the same movement by one rule. */
function withoutTwice(found: { row: PayoutLineRow; resolved: Resolved }[]) {
  const taken = new Set<string>();
  return found.filter(({ resolved }) => {
    const claims = claimsOf(resolved.outcome.match, new Set(resolved.shared));
    if (claims.some((claim) => taken.has(claim))) return false;
    for (const claim of claims) taken.add(claim);
    return true;
  });
}
