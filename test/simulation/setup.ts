// Under which conditions a seed is played: switches of the platforms, settings of the merchant, how bad the line is.
import { env } from "cloudflare:workers";
import type { Control } from "../../sandbox/platform.ts";
import type { ConnectionId, MerchantId } from "../../src/domain/ids.ts";
import type { MerchantConfig } from "../../src/durable/config.ts";
import { settingsOf } from "../../src/env.ts";
import { seal } from "../../src/sealing.ts";
import type { Dice } from "./dice.ts";

export const QLIRO: ConnectionId = "con_SIMQLIRO";
export const SPECTER: ConnectionId = "con_SIMSPECTER";
/** In Specter from the start; `RARE` comes later, when somebody adds it. */
export const ARTICLES = ["SKU-1", "SKU-2", "SKU-3", "SKU-4", "SHIP", "DISCOUNT", "ROUND", "FEE"];
export const RARE = "SKU-RARE";

export interface Conditions {
  qliroSwitches: Record<string, unknown>;
  qliroAccountSwitches: Record<string, unknown>;
  specterSwitches: Record<string, boolean>;
  /** Fees become rows of the ERP order. */
  feeArticle: boolean;
  /** The Plus pair is known from the start. */
  plus: boolean;
  refundOnCreditInvoice: boolean;
  /** What one settlement looks like; the same for all of a seed. */
  settlement: { convention: string; fee: Record<string, unknown> };
  /** Of every webhook. */
  travel: { shuffled: boolean; duplicate: number; lose: number };
  evicting: boolean;
  /** How much trouble there is: nothing, some, a lot. */
  trouble: 0 | 1 | 2;
}

export function drawConditions(dice: Dice): Conditions {
  const trouble = dice.pick([0, 1, 1, 2] as const);
  const feeArticle = dice.chance(0.6);
  return {
    qliroSwitches: {
      outcomeDelayMs: dice.pick([0, 0, 3_000, 90_000, 1_500_000]),
      interimStatuses: dice.chance(0.3),
      requestIdDeniedCode: dice.pick(["REQUEST_ID_ALREADY_USED", "INVALID_REQUEST_ID", "DUPLICATE_REQUEST"]),
      requestIdKept: dice.pick(["every_call", "accepted_calls"]),
      enums: dice.pick(["strings", "integers"]),
      actionsAppear: dice.pick(["on_success", "on_acceptance"]),
      createActions: dice.chance(0.3),
      returnActionNames: dice.pick(["refund", "capture"]),
      refundType: dice.pick(["Refund", "Credit"]),
      refundPushAmounts: dice.pick(["positive", "negative"]),
      vatRateShown: dice.chance(0.8),
      timestampOffsetMinutes: dice.pick([0, 60, 120]),
      isoDatesAccepted: dice.chance(0.5),
    },
    qliroAccountSwitches: {
      plusRequired: dice.chance(0.8),
      alwaysCaptureFee: !feeArticle,
      alwaysCreditFee: false,
      debitShipping: "ship_expected",
    },
    specterSwitches: { announcesRemoval: dice.chance(0.3), announcesCreditInvoices: dice.chance(0.8) },
    feeArticle,
    plus: dice.chance(0.85),
    refundOnCreditInvoice: true,
    settlement: {
      convention: dice.pick(["magnitude_net", "magnitude_gross", "signed_net", "signed_gross"]),
      fee: {
        percent: dice.pick([0, 1.25, 2.5]),
        fixed: dice.pick([0, 3]),
        vatRate: dice.pick([0, 25]),
        shown: dice.pick(["per_line", "per_batch", "hidden"]),
      },
    },
    travel: {
      shuffled: dice.chance(0.5),
      duplicate: dice.pick([0, 0, 0.3]),
      lose: trouble === 0 ? 0 : dice.pick([0, 0.2, 0.5]),
    },
    evicting: dice.chance(0.35),
    trouble,
  };
}

const SECRETS = { qliro: "qliro-secret-0123456789", plus: "plus-secret-0123456789" };

/** `secret` differs from the merchant's own while the credentials are revoked. */
export const qliroAccount = (secret = SECRETS.qliro): Control => ({
  do: "account",
  key: "KAFFE_SE",
  secret,
  plusKey: "KAFFE_PLUS",
  plusSecret: SECRETS.plus,
  checkoutPushUrl: "https://edge.test/hooks/qliro/connection/token",
  managementPushUrl: "https://edge.test/hooks/qliro/connection/token",
});

export const specterAccount = (conditions: Conditions, apiUserKey = "c0ffee00c0ffee00"): Control => ({
  do: "account",
  sbmId: 1234,
  write: { apiUserId: "77", apiUserKey },
  integrationKey: "00000000-2222-3333-4444-555555555555",
  articles: ARTICLES,
  callback: { url: "https://edge.test/hooks/specter/connection/token", method: "GET" },
  switches: conditions.specterSwitches,
});

const sealed = new Map<string, Promise<string>>();

/** Sealing is slow beside everything else here, and the same for all seeds. */
function sealOnce(credentials: Record<string, string>, owner: ConnectionId): Promise<string> {
  const text = JSON.stringify(credentials);
  const known = sealed.get(text) ?? seal(text, settingsOf(env).masterKeys.current, owner);
  sealed.set(text, known);
  return known;
}

/** The Qliro credentials, with or without the pair that refunds. */
export const qliroCredentials = (plus: boolean): Promise<string> =>
  sealOnce(
    {
      apiKey: "KAFFE_SE",
      apiSecret: SECRETS.qliro,
      ...(plus ? { plusApiKey: "KAFFE_PLUS", plusApiSecret: SECRETS.plus } : {}),
    },
    QLIRO,
  );

const FLOWS = { orders: true, invoices: true, refunds: true, payouts: true };

export async function merchantConfig(seed: number, conditions: Conditions): Promise<MerchantConfig> {
  const specter = await sealOnce(
    {
      sbmId: "1234",
      apiUserId: "77",
      apiUserKey: "c0ffee00c0ffee00",
      integrationKey: "00000000-2222-3333-4444-555555555555",
    },
    SPECTER,
  );
  const connection = { environment: "test", revision: 1, active: true, removed: false } as const;
  return {
    merchantId: `mer_SIM${seed}` as MerchantId,
    version: 1,
    name: "Kaffe AB",
    country: "SE",
    currency: "SEK",
    timezone: "Europe/Stockholm",
    stage: "approved",
    connections: [
      {
        ...connection,
        id: QLIRO,
        connector: "qliro",
        label: "Qliro",
        flows: { ...FLOWS },
        sealedCredentials: await qliroCredentials(conditions.plus),
        settings: { paymentReferencePrefix: "QLIRO-", ...(conditions.feeArticle ? { feeArticleNumber: "FEE" } : {}) },
      },
      {
        ...connection,
        id: SPECTER,
        connector: "specter",
        label: "Specter",
        flows: { ...FLOWS },
        sealedCredentials: specter,
        settings: {
          paymentTypes: { qliro: "QL" },
          shippingArticleNumber: "SHIP",
          discountArticleNumber: "DISCOUNT",
          roundingArticleNumber: "ROUND",
          pollMinutes: 60,
          refundOnCreditInvoice: conditions.refundOnCreditInvoice,
        },
      },
    ],
    orderNumberPattern: "{psp.merchantReference}",
    salesAccounts: [2500, 1200, 600, 0].map((vatRateBps) => ({ country: "SE", vatRateBps, account: "3001" })),
    settlementAccounts: {
      payoutAccount: "1930",
      bankCostAccount: "6570",
      feeVatAccount: "2641",
      methods: [],
    },
    payoutTime: "23:00",
    payoutTimezone: "Europe/Stockholm",
  };
}
