// Accepted webhooks per second, beside a bare object that inserts one row per request: same process, turn by turn.
import { median, postMany } from "./load.mjs";

const CONNECTIONS = 32;
const ROUNDS = 7;
const PER_ROUND = 1_000;

let made = 0;

/** A push as Qliro sends it, of an order of its own. `kind` decides whether it asks for work. */
function pushOf(kind) {
  made += 1;
  const orderId = 7_000_000 + made;
  return JSON.stringify({
    OrderId: orderId,
    MerchantReference: `BENCH-${orderId}`,
    Status: "Success",
    Timestamp: "2026-11-20T10:00:00.000",
    NotificationType: kind,
    PaymentTransactionId: 9_000_000 + made,
  });
}

/**
 * Rounds of the real Worker and of the bare one in turn; every ratio compares two neighbours in time.
 * @param {{ bareUrl: URL, hooks: { qliro: URL } }} world
 * @param {string} kind The push's notification type.
 */
export async function measureAccept({ bareUrl, hooks }, kind) {
  const body = () => pushOf(kind);
  const round = (url) => postMany(url, { connections: CONNECTIONS, count: PER_ROUND, body });
  await round(hooks.qliro);
  await round(bareUrl);
  const rounds = [];
  for (let number = 0; number < ROUNDS; number += 1)
    rounds.push({ bare: await round(bareUrl), ours: await round(hooks.qliro) });
  const of = (side, value) => median(rounds.map((pair) => pair[side][value]));
  const sideOf = (side) => ({
    perSecond: of(side, "perSecond"),
    p50Ms: of(side, "p50Ms"),
    p99Ms: of(side, "p99Ms"),
  });
  return {
    ours: sideOf("ours"),
    bare: sideOf("bare"),
    ratio: median(rounds.map(({ ours, bare }) => ours.perSecond / bare.perSecond)),
  };
}
