// What a merchant gives us to talk to Specter: credentials and settings, as schemas that are also the forms.
import { z } from "zod";
import type { ConnectorId } from "../../domain/observation.ts";

/** A form sends an empty text for a field that was left open: it counts as absent. */
const withoutEmptyTexts = (input: unknown): unknown =>
  typeof input === "object" && input !== null && !Array.isArray(input)
    ? Object.fromEntries(Object.entries(input).filter(([, value]) => value !== ""))
    : input;

const required = z.string().trim().min(1).max(200);
const optional = z.string().trim().min(1).max(200).optional();

export const credentialsSchema = z.preprocess(
  withoutEmptyTexts,
  z
    .object({
      sbmId: z.coerce
        .string()
        .trim()
        .regex(/^\d{1,12}$/, "digits only")
        .meta({ title: "SBM ID", description: "The number of your Specter database." }),
      apiUserId: z.coerce
        .string()
        .trim()
        .regex(/^\d{1,12}$/, "digits only")
        .meta({ title: "API user id", description: "ApiUserId of the user that may write (API version 2)." }),
      apiUserKey: required.meta({ title: "API user key", description: "ApiUserKey of that user.", secret: true }),
      readApiUserId: z
        .string()
        .trim()
        .regex(/^\d{1,12}$/, "digits only")
        .optional()
        .meta({ title: "API read user id", description: "Only if Specter gave you a separate user for reading." }),
      readApiUserKey: optional.meta({
        title: "API read user key",
        description: "The key of the read user.",
        secret: true,
      }),
      integrationKey: required.meta({
        title: "Integration key",
        description: "The key Specter issued for this integration product.",
        secret: true,
      }),
      relaySecret: optional.meta({
        title: "Relay signing secret",
        description: "Only when triggers arrive through a relay that signs them with X-Specter-Signature.",
        secret: true,
      }),
    })
    .refine((given) => (given.readApiUserId === undefined) === (given.readApiUserKey === undefined), {
      path: ["readApiUserKey"],
      message: "the id and the key of the read user belong together",
    }),
);

export type SpecterCredentials = z.infer<typeof credentialsSchema>;

/** Connectors an order can have been paid through. */
const PAID_THROUGH = ["qliro", "klarna", "svea", "mollie", "adyen", "shopify", "woocommerce", "centra"] as const;

const capability = (title: string) => z.boolean().default(true).meta({ title });

/** Every call that Specter does not document publicly can be switched off; then a person does that step. */
const capabilitiesSchema = z.object({
  getOrder: capability("Read one order"),
  cancelOrder: capability("Cancel an order"),
  createInvoice: capability("Create an invoice"),
  createCreditInvoice: capability("Create a credit invoice"),
  registerPayment: capability("Register a payment"),
  importPayout: capability("Import a payout"),
  invoiceChanges: capability("Read invoice changes"),
});

export type Capability = keyof z.infer<typeof capabilitiesSchema>;

export const settingsSchema = z.preprocess(
  withoutEmptyTexts,
  z.object({
    webshopId: z.coerce
      .string()
      .trim()
      .regex(/^[A-Za-z0-9_-]{1,50}$/, "letters and digits only")
      .optional()
      .meta({ title: "Webshop id", description: "Only for accounts with several shops." }),
    paymentTypes: z
      .preprocess(withoutEmptyTexts, z.partialRecord(z.enum(PAID_THROUGH), z.string().trim().min(1).max(20)))
      .default({})
      .meta({
        title: "Payment types",
        description:
          "The payTypeIdentifier code in Specter for each payment provider. It must be dedicated to the provider; `fak` is not.",
      }),
    shippingArticleNumber: required.meta({
      title: "Shipping article",
      description: "Article number of freight. It must exist in Specter.",
    }),
    discountArticleNumber: optional.meta({
      title: "Discount article",
      description: "Article number of discount rows. Left open: the discount's own reference is used.",
    }),
    roundingArticleNumber: optional.meta({
      title: "Rounding article",
      description: "Article number of the row that balances differences below one crown. Left open: no such row.",
    }),
    captureOn: z
      .enum(["invoice", "delivery"])
      .default("invoice")
      .meta({ title: "Capture on", description: "What in Specter captures the payment: the invoice or the delivery." }),
    pollMinutes: z.coerce
      .number()
      .int()
      .min(1)
      .max(60)
      .default(10)
      .meta({ title: "Poll every (minutes)", description: "How often Specter is asked for changes." }),
    refundOnCreditInvoice: z.boolean().default(true).meta({
      title: "Refund on credit invoice",
      description: "A credit invoice made in Specter refunds the payment.",
    }),
    sendOrderMail: z
      .boolean()
      .default(false)
      .meta({ title: "Send order mail", description: "Specter sends its own order confirmation to the customer." }),
    stockSiteId: z.coerce
      .string()
      .trim()
      .regex(/^\d{1,12}$/, "digits only")
      .optional()
      .meta({ title: "Stock site id", description: "The warehouse of the orders, where there are several." }),
    capabilities: capabilitiesSchema.prefault({}).meta({
      title: "Undocumented calls",
      description: "Switch off what your account cannot do: a person then gets a task with what to do.",
    }),
  }),
);

export type SpecterSettings = z.infer<typeof settingsSchema>;

/** The payment type code of orders paid through a connector; null where none is configured. */
export function paymentTypeFor(settings: SpecterSettings, connector: ConnectorId): string | null {
  const codes: Readonly<Record<string, string | undefined>> = settings.paymentTypes;
  return codes[connector] ?? null;
}
