// Postings gathered into rows: those of the ERP's payout import, and those of the voucher.
import type { PayoutBookingRow, VoucherRow } from "./commands.ts";
import { addMinor } from "./payout-footing.ts";
import { byText } from "./settlement.ts";
import { documentKey, type Posting, ROLES, type Role } from "./voucher-postings.ts";

/** Rows of the payout import: per document, or per line where there is none; then per kind and account. */
export class ImportRows {
  readonly #rows = new Map<string, PayoutBookingRow>();

  add({ role, account, amountMinor, document: named, lineId, reference, counter }: Posting): void {
    if (role === "receivable" && !counter) return;
    const document = counter ? null : named;
    const kind = role === "bank" ? "bank_payment" : role === "fee VAT" ? "cost_vat" : "cost";
    const owner = document ? documentKey(document) : `${counter ? "counter" : "line"} ${lineId}`;
    const key = JSON.stringify([owner, kind, account]);
    const row = this.#rows.get(key);
    if (row) row.amountMinor = addMinor(row.amountMinor, amountMinor);
    else this.#rows.set(key, { kind, invoiceNumber: document?.number ?? null, amountMinor, account, reference });
  }

  list(): PayoutBookingRow[] {
    return [...this.#rows.values()].filter((row) => row.amountMinor !== 0);
  }
}

/** Voucher rows: one per account and role, and one per document on the receivable. */
export class Voucher {
  readonly #rows = new Map<
    string,
    { role: Role; account: string; number: string; amountMinor: number; text: string }
  >();
  readonly #title: string;

  constructor(title: string) {
    this.#title = title;
  }

  add({ role, account, amountMinor, document, reference }: Posting): void {
    const own = role === "receivable" && document !== null ? document : null;
    const key = JSON.stringify([role, account, own ? documentKey(own) : ""]);
    const row = this.#rows.get(key);
    if (row) {
      row.amountMinor = addMinor(row.amountMinor, amountMinor);
      return;
    }
    const what = own ? `${own.kind === "invoice" ? "invoice" : "credit invoice"} ${own.number} ${reference}` : role;
    const text = role === "bank" ? this.#title : `${this.#title}: ${what}`.trimEnd();
    this.#rows.set(key, { role, account, number: own?.number ?? "", amountMinor, text });
  }

  list(): VoucherRow[] {
    return [...this.#rows.values()]
      .filter((row) => row.amountMinor !== 0)
      .sort(
        (a, b) =>
          ROLES.indexOf(a.role) - ROLES.indexOf(b.role) || byText(a.account, b.account) || byText(a.number, b.number),
      )
      .map(({ account, amountMinor, text }) => ({
        account,
        debitMinor: Math.max(amountMinor, 0),
        creditMinor: Math.max(0 - amountMinor, 0),
        text,
      }));
  }
}
