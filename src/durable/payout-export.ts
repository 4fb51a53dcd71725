// A payout for download, streamed record by record. The file is cut off when the payout changes meanwhile.
import { CSV_HEAD, csvOf } from "../domain/payout-csv.ts";
import { EXPORT_FORMAT, type PayoutRecord } from "../domain/payout-record.ts";
import type { Books } from "./books.ts";
import { actsOf } from "./payout-act-store.ts";
import { partsOfPayout, readPart } from "./payout-plan.ts";
import { allLines, headerOf, lineOf, openLines, readPayout, stateOf } from "./payout-store.ts";
import { timestamp } from "./view-problem.ts";

const ACTS_MAX = 10_000;
/** Characters per chunk of the stream, about. */
const CHUNK = 64_000;

export function exportPayout(
  books: Books,
  payoutId: string,
  format: "csv" | "json",
): ReadableStream<Uint8Array> | null {
  const payout = readPayout(books, payoutId);
  if (!payout) return null;
  const texts = format === "csv" ? csvTexts(books, payoutId, payout.currency) : jsonTexts(books, payoutId);
  const encoder = new TextEncoder();
  return new ReadableStream({
    type: "bytes",
    pull(controller: ReadableByteStreamController) {
      if (readPayout(books, payoutId)?.revision !== payout.revision) {
        controller.error(new Error("The payout changed while it was exported; download it again."));
        return;
      }
      let text = "";
      while (text.length < CHUNK) {
        const next = texts.next();
        if (next.done) {
          if (text !== "") controller.enqueue(encoder.encode(text));
          controller.close();
          return;
        }
        text += next.value;
      }
      controller.enqueue(encoder.encode(text));
    },
  });
}

function* csvTexts(books: Books, payoutId: string, currency: string): Generator<string> {
  yield CSV_HEAD;
  for (const record of recordsOf(books, payoutId)) yield csvOf(record, currency);
}

/** One JSON document; each record stands on a line of its own, so that it can also be read line by line. */
function* jsonTexts(books: Books, payoutId: string): Generator<string> {
  let before = "[\n";
  for (const record of recordsOf(books, payoutId)) {
    yield `${before}${JSON.stringify(record)}`;
    before = ",\n";
  }
  yield "\n]\n";
}

function* recordsOf(books: Books, payoutId: string): Generator<PayoutRecord> {
  const payout = readPayout(books, payoutId);
  if (!payout) return;
  const proven = openLines(books, payoutId).open === 0 && payout.state !== "stopped" && payout.hash !== "";
  const header = headerOf(payout);
  yield {
    record: "header",
    format: EXPORT_FORMAT,
    payoutId,
    version: payout.version,
    state: payout.state,
    proven,
    header,
  };
  for (const row of allLines(books, payoutId))
    yield {
      record: "line",
      line: lineOf(row),
      state: stateOf(row),
      reason: row.reason,
      match: row.outcome?.match ?? null,
    };
  for (const { version, part, number } of partsOfPayout(books, payoutId)) {
    const rows = readPart(books, payoutId, version, part)?.rows ?? [];
    yield { record: "voucher", version, part, number, current: proven && version === payout.version, rows };
  }
  for (const { number, at, actor, action, lineId, note } of actsOf(books, payoutId, ACTS_MAX).reverse())
    yield { record: "act", number, at: timestamp(at), actor, action, lineId, note };
  const { linesTotalMinor, matchedTotalMinor, openTotalMinor, balanced, hash } = payout;
  yield { record: "proof", proof: { linesTotalMinor, matchedTotalMinor, openTotalMinor, balanced, hash } };
}
