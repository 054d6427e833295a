// Source addresses against a list of addresses and CIDR ranges, IPv4 and IPv6. Pure; whatever it cannot read is refused.
import { BlockList, isIP } from "node:net";

export type Allowlist = (address: string | null) => boolean;

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * Builds the check for `entries` (`203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32`).
 * @throws {RangeError} naming the entry that is neither an address nor a range
 */
export function allowlist(entries: readonly string[]): Allowlist {
  const list = new BlockList();
  for (const entry of entries) add(list, entry);
  return (address) => {
    const read = address === null ? null : readAddress(address);
    return read !== null && list.check(read.address, read.family);
  };
}

function add(list: BlockList, entry: string): void {
  const [network = "", bits, ...rest] = entry.split("/");
  const read = readAddress(network);
  const widest = read?.family === "ipv4" ? 32 : 128;
  const mappedRange = bits !== undefined && read?.address !== network;
  if (read === null || rest.length > 0 || mappedRange) throw new RangeError(`Cannot read address: ${entry}`);
  if (bits === undefined) {
    list.addAddress(read.address, read.family);
    return;
  }
  // A prefix of 0 would let everyone in: nobody means that here.
  if (!/^[1-9]\d{0,2}$/.test(bits) || Number(bits) > widest) throw new RangeError(`Cannot read range: ${entry}`);
  list.addSubnet(read.address, Number(bits), read.family);
}

/** An IPv4 address mapped into IPv6 is the IPv4 address. Zones (`fe80::1%eth0`) are refused. */
function readAddress(text: string): { address: string; family: "ipv4" | "ipv6" } | null {
  const address = MAPPED.exec(text)?.[1] ?? text;
  const version = address.includes("%") ? 0 : isIP(address);
  if (version === 0) return null;
  return { address, family: version === 4 ? "ipv4" : "ipv6" };
}
