// Reads a body as a stream and stops as soon as it is larger than allowed.

export type CappedBody =
  | { kind: "whole"; bytes: Uint8Array }
  | { kind: "too_large" }
  /** The stream ended with an error. */
  | { kind: "broken" }
  | { kind: "timeout" };

/**
 * Reads at most `bytesMax` bytes. `aborted` resolves when time is up. Whatever is left unread is cancelled, so that
 * the connection is given back.
 */
export async function readCapped(
  message: Request | Response,
  bytesMax: number,
  aborted: Promise<"timeout">,
): Promise<CappedBody> {
  if (message.body === null) return { kind: "whole", bytes: new Uint8Array() };
  const reader: ReadableStreamDefaultReader<Uint8Array> = message.body.getReader();
  const cancel = (): void => void reader.cancel().catch(() => {});
  if (Number(message.headers.get("content-length") ?? 0) > bytesMax) {
    cancel();
    return { kind: "too_large" };
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const next = await Promise.race([reader.read().catch(() => "broken" as const), aborted]);
    if (next === "broken") return { kind: "broken" };
    if (next === "timeout") {
      cancel();
      return { kind: "timeout" };
    }
    if (next.done) return { kind: "whole", bytes: joined(chunks, length) };
    length += next.value.byteLength;
    if (length > bytesMax) {
      cancel();
      return { kind: "too_large" };
    }
    chunks.push(next.value);
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
