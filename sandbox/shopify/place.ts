// A customer goes through the shop's checkout: what is bought, discounted, taxed and shipped becomes an order.
import { allocate, exponentOf, multiplyDivide, parseDecimal } from "../../src/domain/money.ts";
import type { World } from "../platform.ts";
import { bagOf, isZero, minus, NONE, partOf, plus, times } from "./amounts.ts";
import type { CommandOf } from "./commands.ts";
import { confirmationNumber, hexToken } from "./random.ts";
import type { Discount, Line, Order, PostalAddress, Shipping, Shop, Truth } from "./truth.ts";
import { takeId } from "./truth.ts";

type PlaceCommand = CommandOf<"order">;

/** Reads decimals of one currency, and remembers the first that is none. */
export class AmountReader {
  readonly #currency: string;
  bad: string | null = null;

  constructor(currency: string) {
    this.#currency = currency;
  }

  read(decimal: string): number {
    const parsed = parseDecimal(decimal, exponentOf(this.#currency));
    if (parsed.ok && parsed.value >= 0) return parsed.value;
    this.bad ??= `${decimal.slice(0, 40)} is no amount of ${this.#currency}`;
    return 0;
  }
}

/** The order, without its payments; or why it cannot be one. */
export function place(truth: Truth, shop: Shop, command: PlaceCommand, world: World): Order | string {
  const presentmentCurrency = command.presentmentCurrency ?? shop.currency;
  if (presentmentCurrency !== shop.currency && exponentOf(presentmentCurrency) !== exponentOf(shop.currency))
    return "presentmentCurrency: its decimals must be those of the shop's currency here";
  const rateMicro = Math.round((presentmentCurrency === shop.currency ? 1 : command.rate) * 1_000_000);
  const amounts = new AmountReader(presentmentCurrency);
  const order = emptyOrder(truth, shop, command, world, { presentmentCurrency, rateMicro });
  order.lines = command.lines.map((line) => newLine(truth, order, line, amounts));
  order.shipping = command.shipping.map((line) => newShipping(truth, order, line, amounts));
  order.tip = bagOf(command.tip === undefined ? 0 : amounts.read(command.tip), rateMicro);
  for (const discount of command.discounts) discountOrder(order, discount, amounts);
  if (amounts.bad !== null) return amounts.bad;
  if (order.lines.some((line) => isNegative(line.unit, line.placed, line.allocations)))
    return "discounts: they come to more than a line";
  if (order.shipping.some((line) => isNegative(line.price, 1, line.allocations)))
    return "shipping: the discount is more than the price";
  truth.orders[order.id] = order;
  shop.nextOrderNumber += 1;
  return order;
}

const isNegative = (unit: Line["unit"], quantity: number, allocations: Line["allocations"]): boolean => {
  const net = minus(times(unit, quantity), plus(...allocations.map((allocation) => allocation.amount)));
  return net.shop < 0 || net.presentment < 0;
};

function emptyOrder(
  truth: Truth,
  shop: Shop,
  command: PlaceCommand,
  world: World,
  money: { presentmentCurrency: string; rateMicro: number },
): Order {
  const number = shop.nextOrderNumber;
  return {
    id: takeId(truth),
    shop: shop.domain,
    number,
    name: command.name ?? `${shop.orderNamePrefix}${number}${shop.orderNameSuffix}`,
    confirmationNumber: confirmationNumber(world),
    token: hexToken(world),
    checkoutToken: hexToken(world),
    cartToken: hexToken(world),
    createdAt: world.now(),
    updatedAt: world.now(),
    cancelledAt: null,
    cancelReason: null,
    edited: false,
    test: command.test,
    sourceName: command.sourceName,
    sourceIdentifier: command.sourceIdentifier,
    poNumber: command.poNumber,
    note: command.note,
    noteAttributes: command.noteAttributes,
    tags: command.tags,
    locale: command.locale,
    ...money,
    taxesIncluded: command.taxesIncluded ?? shop.taxesIncluded,
    lines: [],
    shipping: [],
    discounts: [],
    tip: NONE,
    transactions: [],
    refunds: [],
    fulfilments: [],
    customer: command.customer && { id: takeId(truth), ...command.customer },
    billing: postal(shop, command, command.billing),
    delivery: postal(shop, command, command.delivery),
  };
}

const postal = (shop: Shop, { customer }: PlaceCommand, given: PlaceCommand["billing"]): PostalAddress | null =>
  given && {
    ...given,
    firstName: given.firstName ?? customer?.firstName ?? null,
    lastName: given.lastName ?? customer?.lastName ?? null,
    countryCode: given.countryCode ?? shop.country,
  };

/** A line as placed, with the discount that is its own. */
export function newLine(truth: Truth, order: Order, given: PlaceCommand["lines"][number], amounts: AmountReader): Line {
  const line: Line = {
    id: takeId(truth),
    sku: given.sku,
    title: given.title,
    variantTitle: given.variantTitle,
    productId: takeId(truth),
    variantId: takeId(truth),
    quantity: given.quantity,
    placed: given.quantity,
    edited: given.quantity,
    refunded: 0,
    fulfilled: 0,
    unit: bagOf(amounts.read(given.price), order.rateMicro),
    allocations: [],
    vatRateBps: given.vatRate,
    giftCard: given.giftCard,
    requiresShipping: given.requiresShipping,
  };
  if (given.discount !== undefined) {
    const amount = bagOf(amounts.read(given.discount), order.rateMicro);
    line.allocations.push({ discount: order.discounts.length, amount });
    order.discounts.push({ type: "manual", name: given.title, value: { amount }, target: "line_item", level: "line" });
  }
  return line;
}

function newShipping(
  truth: Truth,
  order: Order,
  given: PlaceCommand["shipping"][number],
  amounts: AmountReader,
): Shipping {
  const { code, title, vatRate } = given;
  const price = bagOf(amounts.read(given.price), order.rateMicro);
  const line: Shipping = {
    id: takeId(truth),
    code,
    title,
    price,
    allocations: [],
    vatRateBps: vatRate,
    refunded: NONE,
  };
  if (given.discount !== undefined) {
    const amount = partOf(price, amounts.read(given.discount));
    line.allocations.push({ discount: order.discounts.length, amount });
    order.discounts.push({
      type: "automatic",
      name: title,
      value: { amount },
      target: "shipping_line",
      level: "order",
    });
  }
  return line;
}

/** Spreads a discount over all lines but gift cards: a share of each, or an amount by what they cost. */
function discountOrder(order: Order, given: PlaceCommand["discounts"][number], amounts: AmountReader): void {
  const amount = given.amount === undefined ? null : bagOf(amounts.read(given.amount), order.rateMicro);
  const value: Discount["value"] = amount ? { amount } : { percentBps: given.percent ?? 0 };
  const lines = order.lines.filter((line) => !line.giftCard);
  const nets = lines.map((line) =>
    minus(times(line.unit, line.placed), plus(...line.allocations.map((allocation) => allocation.amount))),
  );
  const spread = (side: "shop" | "presentment"): number[] => {
    const weights = nets.map((net) => net[side]);
    if (amount) return allocate(amount[side], weights);
    return weights.map((weight) => multiplyDivide(weight, given.percent ?? 0, 10_000));
  };
  const [inShop, inPresentment] = [spread("shop"), spread("presentment")];
  lines.forEach((line, index) => {
    const share = { shop: inShop[index] ?? 0, presentment: inPresentment[index] ?? 0 };
    if (!isZero(share)) line.allocations.push({ discount: order.discounts.length, amount: share });
  });
  order.discounts.push({ type: given.type, name: given.name, value, target: "line_item", level: "order" });
}
