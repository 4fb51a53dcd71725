// Manual tasks of an order: what only a person can do, derived from the ledger like commands are.
import type { Draft, NewTask } from "./decision.ts";
import { CANCEL_AT_PSP, KEEP_APART, MERGE, openSuspect } from "./demands/index.ts";
import { type Problem, problem } from "./errors.ts";
import { formatAmount } from "./money.ts";
import { capturableRows, entriesOf, type OrderBooks, priceOf } from "./order.ts";
import type { Policy } from "./policy.ts";
import { contentRows } from "./row-identity.ts";

/** Adds tasks whose reason is new, and ends open ones whose reason went away. */
export function orderTasks(draft: Draft, policy: Policy): void {
  const wanted = [
    ...deletedInErp(draft.order),
    ...changedAfterErp(draft.order, policy),
    ...suspected(draft.order),
    ...manualWork(draft),
  ];
  for (const task of wanted) if (!draft.order.tasks.some((known) => known.key === task.key)) draft.tasks.push(task);
  for (const known of draft.order.tasks)
    if (known.open && !wanted.some((task) => task.key === known.key)) draft.obsoleteTasks.push(known.id);
}

/** The ERP order is gone: a person chooses what becomes of the payment. Nothing is cancelled by itself. */
function deletedInErp(order: OrderBooks): NewTask[] {
  const gone = entriesOf(order, "order_deleted").at(-1);
  if (!gone || order.erp?.state !== "deleted") return [];
  if (order.payment?.state === "cancelled" || order.payment?.state === "refused") return [];
  const left = entriesOf(order, "authorized").flatMap((entry) => capturableRows(order, entry));
  const amount = `${formatAmount(priceOf(order.rows, left), order.currency)} ${order.currency}`;
  return [
    {
      key: `deleted:${gone.externalId}`,
      demand: null,
      problem: problem("ORDER_DELETED_IN_ERP", `ERP order ${gone.externalId} is gone; ${amount} is still reserved.`),
      choices: [
        { id: CANCEL_AT_PSP, title: "Cancel what is left at the payment provider" },
        { id: "deleted:keep", title: "Keep the payment" },
      ],
    },
  ];
}

/** Rows that the PSP now has differ from those the ERP order was made from. */
function changedAfterErp(order: OrderBooks, policy: Policy): NewTask[] {
  const live = order.shop ? order.shop.state === "open" : order.payment?.state === "accepted";
  if (order.erp?.state !== "open" || order.erp.rows.length === 0 || !live) return [];
  const fee = order.payment ? (policy.payment(order.payment.connectionId)?.feeArticleNumber ?? null) : null;
  const current = contentRows(order).filter((row) => row.kind !== "fee" || fee !== null);
  const made = order.erp.rows;
  const difference = [...new Set([...current, ...made].map((row) => row.key))].flatMap((key) => {
    const [now, then] = [current, made].map((rows) => rows.find((row) => row.key === key)?.quantity ?? 0);
    const reference = [...current, ...made].find((row) => row.key === key)?.reference ?? key;
    return now === then ? [] : [`${reference}: ${then} → ${now}`];
  });
  if (difference.length === 0) return [];
  return [
    {
      key: `changed:${difference.join(";")}`,
      demand: null,
      problem: problem("ORDER_CHANGED_AFTER_ERP", `ERP order ${order.erp.externalId}: ${difference.join(", ")}.`),
      choices: [],
    },
  ];
}

/** Evidence that is too weak to merge by: side by side, with the two answers. */
function suspected(order: OrderBooks): NewTask[] {
  const suspect = openSuspect(order);
  if (!suspect) return [];
  return [
    {
      key: `suspect:${suspect.orderId}`,
      demand: null,
      problem: problem("DUPLICATE_SUSPECTED", `This order and ${suspect.orderId}: ${suspect.evidence}.`),
      choices: [
        { id: `${MERGE}${suspect.orderId}`, title: "They are one order: merge" },
        { id: `${KEEP_APART}${suspect.orderId}`, title: "They are two orders: keep apart" },
      ],
    },
  ];
}

/** Steps whose call is switched off: one task per command that a person carries out, and per time it is asked for. */
function manualWork(draft: Draft): NewTask[] {
  const commands = [...draft.order.commands, ...draft.commands].filter((command) => command.state === "manual");
  return commands.map((command) => ({
    key: openKey(draft.order, `manual:${command.demand}`),
    demand: command.demand,
    problem: command.problem ?? ({ code: "CAPABILITY_OFF", detail: "" } satisfies Problem),
    choices: [],
  }));
}

/** The key of the open task, or a new one: an ended task does not carry a command that was taken back and came again. */
function openKey(order: OrderBooks, key: string): string {
  const asked = order.tasks.filter((task) => task.key === key || task.key.startsWith(`${key}#`));
  const open = asked.find((task) => task.open);
  return open?.key ?? (asked.length === 0 ? key : `${key}#${asked.length + 1}`);
}
