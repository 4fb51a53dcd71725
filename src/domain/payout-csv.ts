// The records of a payout as rows of a CSV file, and back: the same facts in both formats.
import type { VoucherRow } from "./commands.ts";
import { formatAmount } from "./money.ts";
import type { PayoutRecord } from "./payout-record.ts";

/** Columns of the file. `facts` is the record as JSON: what the check reads. The others are for people. */
export const CSV_COLUMNS = [
  "record",
  "id",
  "type",
  "amount",
  "currency",
  "fee",
  "feeVat",
  "method",
  "reference",
  "state",
  "reason",
  "documents",
  "account",
  "debit",
  "credit",
  "text",
  "facts",
] as const;

type Column = (typeof CSV_COLUMNS)[number];

export const CSV_HEAD = `${CSV_COLUMNS.join(",")}\r\n`;

/** The rows of one record, each ended by CR LF (RFC 4180). `currency` is the payout's. */
export function csvOf(record: PayoutRecord, currency: string): string {
  const facts = JSON.stringify(record);
  switch (record.record) {
    case "header": {
      const { header, state } = record;
      const { externalId: id, reference, date: text } = header;
      return row({
        record: "header",
        id,
        amount: formatAmount(header.paidMinor, currency),
        currency,
        reference,
        state,
        text,
        facts,
      });
    }
    case "line": {
      const { line, state, reason, match } = record;
      const documents = match?.kind === "documents" ? match.documents.map(({ number }) => number).join(" ") : "";
      return row({
        record: "line",
        id: line.externalId,
        type: line.type,
        amount: formatAmount(line.amountMinor, line.currency),
        currency: line.currency,
        fee: formatAmount(line.feeMinor, line.currency),
        feeVat: formatAmount(line.feeVatMinor, line.currency),
        method: line.method,
        reference: line.references.map(({ value }) => value).join(" "),
        state,
        reason,
        documents,
        facts,
      });
    }
    case "voucher":
      return [
        row({
          record: "voucher",
          id: record.number ?? "",
          text: `version ${record.version} part ${record.part}`,
          facts,
        }),
        ...record.rows.map((each) => voucherRow(each, currency)),
      ].join("");
    case "act": {
      const { number, lineId, action, actor, at, note } = record;
      return row({
        record: "act",
        id: String(number),
        reference: lineId ?? "",
        type: action,
        method: actor,
        text: at,
        reason: note,
        facts,
      });
    }
    case "proof":
      return row({
        record: "proof",
        text: record.proof.hash,
        amount: formatAmount(record.proof.linesTotalMinor, currency),
        facts,
      });
    default:
      return record satisfies never;
  }
}

/** Rows of a voucher repeat, for people, what its own row says. */
const voucherRow = ({ account, debitMinor, creditMinor, text }: VoucherRow, currency: string): string =>
  row({
    record: "voucher row",
    account,
    debit: formatAmount(debitMinor, currency),
    credit: formatAmount(creditMinor, currency),
    text,
  });

const row = (cells: Partial<Record<Column, string>>): string =>
  `${CSV_COLUMNS.map((column) => cell(cells[column] ?? "", column)).join(",")}\r\n`;

/** A text that a spreadsheet would take for a formula is marked as text; numbers stay numbers. */
function cell(text: string, column: Column): string {
  const guarded = column !== "facts" && /^[=+@\t\r]|^-(?!\d+(\.\d+)?$)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** The `facts` of a file's rows, one by one, from its text in pieces. Rows without facts are passed over. */
export async function* factsOfCsv(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  const at = CSV_COLUMNS.indexOf("facts");
  let head = true;
  for await (const cells of rowsOfCsv(pieces)) {
    const facts = cells[at] ?? "";
    if (!head && facts !== "") yield facts;
    head = false;
  }
}

async function* rowsOfCsv(pieces: AsyncIterable<string>): AsyncGenerator<string[]> {
  let cells: string[] = [];
  let text = "";
  let quoted = false;
  let closing = false;
  for await (const piece of pieces) {
    for (const character of piece) {
      if (closing && character === '"') {
        text += '"';
        closing = false;
      } else if (quoted && !closing) {
        if (character === '"') closing = true;
        else text += character;
      } else {
        quoted = false;
        closing = false;
        if (character === '"') quoted = true;
        else if (character === ",") {
          cells.push(text);
          text = "";
        } else if (character === "\n") {
          cells.push(text);
          yield cells;
          cells = [];
          text = "";
        } else if (character !== "\r") text += character;
      }
    }
  }
}
