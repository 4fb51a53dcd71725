// Sends requests over a fixed number of kept-alive connections, one at a time each, and keeps how long each took.
//
// Written on plain sockets: a full HTTP client costs as much as the Worker it measures, on the same two cores.
import { connect } from "node:net";

const HEAD_END = Buffer.from("\r\n\r\n");
const LAST_CHUNK = Buffer.from("0\r\n\r\n");

/**
 * Posts bodies to `url` over `connections` connections until `count` are answered.
 * @param {URL} url
 * @param {{ connections: number, count: number, body: (index: number) => string }} options
 * @returns {Promise<{ perSecond: number, p50Ms: number, p99Ms: number }>} Rejects when an answer is not a 2xx.
 */
export async function postMany(url, { connections, count, body }) {
  const times = [];
  let next = 0;
  const startedAt = performance.now();
  const line = async () => {
    const connection = await open(url);
    try {
      while (next < count) {
        const text = body(next++);
        const sentAt = performance.now();
        const status = await connection.post(text);
        if (status < 200 || status > 299) throw new Error(`${url.pathname} answered ${status}`);
        times.push(performance.now() - sentAt);
      }
    } finally {
      connection.close();
    }
  };
  await Promise.all(Array.from({ length: connections }, line));
  return { perSecond: (count * 1000) / (performance.now() - startedAt), ...percentiles(times) };
}

/** @param {number[]} times Milliseconds. */
export function percentiles(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** @param {number[]} values */
export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
};

async function open(url) {
  const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  const head = `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: application/json\r\ncontent-length: `;
  let waiting = null;
  let received = Buffer.alloc(0);
  socket.on("data", (part) => {
    received = received.length === 0 ? part : Buffer.concat([received, part]);
    const status = completeStatus(received);
    if (status === null) return;
    received = Buffer.alloc(0);
    waiting?.resolve(status);
  });
  const lost = (why) => waiting?.reject(new Error(`the connection was lost: ${why}`));
  socket.on("error", (error) => lost(error.message)).on("close", () => lost("closed"));
  return {
    post: (text) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(`${head}${Buffer.byteLength(text)}\r\n\r\n${text}`);
      }),
    close: () => socket.destroy(),
  };
}

/** The status of an answer that has arrived completely; null while it has not. */
function completeStatus(received) {
  const end = received.indexOf(HEAD_END);
  if (end < 0) return null;
  const head = received.toString("latin1", 0, end).toLowerCase();
  const length = /\r\ncontent-length: (\d+)/.exec(head);
  const complete = length
    ? received.length >= end + 4 + Number(length[1])
    : received.subarray(end + 4 - 2).includes(LAST_CHUNK);
  return complete ? Number(head.slice(9, 12)) : null;
}
