// Which Specter customer an order belongs to: our own map, and the call that creates or updates the customer.
import type { CreateOrder, Outcome } from "../../domain/commands.ts";
import { submitCustomer } from "./api.ts";
import { draftCustomer } from "./customer-fields.ts";
import { hexDigest, tidy } from "./key.ts";
import { personalTexts, refused } from "./refusals.ts";
import type { SpecterContext, WriteAnswer } from "./transport.ts";

export type CustomerAnswer =
  | { kind: "customer"; customerId: string }
  | Exclude<Outcome, { kind: "done" | "accepted" | "unknown" }>;

const ACTION = "newCustomerSubmit";

/**
 * The Specter customer id for an order. Known customers are passed by id and updated (section 9), so that the
 * address is that of this order. A lost answer is `later`, not `unknown`: the order was not sent yet, and sending
 * the customer again matches the first one by e-mail or organisation number.
 */
export async function customerFor(context: SpecterContext, order: CreateOrder): Promise<CustomerAnswer> {
  const memoryKey = await memoryKeyOf(order);
  const known = context.memory.get(memoryKey);
  let answer = await submit(context, order, known);
  if (known !== null && answer?.kind === "failed" && answer.code === "30") {
    // The customer was removed or merged in Specter: what we remembered is worth nothing.
    context.memory.delete(memoryKey);
    answer = await submit(context, order, null);
  }
  if (answer === null)
    return { kind: "refused", code: "PLATFORM_REFUSED", detail: "the customer has neither a company name nor a name" };
  switch (answer.kind) {
    case "ok":
      if (answer.id === "")
        return { kind: "refused", code: "PLATFORM_ANSWER_NOT_UNDERSTOOD", detail: `${ACTION}: no id` };
      context.memory.put(memoryKey, answer.id);
      return { kind: "customer", customerId: answer.id };
    case "failed":
      return refused(answer, {
        action: ACTION,
        fields: Object.keys(draftCustomer(order, false)?.fields ?? {}),
        personal: personalTexts(order),
      });
    case "unknown":
      return { kind: "later", code: "NETWORK_NO_ANSWER", detail: answer.detail };
    default:
      return answer;
  }
}

async function submit(context: SpecterContext, order: CreateOrder, known: string | null): Promise<WriteAnswer | null> {
  const draft = draftCustomer(order, known !== null);
  if (!draft) return null;
  return submitCustomer(context, draft.name, { customerId: known ?? undefined, ...draft.fields });
}

/**
 * Where the map keeps this customer: a SHA-256, so that no personal data is stored. By e-mail; without one by name
 * and postal code, because two people of one name are two customers. A person and a company are never the same.
 */
async function memoryKeyOf({ customer, billing, country }: CreateOrder): Promise<string> {
  const email = tidy(customer.email ?? "");
  const name = [customer.companyName, customer.firstName, customer.lastName, billing.postalCode, country].join("|");
  const identity = `${customer.form}|${customer.organisationNumber ?? ""}|${email === "" ? tidy(name) : email}`;
  return `customer:${await hexDigest("SHA-256", new TextEncoder().encode(identity.toLowerCase()))}`;
}
