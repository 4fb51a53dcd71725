// Payments of single invoices: newInvoicePaymentSubmit of "our contract" (reference/specter.md C2).
import { type Answer, done, duplicate, isRefusal, refuse } from "./answers.ts";
import { namedInvoice } from "./invoices.ts";
import type { Parameters } from "./parameters.ts";
import { type Account, take } from "./truth.ts";

/**
 * Answers with the payment id. Parts are allowed, more than the invoice is not (41); the amount is negative on a
 * credit invoice and positive on an invoice (20).
 */
export function newInvoicePaymentSubmit(account: Account, parameters: Parameters): Answer {
  const payment = {
    paymentDate: parameters.date("paymentDate"),
    amountMinor: parameters.minor("amount"),
    currency: parameters.currency("currency"),
    payTypeIdentifier: parameters.text("payTypeIdentifier"),
    paymentReference: parameters.text("paymentReference"),
    externalPaymentId: parameters.text("externalPaymentId"),
  };
  parameters.required("paymentDate");
  parameters.required("currency");
  if (payment.payTypeIdentifier !== "" && !account.payTypes.includes(payment.payTypeIdentifier)) {
    parameters.blame("payTypeIdentifier", "not a payment type here");
  }
  const invoice = namedInvoice(account, parameters, "invoiceId");
  if (isRefusal(invoice)) return invoice;
  const same = (externalPaymentId: string): boolean =>
    externalPaymentId !== "" && externalPaymentId === payment.externalPaymentId;
  const taken = Object.values(account.payments).find((other) => same(other.externalPaymentId));
  if (taken) return duplicate("externalPaymentId", taken.paymentId);
  if (payment.currency !== invoice.currency) return refuse(20, `currency: the invoice is in ${invoice.currency}`);
  if (payment.amountMinor === 0 || payment.amountMinor < 0 !== invoice.credit) {
    return refuse(20, `amount: must be ${invoice.credit ? "below" : "above"} 0`);
  }
  if (Math.abs(invoice.paidMinor + payment.amountMinor) > Math.abs(invoice.totalMinor)) {
    return refuse(41, `Invoice ${invoice.invoiceId} has not so much left to pay`);
  }
  const paymentId = take(account, "paymentId");
  account.payments[paymentId] = { paymentId, invoiceId: invoice.invoiceId, ...payment };
  invoice.paidMinor += payment.amountMinor;
  return done(paymentId);
}
