// Invoices that other software made in Specter, found by the references of a payout line.
//
// NOT DOCUMENTED: Specter has no documented search. Our contract C2 reads an order by its external number, so every
// reference is tried as one; the payment reference of the order then has the last word.
import type { PayoutReference } from "../../domain/payout.ts";
import type { FoundDocument, Read } from "../connector.ts";
import { getOrder } from "./api.ts";
import { asStored, tidy } from "./key.ts";
import { toObservation } from "./translate.ts";
import { notUnderstood, type SpecterContext } from "./transport.ts";
import type { SpecterOrder } from "./wire.ts";

/** Reads the order that carries one of the references; its invoices and credit invoices are the documents. */
export async function findDocuments(
  context: SpecterContext,
  references: readonly PayoutReference[],
): Promise<Read<FoundDocument[]>> {
  const tried = new Set<string>();
  for (const { value } of references) {
    const externalOrderNo = tidy(value);
    if (externalOrderNo === "" || tried.has(externalOrderNo)) continue;
    tried.add(externalOrderNo);
    const found = await getOrder(context, { externalOrderNo });
    if (found.kind === "absent") continue;
    if (found.kind !== "found") return found;
    if (saysOtherwise(found.value, references)) continue;
    const observation = toObservation(found.value, context.connectionId);
    if (!observation.ok) return notUnderstood(`getOrder: ${observation.error} is not as agreed`);
    const by = references.filter(
      (reference) => tidy(reference.value) === externalOrderNo || carries(found.value, reference),
    );
    return { kind: "found", value: observation.value.invoices.map((invoice) => documentOf(invoice, by)) };
  }
  return { kind: "absent" };
}

const carries = (order: SpecterOrder, reference: PayoutReference): boolean =>
  order.payTypeReference === asStored(reference.value);

/** An order of the same number that was paid otherwise: numbers of shops and providers may be equal by chance. */
const saysOtherwise = (order: SpecterOrder, references: readonly PayoutReference[]): boolean =>
  order.payTypeReference !== "" && !references.some((reference) => carries(order, reference));

const documentOf = (
  invoice: {
    number: string;
    kind: "invoice" | "credit_invoice";
    totalMinor: number;
    currency: string;
    date: string | null;
  },
  references: PayoutReference[],
): FoundDocument => ({
  kind: invoice.kind,
  number: invoice.number,
  totalMinor: invoice.totalMinor,
  currency: invoice.currency,
  occurredAt: invoice.date === null ? null : Date.parse(`${invoice.date}T12:00:00Z`),
  references,
});
