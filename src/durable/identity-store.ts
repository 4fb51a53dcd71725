// Finds the order of a sighting in the merchant's books: by the platform's own ids, or by evidence from the other side.
//
// Runs inside the transaction that claims the identifiers, so that two sightings of one order cannot both make one.
import { and, eq } from "drizzle-orm";
import { problem } from "../domain/errors.ts";
import { type Candidate, identify, type Sighting, searchKeys, suspects } from "../domain/identity.ts";
import type { ConnectionId, OrderId } from "../domain/ids.ts";
import type { Alias, PaymentObservation, ShopObservation } from "../domain/observation.ts";
import { entriesOf, entryAmount, isFinal, isInFlight, type OrderBooks, type Suspect } from "../domain/order.ts";
import type { Books, Core } from "./books.ts";
import { aliasesOf, emptyOrder, findOrder, loadOrder, replaceAliases } from "./order-store.ts";
import type { Link, Runtime } from "./runtime.ts";
import { aliases, commands, indexQueue, orders, webhooks } from "./schema.ts";
import { addTask } from "./task-store.ts";

export type Resolved =
  | { kind: "order"; order: OrderBooks; note: string | null }
  /** The other order has a command under way; nothing can be joined before it is answered. */
  | { kind: "busy" };

/** The order a payment or shop observation belongs to; a new one where nothing says otherwise. */
export function resolveOrder(
  core: Core,
  runtime: Runtime,
  seen: PaymentObservation | ShopObservation,
  fingerprint: string | null,
): Resolved {
  const ownId = ownOrder(core.books, seen.connectionId, seen.aliases);
  const own = ownId ? loadOrder(core.books, ownId) : null;
  const side = seen.source === "psp" ? "psp" : "shop";
  if (own && (side === "psp" ? own.shop : own.payment)) return { kind: "order", order: own, note: null };
  const links = linkedOthers(runtime, seen.connectionId, side);
  const sighting = sightingOf(seen);
  const candidates = candidatesFor(core, links, side, seen.aliases, ownId);
  const found = identify(sighting, candidates);
  if (found.kind === "match") {
    const other = loadOrder(core.books, found.orderId as OrderId);
    if (other) {
      const note = `Joined by evidence of tier ${found.tier}: ${found.evidence}.`;
      if (!own) return { kind: "order", order: other, note };
      const merged = mergeOrders(core, own, other, note);
      if (merged === "busy") return { kind: "busy" };
      // Two ERP orders: a person was told, and the sighting stays with its own order.
      return merged === "incident" ? { kind: "order", order: own, note: null } : { kind: "order", order: merged, note };
    }
  }
  const order = own ?? emptyOrder(core);
  const doubtful: Suspect[] =
    found.kind === "unsure"
      ? found.orderIds.map((orderId) => ({ orderId: orderId as OrderId, evidence: found.evidence }))
      : own
        ? []
        : sameBuyer(core, sighting, links, fingerprint);
  if (doubtful.length === 0) return { kind: "order", order, note: null };
  const fresh = doubtful.filter((suspect) => !order.suspects.some((known) => known.orderId === suspect.orderId));
  return { kind: "order", order: { ...order, suspects: [...order.suspects, ...fresh] }, note: null };
}

/** The order that the platform's own ids name already. */
function ownOrder(books: Books, connectionId: ConnectionId, names: readonly Alias[]): OrderId | null {
  for (const alias of names) {
    const id = alias.tier <= 1 ? findOrder(books, connectionId, alias.type, alias.value) : null;
    if (id) return id;
  }
  return null;
}

/** Connections of the other side that may know the order: all of the merchant's in the same environment. */
function linkedOthers(runtime: Runtime, connectionId: ConnectionId, side: "psp" | "shop"): Link[] {
  const environment = runtime.links.get(connectionId)?.config.environment;
  return [...runtime.links.values()].filter(
    (link) => link.config.environment === environment && link.connector.kind === (side === "psp" ? "shop" : "psp"),
  );
}

function candidatesFor(
  core: Core,
  links: readonly Link[],
  side: "psp" | "shop",
  names: readonly Alias[],
  ownId: OrderId | null,
): Candidate[] {
  const ids = new Set<OrderId>();
  for (const alias of names)
    for (const { type, value } of searchKeys(side, alias))
      for (const link of links) {
        const id = findOrder(core.books, link.config.id, type, value);
        if (id && id !== ownId) ids.add(id);
      }
  return [...ids].flatMap((id) => candidateOf(core, id, side === "psp" ? "shop" : "psp"));
}

/** One side of a stored order, as evidence. An order that has an accepted payment takes no second one. */
function candidateOf(core: Core, id: OrderId, side: "psp" | "shop"): Candidate[] {
  const order = loadOrder(core.books, id);
  const own = side === "shop" ? order?.shop : order?.payment;
  if (!order || !own) return [];
  if (side === "shop" && order.payment && ["accepted", "cancelled"].includes(order.payment.state)) return [];
  if (side === "psp" && order.shop) return [];
  const names = aliasesOf(core.books, id).filter((alias) => alias.connectionId === own.connectionId);
  const paid = entryAmount(entriesOf(order, "authorized"));
  return [
    {
      orderId: id,
      side,
      aliases: names,
      currency: order.currency,
      amountMinor: side === "shop" ? (order.shop?.totalMinor ?? 0) : paid,
      paidElsewhereMinor: order.shop?.paidElsewhereMinor ?? 0,
      placedAt: own.placedAt ?? order.firstSeenAt,
      connectors: side === "psp" ? [own.connector] : order.shop?.paidThrough ? [order.shop.paidThrough] : [],
    },
  ];
}

function sightingOf(seen: PaymentObservation | ShopObservation): Sighting {
  if (seen.source === "psp")
    return {
      side: "psp",
      aliases: seen.aliases,
      currency: seen.currency,
      amountMinor: seen.authorizations
        .filter((entry) => entry.state === "succeeded")
        .reduce((sum, entry) => sum + entry.amountMinor, 0),
      paidElsewhereMinor: 0,
      placedAt: seen.placedAt ?? null,
      connectors: [seen.connector],
    };
  const connectors = seen.payments.flatMap((payment) => (payment.connector ? [payment.connector] : []));
  return {
    side: "shop",
    aliases: seen.aliases,
    currency: seen.currency,
    amountMinor: seen.totalMinor,
    paidElsewhereMinor: seen.paidElsewhereMinor,
    placedAt: seen.placedAt,
    connectors: [...new Set(connectors)],
  };
}

// --- the same buyer ----------------------------------------------------------

const BUYER = "buyer";

/** A hash of buyer, currency and amount: says that two are alike, and not who. null without an e-mail address. */
export async function fingerprintOf(seen: PaymentObservation | ShopObservation): Promise<string | null> {
  const email = seen.customer.email?.trim().toLowerCase();
  if (!email) return null;
  const { currency, amountMinor, paidElsewhereMinor } = sightingOf(seen);
  const text = new TextEncoder().encode(`${email}\n${currency}\n${amountMinor - paidElsewhereMinor}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  return Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Remembers a fingerprint. It stands under the order's own id, because many orders may share one. */
export function rememberBuyer(books: Books, orderId: OrderId, fingerprint: string | null): void {
  if (fingerprint === null) return;
  const row = { value: fingerprint, type: BUYER, connectionId: orderId, orderId };
  books.insert(aliases).values(row).onConflictDoNothing().run();
}

function sameBuyer(core: Core, seen: Sighting, links: readonly Link[], fingerprint: string | null): Suspect[] {
  if (fingerprint === null || links.length === 0) return [];
  const rows = core.books
    .select({ id: aliases.orderId })
    .from(aliases)
    .where(and(eq(aliases.value, fingerprint), eq(aliases.type, BUYER)))
    .limit(20)
    .all();
  const candidates = rows.flatMap(({ id }) => candidateOf(core, id as OrderId, seen.side === "psp" ? "shop" : "psp"));
  const now = core.ports.now();
  const dated = { ...seen, placedAt: seen.placedAt ?? now };
  return suspects(dated, candidates).map((candidate) => ({
    orderId: candidate.orderId as OrderId,
    evidence: "the same buyer, amount, gateway and quarter of an hour, and no identifier to compare",
  }));
}

// --- two that are one --------------------------------------------------------

/**
 * Joins two orders. The one with an ERP order survives, else the older one. Both with an ERP order: an incident, and
 * nothing is merged. Call inside a transaction.
 */
export function mergeOrders(core: Core, a: OrderBooks, b: OrderBooks, note: string): OrderBooks | "busy" | "incident" {
  if (a.erp && b.erp) {
    tellIncident(core, a, b, note);
    return "incident";
  }
  const [survivor, loser] = b.erp || (!a.erp && b.id < a.id) ? [b, a] : [a, b];
  if (loser.commands.some((command) => isInFlight(command.state))) return "busy";
  const { books } = core;
  for (const command of loser.commands)
    if (!isFinal(command.state))
      books
        .update(commands)
        .set({ state: "withdrawn", heldBy: null, code: null, detail: null, dueAt: null })
        .where(eq(commands.id, command.id))
        .run();
  const names = aliasesOf(books, loser.id);
  for (const { connectionId, type, value } of names)
    books
      .update(aliases)
      .set({ orderId: survivor.id })
      .where(and(eq(aliases.value, value), eq(aliases.type, type), eq(aliases.connectionId, connectionId)))
      .run();
  books.update(webhooks).set({ orderId: survivor.id }).where(eq(webhooks.orderId, loser.id)).run();
  books.delete(orders).where(eq(orders.id, loser.id)).run();
  books.insert(indexQueue).values({ orderId: loser.id }).onConflictDoNothing().run();
  replaceAliases(books, survivor.id, [...aliasesOf(books, survivor.id), ...names]);
  return {
    ...survivor,
    suspects: survivor.suspects.filter((suspect) => suspect.orderId !== loser.id),
    // The other order's sides are taken over; its facts are learned again from its platforms.
    payment: survivor.payment ?? loser.payment,
    shop: survivor.shop ?? loser.shop,
    rows: [...survivor.rows, ...loser.rows.filter((row) => !survivor.rows.some((other) => other.key === row.key))],
    content: survivor.content ?? loser.content,
    firstSeenAt: Math.min(
      survivor.firstSeenAt ?? Number.MAX_SAFE_INTEGER,
      loser.firstSeenAt ?? Number.MAX_SAFE_INTEGER,
    ),
  };
}

/** Both reached the ERP: a person cancels or credits the younger one. */
function tellIncident(core: Core, a: OrderBooks, b: OrderBooks, note: string): void {
  const younger = (a.erp?.externalId ?? "") > (b.erp?.externalId ?? "") ? a : b;
  const older = younger === a ? b : a;
  addTask(core, younger.id, {
    key: `duplicate:${older.id}`,
    problem: problem(
      "DUPLICATE_IN_ERP",
      `ERP orders ${older.erp?.externalId ?? ""} (${older.id}) and ${younger.erp?.externalId ?? ""} (${younger.id}). ${note}`,
    ),
  });
}
