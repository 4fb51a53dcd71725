// What is still missing before a merchant can go live. Only what the enabled flows need is required.
import { type AnyConnector, findConnector } from "../connectors/registry.ts";
import { type Connection, FLOWS, flowsOf } from "../directory/connections.ts";
import { catalogueEntry, type ErrorCode } from "../domain/errors.ts";
import type { SalesAccount, SettlementAccounts } from "../domain/policy.ts";

export interface ReadinessItem {
  code: string;
  title: string;
  required: boolean;
  done: boolean;
  hint: string;
  /** The connection that the item is about. */
  connectionId?: string | undefined;
  /** The stop that would be met, as the catalogue has it. */
  problem?: ErrorCode | undefined;
}

export interface ReadinessFacts {
  country: string;
  connections: readonly Connection[];
  salesAccounts: readonly SalesAccount[];
  settlementAccounts: SettlementAccounts | null;
  connectors: readonly AnyConnector[];
  /** Unsealed credentials as the connector's schema parsed them; null where they cannot be read. */
  credentialsOf(row: Connection): Promise<Record<string, unknown> | null>;
}

interface Paired {
  row: Connection;
  connector: AnyConnector;
}

export interface Readiness {
  ready: boolean;
  items: ReadinessItem[];
}

export async function readiness(facts: ReadinessFacts): Promise<Readiness> {
  const paired = facts.connections.flatMap((row): Paired[] => {
    const connector = findConnector(row.connector, facts.connectors);
    return connector ? [{ row, connector }] : [];
  });
  const erp = paired.find(({ connector }) => connector.kind === "erp") ?? null;
  const sources = paired.filter(({ connector }) => connector.kind !== "erp");
  const items = [
    ...connectionItems(paired, sources),
    ...accountItems(facts, paired, sources),
    ...sources.filter(({ row, connector }) => connector.kind === "psp" && row.flowOrders).map(paymentTypeItem(erp)),
    ...(await refundItems(facts, sources)),
  ];
  return { ready: items.every((item) => item.done || !item.required), items };
}

const isOn = ({ row }: Paired) => FLOWS.some((flow) => flowsOf(row)[flow]);
const isVerified = ({ row }: Paired) => row.status === "connected";

function connectionItems(paired: readonly Paired[], sources: readonly Paired[]): ReadinessItem[] {
  const erps = paired.filter(({ connector }) => connector.kind === "erp");
  return [
    {
      code: "ERP_CONNECTED",
      title: "An ERP is connected and verified",
      required: true,
      done: erps.some(isVerified),
      hint: "Add a connection to the ERP, then verify it.",
    },
    {
      code: "SOURCE_CONNECTED",
      title: "A payment provider or shop is connected and verified",
      required: true,
      done: sources.some(isVerified) && sources.filter(isOn).every(isVerified),
      hint: "Add a connection, then verify it. Every one with a flow that is on must be verified.",
    },
    {
      code: "FLOW_ENABLED",
      title: "At least one flow is on",
      required: true,
      done: sources.some(isOn),
      hint: "Switch on the flows that shall run at the payment provider's or the shop's connection.",
    },
  ];
}

function accountItems(facts: ReadinessFacts, paired: readonly Paired[], sources: readonly Paired[]): ReadinessItem[] {
  const hasHome = facts.salesAccounts.some(({ country }) => country === facts.country);
  return [
    {
      code: "SALES_ACCOUNTS",
      title: `Sales accounts are mapped, ${facts.country} at least`,
      required: sources.some(({ row }) => row.flowOrders),
      done: hasHome,
      hint: `Map an account for every country and VAT rate you sell with, such as ${facts.country} at 2500.`,
      ...(hasHome ? {} : { problem: "SALES_ACCOUNT_MISSING" }),
    },
    {
      code: "SETTLEMENT_ACCOUNTS",
      title: "Accounts for payouts are mapped",
      required: paired.some(({ row }) => row.flowPayouts),
      done: facts.settlementAccounts !== null,
      hint: "Map the accounts for the bank, fees and the VAT on fees.",
      ...(facts.settlementAccounts ? {} : { problem: "SETTLEMENT_ACCOUNT_MISSING" }),
    },
  ];
}

/** Orders paid through a PSP need a payment type of their own in the ERP. */
const paymentTypeItem =
  (erp: Paired | null) =>
  ({ row, connector }: Paired): ReadinessItem => {
    const done = erp !== null && paymentType(erp, connector) !== null;
    return {
      code: "ERP_PAYMENT_TYPE",
      title: `The ERP has a payment type for ${connector.name}`,
      required: true,
      done,
      hint: catalogueEntry("PAYMENT_TYPE_NOT_CONFIGURED").fix,
      connectionId: row.id,
      ...(done ? {} : { problem: "PAYMENT_TYPE_NOT_CONFIGURED" }),
    };
  };

function paymentType({ row, connector }: Paired, psp: AnyConnector): string | null {
  const settings = connector.settings.safeParse(row.settings);
  if (!settings.success || !connector.accounting) return null;
  return connector.accounting.policy(settings.data).paymentTypeFor(psp.id);
}

/** Some providers sign refunds with credentials of their own. */
async function refundItems(facts: ReadinessFacts, sources: readonly Paired[]): Promise<ReadinessItem[]> {
  const refunding = sources.filter(({ row, connector }) => row.flowRefunds && connector.payments);
  return Promise.all(
    refunding.map(async ({ row, connector }) => {
      const blocker = await refundBlocker(facts, row, connector);
      return {
        code: "REFUND_CREDENTIALS",
        title: `${connector.name} can be asked for refunds`,
        required: true,
        done: blocker === null,
        hint: blocker === null ? "" : catalogueEntry(blocker).fix,
        connectionId: row.id,
        ...(blocker === null ? {} : { problem: blocker }),
      };
    }),
  );
}

async function refundBlocker(
  facts: ReadinessFacts,
  row: Connection,
  connector: AnyConnector,
): Promise<ErrorCode | null> {
  const settings = connector.settings.safeParse(row.settings);
  const credentials = await facts.credentialsOf(row);
  if (credentials === null || !settings.success) return "REAUTHORIZATION_REQUIRED";
  return connector.payments?.blocker("refund", credentials, settings.data) ?? null;
}
