// The Specter connector, assembled: what people read about it, and the facets the engine uses.
import type { Connector, Read } from "../connector.ts";
import { accounting } from "./accounting.ts";
import { checkAccountSettings, getOrder } from "./api.ts";
import { changes } from "./changes.ts";
import { credentialsSchema, type SpecterCredentials, type SpecterSettings, settingsSchema } from "./config.ts";
import { DEFAULT_ORIGIN, ORIGIN_KEY, type SpecterContext } from "./transport.ts";
import { webhooks } from "./webhook.ts";

const GUIDE = `
Specter issues the **SBM ID**, the **API user** with its key, and the **integration key**. Ask for an API user of
our own: change batches belong to the user, and another integration with the same user would take ours away.

In Specter, first create

- an article for freight, and one each for discounts and rounding if you want them;
- a **payment type of its own** for each payment provider, and enter its code under *payment types*. Orders whose
  payment type is \`fak\` or anything else are not sent to the provider.

To cancel an order use **Cancel order** (the red square). **Delete order** (the bin) is not announced by Specter:
we find such orders later and ask you what to do. Payments are captured when the order is invoiced.
`.trim();

/** Asks for order 0, which no account has: the answer "not found" proves the credentials and changes nothing. */
async function verify(context: SpecterContext): Promise<Read<{ detail: string }>> {
  const scope = context.credentials.readApiUserId === undefined ? "the API user" : "the read user";
  const proven = { kind: "found", value: { detail: `Specter accepts ${scope}` } } as const;
  if (!context.settings.capabilities.getOrder) {
    // Its seed and its answer are an assumption; only that the call exists is known (reference/specter.md section 5).
    const answer = await checkAccountSettings(context);
    if (answer.kind === "ok") return proven;
    if (answer.kind !== "failed") return answer;
    return { kind: "refused", code: "PLATFORM_REFUSED", detail: `checkAccountSettings: code ${answer.code}` };
  }
  const order = await getOrder(context, { orderNo: "0" });
  return order.kind === "absent" || order.kind === "found" ? proven : order;
}

export const specter: Connector<SpecterCredentials, SpecterSettings> = {
  id: "specter",
  kind: "erp",
  name: "Specter",
  flows: ["orders", "invoices", "refunds", "payouts"],
  guide: GUIDE,
  credentials: credentialsSchema,
  settings: settingsSchema,
  origins: [{ key: ORIGIN_KEY, test: DEFAULT_ORIGIN, live: DEFAULT_ORIGIN }],
  // None are published; reference/specter.md section 10 advises these, and one write at a time.
  rateLimit: { requests: 2, perMs: 1000, concurrent: 1 },
  verify,
  webhooks,
  changes,
  accounting,
};
