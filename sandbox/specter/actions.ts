// Which calls there are, at which entry point, with which key seed, and which of them an account may lack (sections 3, 5, C2).
import type { World } from "../platform.ts";
import { type Answer, done } from "./answers.ts";
import { newCreditInvoiceSubmit } from "./credits.ts";
import { customerSeed, newCustomerSubmit } from "./customers.ts";
import { acknowledgeBatch, readBatch } from "./feeds.ts";
import { newPaymentImportSubmit } from "./imports.ts";
import { newInvoiceSubmit } from "./invoices.ts";
import { cancelOrderSubmit, getOrder, newOrderSubmit, orderSeed } from "./orders.ts";
import type { Parameters } from "./parameters.ts";
import { newInvoicePaymentSubmit } from "./payments.ts";
import type { Account, FeedName, Switches } from "./truth.ts";

export type Entry = "putInfo" | "getInfo";

export interface Action {
  entries: readonly Entry[];
  /** The switch an account needs on for it; null: every account has it. */
  needs: keyof Switches | null;
  /** What it finds exists as XML only. */
  xmlOnly: boolean;
  /** The seeds the key may be made of; one, except where the seed is not public. */
  seeds(parameters: Parameters, account: Account): string[];
  run(account: Account, parameters: Parameters, world: World): Answer;
}

const seededBy =
  (field: string): Action["seeds"] =>
  (parameters) => [parameters.raw(field)];

const write = (seeds: Action["seeds"], run: Action["run"], needs: keyof Switches | null = null): Action => ({
  entries: ["putInfo"],
  needs,
  xmlOnly: false,
  seeds,
  run,
});

/** A feed is read and acknowledged at getInfo, both seeded by the batch number. */
function feed(name: FeedName, needs: keyof Switches | null = null): { read: Action; acknowledge: Action } {
  const common = { entries: ["getInfo"] as const, needs, seeds: seededBy("batchNo") };
  return {
    read: { ...common, xmlOnly: true, run: (account, parameters) => readBatch(account, name, parameters) },
    acknowledge: {
      ...common,
      xmlOnly: false,
      run: (account, parameters) => acknowledgeBatch(account, name, parameters),
    },
  };
}

const orders = feed("orders");
const articles = feed("articles");
const articleInfos = feed("articleInfos");
const invoices = feed("invoices", "getInvoicesExternalNeedUpdate");

const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ["newCustomerSubmit", write((parameters) => [customerSeed(parameters)], newCustomerSubmit)],
  ["newOrderSubmit", write(seededBy("customerId"), newOrderSubmit)],
  ["getOrdersExternalNeedUpdate", orders.read],
  ["updateOrdersFromBatch", orders.acknowledge],
  ["getArticleExternalNeedUpdate", withRead(articles.read, "getMultipleStocksites")],
  ["updateArticlesFromBatch", articles.acknowledge],
  ["getArticleInfoExternalNeedUpdate", articleInfos.read],
  ["updateArticleInfosFromBatch", articleInfos.acknowledge],
  [
    "checkAccountSettings",
    {
      // Neither its entry point nor its seed is public: both entries, and any plausible seed.
      entries: ["putInfo", "getInfo"],
      needs: "checkAccountSettings",
      xmlOnly: false,
      seeds: (parameters, account) => ["", account.sbmId, parameters.raw("apiUserId"), parameters.raw("batchNo")],
      run: (account) => done(account.sbmId),
    },
  ],
  [
    "getOrder",
    {
      entries: ["getInfo"],
      needs: "getOrder",
      xmlOnly: true,
      seeds: (parameters) => [orderSeed(parameters)],
      run: getOrder,
    },
  ],
  ["cancelOrderSubmit", write(seededBy("orderNo"), cancelOrderSubmit, "cancelOrderSubmit")],
  ["newInvoiceSubmit", write(seededBy("orderNo"), newInvoiceSubmit, "newInvoiceSubmit")],
  ["newCreditInvoiceSubmit", write(seededBy("originalInvoiceId"), newCreditInvoiceSubmit, "newCreditInvoiceSubmit")],
  ["newInvoicePaymentSubmit", write(seededBy("invoiceId"), newInvoicePaymentSubmit, "newInvoicePaymentSubmit")],
  ["newPaymentImportSubmit", write(seededBy("externalPayoutId"), newPaymentImportSubmit, "newPaymentImportSubmit")],
  ["getInvoicesExternalNeedUpdate", invoices.read],
  ["updateInvoicesFromBatch", invoices.acknowledge],
]);

/** Marks a parameter as known to an action that makes no use of it. */
function withRead(action: Action, parameter: string): Action {
  return {
    ...action,
    run: (account, parameters, world) => {
      parameters.raw(parameter);
      return action.run(account, parameters, world);
    },
  };
}

/** The action of that name at that entry point, if this account has it. Action names are taken with their case. */
export function findAction(account: Account, entry: Entry, name: string): Action | null {
  const action = ACTIONS.get(name);
  if (!action?.entries.includes(entry)) return null;
  return action.needs === null || account.switches[action.needs] ? action : null;
}
