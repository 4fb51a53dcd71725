// One order at the end, from all sides: Qliro's truth, Specter's truth, the object's books, and its story.
import type { BookCommand, BookEntry, BookOrder } from "./books.ts";
import type { Story } from "./play.ts";
import type { Ending } from "./simulate.ts";
import type { ErpOrder, Invoice, QliroOrder } from "./truth.ts";

export interface OrderFacts {
  name: string;
  story: Story;
  qliro: QliroOrder;
  /** As they are; deleted ones are counted in the story. */
  erp: ErpOrder[];
  invoices: Invoice[];
  credits: Invoice[];
  book: BookOrder | undefined;
  entries: BookEntry[];
  commands: BookCommand[];
  /** Commands that stopped. */
  stops: BookCommand[];
}

export function factsOf(ending: Ending): OrderFacts[] {
  const { truth, books } = ending;
  return ending.play.stories.flatMap((story) => {
    const qliro = truth.qliro.orders.find((order) => order.orderId === story.orderId);
    if (!qliro) return [];
    const erp = truth.specter.orders.filter((order) => order.externalOrderNo === story.reference);
    const documents = truth.specter.invoices.filter((each) => erp.some((order) => order.orderNo === each.orderNo));
    const book = books.orders.find((order) => order.document.payment?.externalId === String(story.orderId));
    const commands = books.commands.filter((command) => command.subject === book?.id);
    return [
      {
        name: story.reference,
        story,
        qliro,
        erp,
        invoices: documents.filter((each) => !each.credit),
        credits: documents.filter((each) => each.credit),
        book,
        entries: books.entries.filter((entry) => entry.order_id === book?.id),
        commands,
        stops: commands.filter(({ state }) => state === "parked" || state === "waiting" || state === "manual"),
      },
    ];
  });
}

export const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);

export const totals = (invoices: readonly Invoice[]): number => sum(invoices.map((each) => Math.abs(each.totalMinor)));

/** Successful movements of an order that are not in a list of transactions. */
export const movedBut = (order: QliroOrder, type: (type: string) => boolean, but: readonly number[]) =>
  order.transactions.filter((each) => type(each.type) && each.status === "Success" && !but.includes(each.id));

export const amounts = (transactions: QliroOrder["transactions"]): number =>
  sum(transactions.map((each) => each.amountMinor));

export const entriesOfKind = (facts: OrderFacts, kind: string): BookEntry[] =>
  facts.entries.filter((entry) => entry.kind === kind);

export const hasMark = (facts: OrderFacts, ...marks: Parameters<Story["marks"]["has"]>[0][]): boolean =>
  marks.some((mark) => facts.story.marks.has(mark));
