// HMAC-SHA256 without waiting: a control command sends its webhooks at once, and WebCrypto only promises.

const encoder = new TextEncoder();
const BLOCK_BYTES = 64;

const primes = (count: number): number[] => {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate += 1)
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  return found;
};
/** The first 32 bits of the fraction (FIPS 180-4, sections 4.2.2 and 5.3.3). */
const fraction = (value: number): number => Math.floor((value - Math.floor(value)) * 2 ** 32) | 0;
const ROUND = Int32Array.from(primes(64), (prime) => fraction(Math.cbrt(prime)));
const INITIAL = Int32Array.from(primes(8), (prime) => fraction(Math.sqrt(prime)));

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

/** SHA-256 of some bytes. */
export function sha256(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / BLOCK_BYTES) * BLOCK_BYTES);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(message.length / 2 ** 29));
  view.setUint32(padded.length - 4, (message.length * 8) | 0);
  const state = Int32Array.from(INITIAL);
  for (let start = 0; start < padded.length; start += BLOCK_BYTES) compress(state, view, start);
  const digest = new Uint8Array(32);
  const out = new DataView(digest.buffer);
  state.forEach((word, index) => {
    out.setInt32(index * 4, word);
  });
  return digest;
}

function compress(state: Int32Array, block: DataView, start: number): void {
  const words = new Int32Array(64);
  const word = (index: number): number => words[index] ?? 0;
  for (let index = 0; index < 64; index += 1) {
    if (index < 16) {
      words[index] = block.getInt32(start + index * 4);
      continue;
    }
    const early = word(index - 15);
    const late = word(index - 2);
    const small0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
    const small1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
    words[index] = (word(index - 16) + small0 + word(index - 7) + small1) | 0;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let index = 0; index < 64; index += 1) {
    const big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const first = (h + big1 + ((e & f) ^ (~e & g)) + (ROUND[index] ?? 0) + word(index)) | 0;
    const big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const second = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((sum, index) => {
    state[index] = ((state[index] ?? 0) + sum) | 0;
  });
}

/** Base64 of the HMAC-SHA256 of a text under a secret; both as UTF-8 (reference/shopify.md section 2.3). */
export function hmacBase64(secret: string, message: string): string {
  const given = encoder.encode(secret);
  const key = new Uint8Array(BLOCK_BYTES);
  key.set(given.length > BLOCK_BYTES ? sha256(given) : given);
  const inner = sha256(joined(xored(key, 0x36), encoder.encode(message)));
  return btoa(String.fromCharCode(...sha256(joined(xored(key, 0x5c), inner))));
}

const xored = (key: Uint8Array, byte: number): Uint8Array => key.map((each) => each ^ byte);

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
