// Rate limits as leaky buckets: points of GraphQL cost, and calls of REST (reference/shopify.md section 5).
import type { Bucket, Shop } from "./truth.ts";

/** The bucket holds this many seconds' worth of points. */
const POINTS_SECONDS = 20;
const CALLS_MAX = 40;
const CALLS_PER_SECOND = 2;

export const fullPoints = (restoreRate: number, now: number): Bucket => ({
  left: restoreRate * POINTS_SECONDS,
  at: now,
});
export const fullCalls = (now: number): Bucket => ({ left: CALLS_MAX, at: now });

/** What is in a bucket now. */
const refilled = (bucket: Bucket, perSecond: number, most: number, now: number): Bucket => ({
  left: Math.min(most, bucket.left + (Math.max(0, now - bucket.at) / 1_000) * perSecond),
  at: Math.max(now, bucket.at),
});

export interface ThrottleStatus {
  maximumAvailable: number;
  currentlyAvailable: number;
  restoreRate: number;
}

/** Lets the points of a shop refill, and tells how they stand. */
export function pointsOf(shop: Shop, now: number): ThrottleStatus {
  const most = shop.restoreRate * POINTS_SECONDS;
  shop.points = refilled(shop.points, shop.restoreRate, most, now);
  return { maximumAvailable: most, currentlyAvailable: Math.floor(shop.points.left), restoreRate: shop.restoreRate };
}

export function spendPoints(shop: Shop, cost: number): void {
  shop.points.left -= cost;
}

/** Takes one REST call; the header that tells how many of how many are used. */
export function takeCall(shop: Shop, now: number): { allowed: boolean; header: string } {
  shop.calls = refilled(shop.calls, CALLS_PER_SECOND, CALLS_MAX, now);
  const allowed = shop.calls.left >= 1;
  if (allowed) shop.calls.left -= 1;
  return { allowed, header: `${CALLS_MAX - Math.floor(shop.calls.left)}/${CALLS_MAX}` };
}
