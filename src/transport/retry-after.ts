// Reads the Retry-After header: how long a platform asks us to stay away.

/** A platform may not silence a connection for longer than this; after it we ask again. */
const PAUSE_MS_MAX = 24 * 60 * 60_000;

const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * The pause in milliseconds, or null when the header is absent or unreadable. Reads seconds (Shopify writes `2.0`)
 * and HTTP dates; an instant that has passed is 0.
 */
export function retryAfterMs(headers: Headers, now: number): number | null {
  const text = headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Math.min(Math.ceil(Number(text) * 1000), PAUSE_MS_MAX);
  if (!HTTP_DATE.test(text)) return null;
  const instant = Date.parse(text);
  return Number.isNaN(instant) ? null : Math.min(Math.max(0, instant - now), PAUSE_MS_MAX);
}
