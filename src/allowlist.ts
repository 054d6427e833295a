// Checks a source address against addresses and CIDR ranges, IPv4 and IPv6. It refuses an address that it cannot read.
// Pure.
import { BlockList, isIP } from "node:net";

export type Allowlist = (address: string | null) => boolean;

const MAPPED = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/;

interface Address {
  readonly text: string;
  readonly family: "ipv4" | "ipv6";
}

/**
 * Builds the check for `entries` (`203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32`).
 * @throws {RangeError} naming the entry that is neither an address nor a range
 */
export function allowlist(entries: readonly string[]): Allowlist {
  const list = new BlockList();
  for (const entry of entries) add(list, entry);
  // The usual case, KICC's own address, needs no parsing.
  const plain = new Set(entries.filter((entry) => isIP(entry) === 4));
  return (address) => {
    if (address !== null && plain.has(address)) return true;
    const read = address === null ? null : readAddress(address);
    return read !== null && list.check(read.text, read.family);
  };
}

function add(list: BlockList, entry: string): void {
  const [network = "", bits, ...rest] = entry.split("/");
  const address = readAddress(network);
  if (address === null || rest.length > 0) throw new RangeError(`Cannot read address: ${entry}`);
  const { text, family } = address;
  if (bits === undefined) {
    list.addAddress(text, family);
    return;
  }
  // /0 would let everyone in. A range of an IPv4-mapped IPv6 address is ambiguous: its bits may be counted in either
  // family.
  const widest = family === "ipv4" ? 32 : 128;
  const isMapped = family === "ipv4" && network.includes(":");
  if (isMapped || !/^[1-9]\d{0,2}$/.test(bits) || Number(bits) > widest) {
    throw new RangeError(`Cannot read range: ${entry}`);
  }
  list.addSubnet(text, Number(bits), family);
}

/**
 * Brings an address into one spelling, because BlockList treats `2001:db8::1.2.3.4` and `2001:db8::102:304` as
 * different. An IPv4-mapped IPv6 address becomes the IPv4 address. Zones (`fe80::1%eth0`) are refused.
 */
function readAddress(text: string): Address | null {
  const version = text.includes("%") ? 0 : isIP(text);
  if (version === 4) return { text, family: "ipv4" };
  const host = version === 6 ? URL.parse(`http://[${text}]`)?.hostname : undefined;
  if (host === undefined) return null;
  const address = host.slice(1, -1);
  const [, high, low] = MAPPED.exec(address) ?? [];
  if (high === undefined || low === undefined) return { text: address, family: "ipv6" };
  return { text: [...twoBytes(high), ...twoBytes(low)].join("."), family: "ipv4" };
}

function twoBytes(hex: string): [number, number] {
  const both = Number.parseInt(hex, 16);
  return [both >> 8, both & 0xff];
}
