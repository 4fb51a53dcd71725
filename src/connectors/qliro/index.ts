// Qliro Checkout: payments, pushes and payouts.
import type { Connector } from "../connector.ts";
import { QLIRO_ORIGIN, verify } from "./api.ts";
import { type QliroCredentials, type QliroSettings, qliroCredentials, qliroSettings } from "./config.ts";
import { payments } from "./payments.ts";
import { payouts } from "./payouts.ts";
import { webhooks } from "./webhook.ts";

const GUIDE = `Qliro gives every merchant account a **Merchant API key** and a **Merchant API secret**, one pair for
test and one for live; both come from Qliro's onboarding contact. Where a merchant has an account per country,
add one connection for each.

Refunds also need the **API Plus** pair. Without it refunds wait and nothing is lost; save the pair and press retry.

**Fee article number**: leave it empty when Qliro captures and credits its fee by itself (*Always Capture Fee*,
*Always Credit Fee*). Otherwise name the ERP article that the fee row shall carry, so that it is captured with the rest.

**Payment reference prefix**: \`QLIRO-\` makes \`12345\` appear as \`QLIRO-12345\` in the ERP.`;

export const qliro: Connector<QliroCredentials, QliroSettings> = {
  id: "qliro",
  kind: "psp",
  name: "Qliro",
  flows: ["orders", "invoices", "refunds", "payouts"],
  guide: GUIDE,
  credentials: qliroCredentials,
  settings: qliroSettings,
  origins: [QLIRO_ORIGIN],
  // Qliro documents no limit (reference/qliro.md section 11): a pace that no platform minds.
  rateLimit: { requests: 5, perMs: 1_000, concurrent: 4 },
  verify,
  webhooks,
  payments,
  payouts,
};
