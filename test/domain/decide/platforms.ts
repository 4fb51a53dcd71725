// A tiny provider and a tiny ERP with a memory of their own: they refuse what cannot be, and show what they have.
import type { Command, ErpLine } from "../../../src/domain/commands.ts";
import type { ConnectionId } from "../../../src/domain/ids.ts";
import type {
  ErpInvoice,
  ErpObservation,
  ErpRow,
  MovementState,
  OrderRow,
  PaymentObservation,
  RowQuantity,
} from "../../../src/domain/observation.ts";
import { priceOf, subtractRows, sumRows } from "../../../src/domain/order.ts";

export const PSP: ConnectionId = "con_psp";
export const ERP: ConnectionId = "con_erp";

const row = (key: string, quantity: number, unitPriceMinor: number, kind: OrderRow["kind"] = "product"): OrderRow => ({
  key,
  kind,
  reference: key,
  description: `Article ${key}`,
  quantity,
  unitPriceMinor,
  vatRateBps: 2500,
});

/** Two hats, one shawl, and shipping: 299.50. */
export const ROWS = [row("HAT", 2, 10_000), row("SHAWL", 1, 5_050), row("SHIP", 1, 4_900, "shipping")];
export const FEE = row("FEE", 1, 1_900, "fee");

export const units = (...parts: [string, number][]): RowQuantity[] =>
  parts.map(([key, quantity]) => ({ key, quantity }));

interface Movement {
  id: string;
  parent: string;
  rows: RowQuantity[];
  amountMinor: number;
  state: MovementState;
  /** Request key of the call that made it; null when a person did. */
  key: string | null;
  failure?: string;
}

const added = (movements: readonly Movement[]): RowQuantity[] =>
  sumRows(movements.filter((m) => m.state !== "failed").map((m) => ({ rows: m.rows, sign: 1 as const })));

const minor = (movements: readonly Movement[]): number =>
  movements.filter((m) => m.state !== "failed").reduce((sum, m) => sum + m.amountMinor, 0);

export class Provider {
  state: PaymentObservation["state"] = "accepted";
  authorizations: { id: string; rows: RowQuantity[] }[];
  captures: Movement[] = [];
  refunds: Movement[] = [];
  releases: Movement[] = [];
  rows: OrderRow[];
  /** Whether captures and refunds name their rows. */
  showsRows = true;
  #next = 1;

  constructor(rows: OrderRow[] = ROWS, authorizations?: RowQuantity[][]) {
    this.rows = rows;
    const parts = authorizations ?? [rows.map(({ key, quantity }) => ({ key, quantity }))];
    this.authorizations = parts.map((part, index) => ({ id: `a${index + 1}`, rows: part }));
  }

  capturable(authorizationId: string): RowQuantity[] {
    const of = (movements: Movement[]) => added(movements.filter((m) => m.parent === authorizationId));
    const authorization = this.authorizations.find((a) => a.id === authorizationId);
    return subtractRows(authorization?.rows ?? [], [of(this.captures), of(this.releases)]);
  }

  refundableMinor(capture: Movement): number {
    return capture.amountMinor - minor(this.refunds.filter((refund) => refund.parent === capture.id));
  }

  /** The id of the capture, or null where the reservation does not cover it. */
  capture(authorizationId: string, rows: RowQuantity[], key: string | null = null, state: MovementState = "succeeded") {
    if (rows.length === 0 || subtractRows(rows, [this.capturable(authorizationId)]).length > 0) return null;
    return this.#add(this.captures, "c", authorizationId, rows, priceOf(this.rows, rows), key, state);
  }

  refund(
    captureId: string,
    rows: RowQuantity[],
    amountMinor = priceOf(this.rows, rows),
    key: string | null = null,
    state: MovementState = "succeeded",
  ) {
    const capture = this.captures.find((c) => c.id === captureId && c.state === "succeeded");
    const authorization = capture?.parent;
    const sameAuthorization = this.captures.filter((c) => c.parent === authorization).map((c) => c.id);
    if (this.refunds.some((r) => r.state === "pending" && sameAuthorization.includes(r.parent))) return null;
    if (!capture || amountMinor <= 0 || amountMinor > this.refundableMinor(capture)) return null;
    const back = added(this.refunds.filter((refund) => refund.parent === captureId));
    if (subtractRows(rows, [subtractRows(capture.rows, [back])]).length > 0) return null;
    return this.#add(this.refunds, "r", captureId, rows, amountMinor, key, state);
  }

  /** Releases what is not captured; the ids of the releases. */
  cancel(key: string | null = null): string[] {
    const ids = this.authorizations.flatMap(({ id }) => {
      const rows = this.capturable(id);
      return rows.length > 0
        ? [this.#add(this.releases, "v", id, rows, priceOf(this.rows, rows), key, "succeeded")]
        : [];
    });
    if (this.captures.every((capture) => capture.state === "failed")) this.state = "cancelled";
    return ids;
  }

  /** What was taken on comes to its end. */
  finish(state: "succeeded" | "failed" = "succeeded"): void {
    for (const movement of [...this.captures, ...this.refunds])
      if (movement.state === "pending") {
        movement.state = state;
        if (state === "failed") movement.failure = "no money";
      }
  }

  capturedMinor = (): number => minor(this.captures);
  refundedMinor = (): number => minor(this.refunds);

  observe(): PaymentObservation {
    const movement = (m: Movement) => ({
      externalId: m.id,
      amountMinor: m.amountMinor,
      state: m.state,
      rows: this.showsRows ? m.rows.map((r) => ({ ...r })) : [],
      ...(m.failure ? { failure: m.failure } : {}),
    });
    return {
      source: "psp",
      connectionId: PSP,
      connector: "qliro",
      externalId: "5452321",
      aliases: [{ type: "qliro.order_id", value: "5452321", tier: 1 }],
      state: this.state,
      currency: "SEK",
      country: "SE",
      customer: { form: "person", firstName: "Test" },
      billing: { country: "SE" },
      shipping: { country: "SE" },
      rows: this.rows.map((r) => ({ ...r })),
      method: "QLIRO_INVOICE",
      merchantReference: "SE-10001",
      placedAt: 1_700_000_000_000,
      authorizations: this.authorizations.map(({ id, rows }) => ({
        externalId: id,
        amountMinor: priceOf(this.rows, rows),
        state: "succeeded",
        rows,
        capturable: this.capturable(id),
        immediate: false,
      })),
      captures: this.captures.map((m) => ({ ...movement(m), authorizationId: m.parent, refundable: [] })),
      refunds: this.refunds.map((m) => ({ ...movement(m), captureId: m.parent })),
      releases: this.releases.map((m) => ({ ...movement(m), authorizationId: m.parent })),
    };
  }

  #add(
    to: Movement[],
    prefix: string,
    parent: string,
    rows: RowQuantity[],
    amountMinor: number,
    key: string | null,
    state: MovementState,
  ): string {
    const id = `${prefix}${this.#next++}`;
    to.push({ id, parent, rows: rows.map(({ key: k, quantity }) => ({ key: k, quantity })), amountMinor, state, key });
    return id;
  }
}

interface Document {
  number: string;
  kind: "invoice" | "credit_invoice";
  original: string | null;
  rows: ErpRow[];
  totalMinor: number;
  key: string | null;
}

interface Line extends ErpLine {
  quantity: number;
  unitPriceMinor: number;
}

export class Ledgers {
  /** Every order ever created: more than one is the worst defect. */
  orders: { number: string; key: string }[] = [];
  lines: Line[] = [];
  state: ErpObservation["state"] = "open";
  paymentType = "QLIRO";
  removed = false;
  documents: Document[] = [];
  delivered: RowQuantity[] = [];
  cancelledBy: string | null = null;
  /** Whether invoices show their rows. */
  showsRows = true;
  #next = 1;

  create(payload: Extract<Command, { kind: "create_order" }>, key: string): { number: string; lines: ErpLine[] } {
    const number = `S${this.orders.length + 1}`;
    this.orders.push({ number, key });
    this.lines = payload.rows.map((r, index) => ({
      line: `L${index + 1}`,
      key: r.key,
      articleNumber: r.articleNumber,
      quantity: r.quantity,
      unitPriceMinor: r.unitPriceMinor,
    }));
    return { number, lines: this.erpLines() };
  }

  erpLines = (): ErpLine[] => this.lines.map(({ line, key, articleNumber }) => ({ line, key, articleNumber }));

  /** What of the order is on no invoice yet. */
  open(): RowQuantity[] {
    return subtractRows(
      this.lines,
      this.documents.filter((d) => d.kind === "invoice").map((d) => this.quantities(d.rows)),
    );
  }

  creditable(invoiceNumber: string): RowQuantity[] {
    const invoice = this.documents.find((d) => d.number === invoiceNumber);
    const credits = this.documents.filter((d) => d.original === invoiceNumber);
    return subtractRows(
      invoice ? this.quantities(invoice.rows) : [],
      credits.map((d) => this.quantities(d.rows)),
    );
  }

  creditableMinor(invoiceNumber: string): number {
    const total = (documents: Document[]) => documents.reduce((sum, d) => sum + d.totalMinor, 0);
    return (
      total(this.documents.filter((d) => d.number === invoiceNumber)) -
      total(this.documents.filter((d) => d.original === invoiceNumber))
    );
  }

  invoice(rows: RowQuantity[], extra: ErpRow[] = [], key: string | null = null): string {
    return this.#document("invoice", null, [...this.rowsOf(rows), ...extra], key);
  }

  credit(invoiceNumber: string, rows: RowQuantity[], key: string | null = null): string {
    return this.#document("credit_invoice", invoiceNumber, this.rowsOf(rows), key);
  }

  /** A credit invoice of an amount, without rows of the order. */
  creditAmount(invoiceNumber: string, totalMinor: number, key: string | null = null): string {
    const row = { line: null, articleNumber: "", quantity: 1, vatRateBps: 2500, totalMinor };
    return this.#document("credit_invoice", invoiceNumber, [row], key);
  }

  invoicedMinor = (kind: Document["kind"] = "invoice"): number =>
    this.documents.filter((d) => d.kind === kind).reduce((sum, d) => sum + d.totalMinor, 0);

  rowsOf(rows: readonly RowQuantity[]): ErpRow[] {
    return rows.flatMap(({ key, quantity }) => {
      const line = this.lines.find((l) => l.key === key);
      if (!line) return [];
      const { articleNumber, unitPriceMinor } = line;
      return [{ line: line.line, articleNumber, quantity, vatRateBps: 2500, totalMinor: quantity * unitPriceMinor }];
    });
  }

  observe(): ErpObservation {
    const invoices = this.documents.map(
      (d): ErpInvoice => ({
        number: d.number,
        kind: d.kind,
        originalNumber: d.original,
        totalMinor: d.totalMinor,
        vatMinor: Math.round(d.totalMinor / 5),
        currency: "SEK",
        date: "2026-01-10",
        rows: this.showsRows ? d.rows.map((r) => ({ ...r })) : null,
      }),
    );
    const number = this.orders[0]?.number ?? "S1";
    return {
      source: "erp",
      connectionId: ERP,
      connector: "specter",
      externalId: number,
      aliases: [{ type: "specter.order_no", value: number, tier: 1 }],
      state: this.state,
      currency: "SEK",
      paymentType: this.paymentType,
      delivery: this.delivered.length > 0 ? "partial" : "none",
      delivered: this.rowsOf(this.delivered),
      invoices,
    };
  }

  quantities(rows: readonly ErpRow[]): RowQuantity[] {
    return rows.flatMap((r) => {
      const line = this.lines.find((l) => l.line === r.line);
      return line ? [{ key: line.key, quantity: r.quantity }] : [];
    });
  }

  #document(kind: Document["kind"], original: string | null, rows: ErpRow[], key: string | null): string {
    const number = `${kind === "invoice" ? "F" : "K"}${this.#next++}`;
    const totalMinor = rows.reduce((sum, r) => sum + r.totalMinor, 0);
    this.documents.push({ number, kind, original, rows, totalMinor, key });
    return number;
  }
}
