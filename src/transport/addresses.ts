// Says whether a host is one the public internet can name: no private, loopback or special address in any spelling.
//
// Hosts come from `URL.hostname`, which has already turned decimal, octal, hex and short IPv4 spellings into four
// decimal numbers and every IPv6 spelling into its shortest form.

export type HostKind = "public" | "loopback" | "special";

/** IPv4 blocks that are not public: IANA's special-purpose registry, multicast, and one cloud's metadata address. */
const SPECIAL_IPV4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["168.63.129.16", 32],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];

/** Name endings that never belong to a public host. */
const SPECIAL_SUFFIXES = [
  "local",
  "localdomain",
  "internal",
  "intranet",
  "private",
  "corp",
  "home",
  "lan",
  "home.arpa",
];

/** The kind of a host as `URL.hostname` gives it (IPv6 in brackets, names in lower case). */
export function hostKind(hostname: string): HostKind {
  const host = hostname.replace(/\.$/, "");
  if (host.startsWith("[")) return ipv6Kind(host.slice(1, -1));
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return ipv4Kind(host);
  return nameKind(host);
}

function nameKind(host: string): HostKind {
  if (host === "localhost" || host.endsWith(".localhost")) return "loopback";
  if (!host.includes(".") || host.split(".").includes("")) return "special";
  return SPECIAL_SUFFIXES.some((suffix) => host.endsWith(`.${suffix}`)) ? "special" : "public";
}

function ipv4Kind(host: string): HostKind {
  const address = ipv4Number(host);
  if (inBlock(address, "127.0.0.0", 8)) return "loopback";
  return SPECIAL_IPV4.some(([block, bits]) => inBlock(address, block, bits)) ? "special" : "public";
}

const ipv4Number = (host: string): number => host.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

const inBlock = (address: number, block: string, bits: number): boolean =>
  Math.floor(address / 2 ** (32 - bits)) === Math.floor(ipv4Number(block) / 2 ** (32 - bits));

/**
 * Only global unicast (2000::/3) is public, less the blocks inside it that carry or translate other addresses:
 * 2001::/23 (Teredo and others), 2001:db8::/32, 2002::/16 (6to4) and 3fff::/20. Mapped IPv4 lies outside it.
 */
function ipv6Kind(address: string): HostKind {
  const groups = ipv6Groups(address);
  if (groups === null) return "special";
  if (groups.every((group, index) => group === (index === 7 ? 1 : 0))) return "loopback";
  const [first = 0, second = 0] = groups;
  if (first < 0x2000 || first > 0x3fff) return "special";
  if (first === 0x2001 && (second < 0x0200 || second === 0x0db8)) return "special";
  if (first === 0x2002 || (first === 0x3fff && second < 0x1000)) return "special";
  return "public";
}

function ipv6Groups(address: string): number[] | null {
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const gap = tail === undefined ? 0 : 8 - left.length - right.length;
  if (gap < 0) return null;
  const groups = [...left, ...new Array<string>(gap).fill("0"), ...right].map((group) => Number.parseInt(group, 16));
  return groups.length === 8 && groups.every((group) => group >= 0 && group <= 0xffff) ? groups : null;
}
