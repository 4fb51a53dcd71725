// One command of each kind, as the engine would give them.
import type {
  BookPayout,
  CancelOrder,
  CreateCreditInvoice,
  CreateInvoice,
  CreateOrder,
  RegisterPayment,
} from "../../../src/domain/commands.ts";
import { ORDER } from "./kit.ts";

export const COMPANY_ORDER: CreateOrder = {
  ...ORDER,
  orderNumber: "QL-778813",
  customer: {
    form: "company",
    companyName: "Blåbär & Söner AB",
    firstName: "Zoë",
    lastName: "Sjö",
    email: "info@example.com",
    organisationNumber: "556677-8899",
    vatNumber: "SE556677889901",
    language: "fr",
  },
  billing: { companyName: "Blåbär & Söner AB", street: "Box 7", postalCode: "11122", city: "Stockholm", country: "SE" },
  shipping: {},
  rows: ORDER.rows.slice(0, 1),
  totalMinor: 19800,
};

export const CANCEL: CancelOrder = { kind: "cancel_order", erpOrderNumber: "50012", reason: "Ångrad; av kund" };

export const INVOICE: CreateInvoice = {
  kind: "create_invoice",
  erpOrderNumber: "50012",
  externalNumber: "inv-1",
  date: "2026-01-05",
  currency: "SEK",
  rows: [
    { line: "1", articleNumber: "SKU-1", quantity: 1, unitPriceMinor: 9900, vatRateBps: 2500 },
    { line: "2", articleNumber: "FRAKT", quantity: 1, unitPriceMinor: 4900, vatRateBps: 2500 },
  ],
  totalMinor: 14800,
};

export const CREDIT: CreateCreditInvoice = {
  kind: "create_credit_invoice",
  erpOrderNumber: "50012",
  invoiceNumber: "90031",
  externalNumber: "crd-1",
  date: "2026-01-07",
  currency: "SEK",
  reason: "Retur",
  rows: [
    {
      articleNumber: "SKU-1",
      description: "Kopp",
      quantity: 1,
      unitPriceMinor: 9900,
      vatRateBps: 2500,
      kind: "product",
    },
  ],
  totalMinor: 9900,
};

export const PAYMENT: RegisterPayment = {
  kind: "register_payment",
  invoiceNumber: "90044",
  date: "2026-01-07",
  amountMinor: -9900,
  currency: "SEK",
  reference: "QLIRO-4510023",
  externalNumber: "pmt-1",
};

/** The worked example of reference/specter.md C3. */
export const PAYOUT: BookPayout = {
  kind: "book_payout",
  externalNumber: "qliro-2026-01-05-778",
  source: "qliro",
  date: "2026-01-05",
  currency: "SEK",
  bankAmountMinor: 238934,
  rows: [
    { kind: "bank_payment", invoiceNumber: "42580", amountMinor: 238934, account: "1930", reference: "QLIRO-4510023" },
    { kind: "cost", invoiceNumber: "42580", amountMinor: 3653, account: "6570", reference: "QLIRO-4510023" },
    { kind: "cost_vat", invoiceNumber: null, amountMinor: 913, account: "2641", reference: "" },
  ],
  voucher: [],
};
