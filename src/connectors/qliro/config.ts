// What a Qliro connection needs to know: two key pairs and the merchant's choices, with labels for the forms.
//
// Schemas only check: an empty text in an optional field counts as absent where it is read (see the end).
import { z } from "zod";

const key = () => z.string().trim().max(200);

export const qliroCredentials = z.object({
  apiKey: key().min(1).max(50).meta({
    title: "Merchant API key",
    description: "The short public identifier of the merchant account, such as ACME_SE. Test and live differ.",
    secret: true,
  }),
  apiSecret: key().min(1).meta({
    title: "Merchant API secret",
    description: "Belongs to the Merchant API key. It signs every call.",
    secret: true,
  }),
  plusApiKey: key().max(50).optional().meta({
    title: "API Plus key",
    description: "Needed for refunds only. Without it refunds wait; everything else works.",
    secret: true,
  }),
  plusApiSecret: key().optional().meta({
    title: "API Plus secret",
    description: "Belongs to the API Plus key and signs refund calls.",
    secret: true,
  }),
});
export type QliroCredentials = z.infer<typeof qliroCredentials>;

export const qliroSettings = z.object({
  feeArticleNumber: z
    .string()
    .trim()
    .max(60)
    .optional()
    .meta({
      title: "Fee article number",
      description:
        "A fee that Qliro adds (such as an invoice fee) becomes an ERP row with this article. Leave empty when Qliro " +
        "always captures and credits the fee by itself: then the fee never becomes a row.",
    }),
  paymentReferencePrefix: z.string().trim().max(20).optional().meta({
    title: "Payment reference prefix",
    description: "Put before the payment reference in the ERP: QLIRO- makes 12345 appear as QLIRO-12345.",
  }),
  // Not documented: whether a negative discount on a captured invoice is allowed for every payment method
  // (reference/qliro.md section 6.4). Qliro's own shop modules refund an amount this way.
  amountRefunds: z.enum(["discount", "by_hand"]).default("discount").meta({
    title: "Refunds of an amount without rows",
    description:
      "discount: a negative discount is added to the captured items. by_hand: the refund stops and a person makes it.",
  }),
  // Not documented: what kind of transaction that discount is reported as (reference/qliro.md section 8.3).
  invoiceUpdates: z.enum(["refund", "negative_only", "ignore"]).default("refund").meta({
    title: "Transactions of type UpdateInvoice",
    description:
      "refund: one that is not plainly an addition is a refund. negative_only: only with a negative amount. ignore: never.",
  }),
});
export type QliroSettings = z.infer<typeof qliroSettings>;

/** A key and the secret that signs with it. */
export interface KeyPair {
  key: string;
  secret: string;
}

/** The pair that signs everything but refunds. */
export const mainPair = (credentials: QliroCredentials): KeyPair => ({
  key: credentials.apiKey,
  secret: credentials.apiSecret,
});

/** The pair that signs refunds; null unless both halves are there. */
export const plusPair = ({ plusApiKey, plusApiSecret }: QliroCredentials): KeyPair | null =>
  plusApiKey && plusApiSecret ? { key: plusApiKey, secret: plusApiSecret } : null;

/** The merchant's choices that decide() needs; an empty text is no choice. */
export const policyOf = (settings: QliroSettings): { referencePrefix: string; feeArticleNumber: string | null } => ({
  referencePrefix: settings.paymentReferencePrefix ?? "",
  feeArticleNumber: settings.feeArticleNumber || null,
});
