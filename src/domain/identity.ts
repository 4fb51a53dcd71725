// Whether two sightings are one order. Evidence has tiers, and each tier its guards; heuristics never merge by themselves
// (reference/join-keys.md sections 2 and 3).
import type { Alias, ConnectorId, Tier } from "./observation.ts";

/** Which identifier of a PSP may equal which identifier of a shop, and how strong that is as evidence. Data, not code. */
export interface Equality {
  psp: string;
  shop: string;
  tier: Exclude<Tier, 0>;
  /** The PSP's field always holds this kind of value with this shop: two different values are two different orders. */
  definite: boolean;
}

const own = (psp: string): Equality[] =>
  ["woo.transaction_id", "centra.external_reference"].map((shop) => ({ psp, shop, tier: 1 as const, definite: true }));

const token = (psp: string, definite = false): Equality => ({ psp, shop: "shopify.payment_id", tier: 2, definite });

const shopId = (psp: string): Equality => ({ psp, shop: "woo.order_id", tier: 3, definite: false });

const number = (psp: string): Equality[] =>
  ["shopify.name", "woo.number", "centra.number"].map((shop) => ({ psp, shop, tier: 4 as const, definite: false }));

export const EQUALITIES: readonly Equality[] = [
  ...own("klarna.order_id"),
  token("klarna.merchant_reference2", true),
  token("klarna.merchant_reference1"),
  shopId("klarna.merchant_reference2"),
  ...number("klarna.merchant_reference1"),
  ...own("qliro.order_id"),
  ...own("qliro.transaction_id"),
  token("qliro.merchant_reference"),
  ...number("qliro.merchant_reference"),
  ...own("svea.order_id"),
  token("svea.client_order_number"),
  ...number("svea.client_order_number"),
  ...own("mollie.payment_id"),
  ...own("mollie.order_id"),
  token("mollie.description"),
  shopId("mollie.meta_order_id"),
  ...number("mollie.order_number"),
  ...own("adyen.psp_reference"),
  token("adyen.merchant_reference"),
  shopId("adyen.merchant_reference"),
];

/** What identifies one side of an order, and what the guards compare. */
export interface Sighting {
  side: "psp" | "shop";
  aliases: readonly Alias[];
  currency: string;
  /** Authorised at the PSP, or owed in the shop. */
  amountMinor: number;
  /** Part of the shop's total paid outside of the PSP. */
  paidElsewhereMinor: number;
  /** Milliseconds; null where the platform does not say it unambiguously. */
  placedAt: number | null;
  /** The PSP, or the PSPs that the shop's gateways belong to. */
  connectors: readonly ConnectorId[];
}

export interface Candidate extends Sighting {
  orderId: string;
}

export type Identity =
  | { kind: "match"; orderId: string; tier: Tier; evidence: string }
  /** Evidence that is too weak, or points at several orders. */
  | { kind: "unsure"; orderIds: string[]; evidence: string }
  | { kind: "none" };

const HOURS_48 = 48 * 3_600_000;
const SAME_BASKET_MS = 15 * 60_000;
const NUMBER_LENGTH_MIN = 3;

/** `#1001` → `1001`; shop prefixes and suffixes stay (reference/join-keys.md section 2.1). */
export const normaliseNumber = (value: string): string =>
  value.normalize("NFKC").trim().toUpperCase().replace(/^#/, "");

/** An exact, case-sensitive token for strong evidence; otherwise a number, as the connector normalised it. */
const comparable = (alias: Alias, tier: Tier): string =>
  tier <= 2 ? (alias.raw ?? alias.value) : normaliseNumber(alias.value);

/** Finds the order of a sighting among candidates of the other side, strongest evidence first. */
export function identify(seen: Sighting, candidates: readonly Candidate[]): Identity {
  for (const tier of [1, 2, 3, 4] as const) {
    const found = candidates.flatMap((candidate) => {
      const evidence = evidenceOf(seen, candidate, tier);
      return evidence && isPlausible(seen, candidate, tier, evidence) ? [{ candidate, evidence }] : [];
    });
    const allowed = found.filter(({ candidate }) => !isContradicted(seen, candidate, tier));
    const [only] = allowed;
    if (only && allowed.length === 1)
      return { kind: "match", orderId: only.candidate.orderId, tier, evidence: only.evidence.text };
    if (allowed.length > 1)
      return {
        kind: "unsure",
        orderIds: allowed.map(({ candidate }) => candidate.orderId),
        evidence: `${allowed.length} orders fit ${only?.evidence.text ?? ""}`,
      };
  }
  return { kind: "none" };
}

interface Evidence {
  text: string;
  value: string;
}

function evidenceOf(seen: Sighting, candidate: Candidate, tier: Tier): Evidence | null {
  for (const equality of EQUALITIES.filter((rule) => rule.tier === tier))
    for (const [a, b] of pairs(seen, candidate, equality)) {
      const value = comparable(a, tier);
      if (value !== "" && value === comparable(b, tier)) return { text: `${a.type} = ${b.type} = ${value}`, value };
    }
  return null;
}

/** The identifiers of both sides that a rule compares. */
function pairs(seen: Sighting, candidate: Candidate, rule: Equality): [Alias, Alias][] {
  const [psp, shop] = seen.side === "psp" ? [seen, candidate] : [candidate, seen];
  if (psp.side !== "psp" || shop.side !== "shop") return [];
  return psp.aliases
    .filter((alias) => alias.type === rule.psp)
    .flatMap((a) => shop.aliases.filter((b) => b.type === rule.shop).map((b): [Alias, Alias] => [a, b]));
}

/** The guards of each tier (reference/join-keys.md section 3). */
function isPlausible(seen: Sighting, candidate: Candidate, tier: Tier, { value }: Evidence): boolean {
  const sameGateway = isSameGateway(seen, candidate);
  if (tier <= 1) return true;
  if (tier === 2) return sameGateway !== false && (!isLegacyToken(value) || isSameMoney(seen, candidate));
  const close = isSameMoney(seen, candidate) && isWithin(seen, candidate, HOURS_48);
  return tier === 3 ? close : close && sameGateway === true && value.length >= NUMBER_LENGTH_MIN;
}

/** `#1001.1`, `c901414060.1`: short and guessable, unlike the opaque tokens of today. */
const isLegacyToken = (value: string): boolean => /^(#|c)?[\w-]{1,12}\.\d+$/.test(value);

/** Whether the shop says that this PSP was paid through; null where it does not say. */
function isSameGateway(a: Sighting, b: Sighting): boolean | null {
  const [psp, shop] = a.side === "psp" ? [a, b] : [b, a];
  if (shop.connectors.length === 0) return null;
  return psp.connectors.some((connector) => shop.connectors.includes(connector));
}

/** Equal to one minor unit; a PSP amount below the total is right when the rest was paid elsewhere. */
function isSameMoney(a: Sighting, b: Sighting): boolean {
  const [psp, shop] = a.side === "psp" ? [a, b] : [b, a];
  if (psp.currency !== shop.currency) return false;
  return Math.abs(psp.amountMinor - (shop.amountMinor - shop.paidElsewhereMinor)) <= 1;
}

const isWithin = (a: Sighting, b: Sighting, ms: number): boolean =>
  a.placedAt === null || b.placedAt === null || Math.abs(a.placedAt - b.placedAt) <= ms;

/** Stronger identifiers that both sides have, and that differ, forbid what weaker ones suggest. */
function isContradicted(seen: Sighting, candidate: Candidate, tier: Tier): boolean {
  return EQUALITIES.some((rule) => {
    if (!rule.definite || rule.tier >= tier) return false;
    const compared = pairs(seen, candidate, rule);
    return compared.length > 0 && !compared.some(([a, b]) => comparable(a, rule.tier) === comparable(b, rule.tier));
  });
}

/**
 * The last resort: the same buyer, basket amount, gateway and quarter of an hour, and no identifier to compare. A person
 * decides; it never merges by itself. `candidates` are orders of the same buyer fingerprint.
 */
export function suspects(seen: Sighting, candidates: readonly Candidate[]): Candidate[] {
  const alike = candidates.filter(
    (candidate) =>
      candidate.side !== seen.side &&
      isSameMoney(seen, candidate) &&
      seen.placedAt !== null &&
      candidate.placedAt !== null &&
      isWithin(seen, candidate, SAME_BASKET_MS) &&
      isSameGateway(seen, candidate) !== false &&
      !EQUALITIES.some((rule) => pairs(seen, candidate, rule).length > 0),
  );
  return alike.length === 1 ? alike : [];
}

/** Identifiers of the other side under which an identifier may be found, as the alias table keeps them. */
export function searchKeys(side: "psp" | "shop", alias: Alias): { type: string; value: string }[] {
  const raw = alias.raw ?? alias.value;
  const values = [...new Set([raw, alias.value, normaliseNumber(raw), normaliseNumber(alias.value)])];
  const types = new Set(
    EQUALITIES.filter((rule) => (side === "psp" ? rule.psp : rule.shop) === alias.type).map((rule) =>
      side === "psp" ? rule.shop : rule.psp,
    ),
  );
  return [...types].flatMap((type) => values.map((value) => ({ type, value })));
}
