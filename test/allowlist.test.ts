import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allowlist } from "../src/allowlist.ts";

const KICC = "203.233.72.66";

describe("an allowlist", () => {
  it("lets in an address on it, and nobody else", () => {
    const allows = allowlist([KICC]);
    expect(allows(KICC)).toBe(true);
    expect(allows("203.233.72.67")).toBe(false);
    expect(allows("61.33.205.151")).toBe(false);
    expect(allows("::1")).toBe(false);
  });

  it("lets nobody in while it is empty", () => {
    expect(allowlist([])(KICC)).toBe(false);
  });

  it.each([
    ["203.0.113.0/24", "203.0.113.255", "203.0.114.0"],
    ["203.0.113.7/24", "203.0.113.0", "203.0.112.255"],
    ["203.0.113.7/32", "203.0.113.7", "203.0.113.6"],
    ["128.0.0.0/1", "255.255.255.255", "127.255.255.255"],
    ["2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"],
    ["2001:db8::/33", "2001:db8:7fff:ffff::", "2001:db8:8000::"],
    ["2001:db8::1/128", "2001:db8::1", "2001:db8::2"],
  ])("reads the range %s", (range, inside, outside) => {
    expect(allowlist([range])(inside)).toBe(true);
    expect(allowlist([range])(outside)).toBe(false);
  });

  it("takes several entries of both families", () => {
    const allows = allowlist([KICC, "2001:db8::/32", "198.51.100.0/25"]);
    expect([KICC, "2001:db8::5", "198.51.100.127"].every(allows)).toBe(true);
    expect(allows("198.51.100.128")).toBe(false);
  });

  it.each([
    null,
    "",
    " ",
    `${KICC} `,
    ` ${KICC}`,
    `${KICC}\n`,
    `${KICC}\0`,
    `${KICC}, ${KICC}`,
    `${KICC},10.0.0.1`,
    `${KICC}:443`,
    `${KICC}/32`,
    "203.233.72",
    "203.233.072.66",
    "0xcb.0xe9.0x48.0x42",
    "0313.0351.0110.0102",
    "3421063234",
    "203.233.18498",
    "203.233.72.66.",
    "203.233.72.322",
    "２０３.233.72.66",
    "[2001:db8::1]",
    "2001:db8::1%eth0",
    "2001:db8::1%",
    "2001:db8:::1",
    "::ffff:203.233.72.066",
    "::ffff:203.233.72.66%1",
    "unknown",
    "__proto__",
  ])("refuses %j, which is no one address", (address) => {
    const allows = allowlist([KICC, "2001:db8::/32", "128.0.0.0/1", "::/1"]);
    expect(allows(address)).toBe(false);
  });

  it.each([
    "::ffff:203.233.72.66",
    "::FFFF:203.233.72.66",
    "0:0:0:0:0:ffff:203.233.72.66",
    "::ffff:cbe9:4842",
    "0000:0000:0000:0000:0000:ffff:cbe9:4842",
  ])("takes %s for the IPv4 address that it maps, on either side", (mapped) => {
    expect(allowlist([KICC])(mapped)).toBe(true);
    expect(allowlist([mapped])(KICC)).toBe(true);
    expect(allowlist(["203.233.72.0/24"])(mapped)).toBe(true);
  });

  it.each(["::203.233.72.66", "::cbe9:4842", "64:ff9b::203.233.72.66", "2002:cbe9:4842::", "::ffff:0:203.233.72.66"])(
    "takes %s, which is no mapped address, for a stranger",
    (address) => {
      expect(allowlist([KICC])(address)).toBe(false);
    },
  );

  it.each(["::/1", "::/64", "::/80", "2001:db8::/32"])("lets no IPv4 address in by the IPv6 range %s", (range) => {
    expect(allowlist([range])(KICC)).toBe(false);
    expect(allowlist([range])(`::ffff:${KICC}`)).toBe(false);
  });

  it.each([
    "",
    "kicc.co.kr",
    "203.233.72",
    "203.233.072.66",
    "0xcb.0xe9.0x48.0x42",
    "2001:db8::1%eth0",
    "203.233.72.66/33",
    "203.233.72.66/0",
    "0.0.0.0/0",
    "::/0",
    "2001:db8::/129",
    "203.233.72.0/24/24",
    "203.233.72.0/",
    "203.233.72.0/024",
    "203.233.72.0/+24",
    "203.233.72.0/ 24",
    "203.233.72.0/2e1",
    "203.233.72.0/-8",
    "203.233.72.0/255.255.255.0",
    "203.233.72.60-203.233.72.70",
    "::ffff:203.233.72.66/128",
    "::ffff:0:0/96",
    "::ffff:cbe9:4842/120",
    "::ffff:203.233.72.0/24",
  ])("cannot be built with %j, and the error names it", (entry) => {
    expect(() => allowlist([KICC, entry])).toThrow(RangeError);
    expect(() => allowlist([entry])).toThrow(entry);
  });
});

const dotted = (number: number) => [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff).join(".");
const bitsOf = (groups: readonly number[]) => groups.map((g) => g.toString(2).padStart(16, "0")).join("");
const bitsOf4 = (number: number) => number.toString(2).padStart(32, "0");
const hex = (groups: readonly number[]) => groups.map((g) => g.toString(16)).join(":");
const isMapped = (groups: readonly number[]) => groups.slice(0, 5).every((g) => g === 0) && groups[5] === 0xffff;

/** One of the ways to write an IPv6 address. */
function spelling(groups: readonly number[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.nat(7), fc.integer({ min: 1, max: 8 }))
    .map(([capitals, padded, dots, from, count]) => {
      const written = groups.map((g) => g.toString(16).padStart(padded ? 4 : 1, "0"));
      const last = dots ? [dotted((groups[6] ?? 0) * 0x1_0000 + (groups[7] ?? 0))] : written.slice(6);
      const parts = [...written.slice(0, 6), ...last];
      const to = Math.min(from + count, dots ? 6 : 8);
      const zeros = groups.slice(from, to).every((g) => g === 0) && to > from;
      const text = zeros ? `${parts.slice(0, from).join(":")}::${parts.slice(to).join(":")}` : parts.join(":");
      return capitals ? text.toUpperCase() : text;
    });
}

describe("any address", () => {
  const ipv4 = fc.nat(0xffff_ffff);
  const group = fc.oneof(fc.constant(0), fc.nat(0xffff));
  const ipv6 = fc.array(group, { minLength: 8, maxLength: 8 });

  it("in IPv4 is let in exactly when its first bits are the range's", () => {
    fc.assert(
      fc.property(ipv4, fc.integer({ min: 1, max: 32 }), ipv4, fc.nat(32), (network, prefix, noise, kept) => {
        // An address that shares its first `kept` bits with the network, so that both answers come up.
        const bits = bitsOf4(network).slice(0, kept) + bitsOf4(noise).slice(kept);
        const address = dotted(Number.parseInt(bits, 2));
        const inside = bits.slice(0, prefix) === bitsOf4(network).slice(0, prefix);
        expect(allowlist([`${dotted(network)}/${prefix}`])(address)).toBe(inside);
        expect(allowlist([dotted(network)])(address)).toBe(bits === bitsOf4(network));
      }),
    );
  });

  it("in IPv6 is let in exactly when its first bits are the range's", () => {
    fc.assert(
      fc.property(ipv6, fc.integer({ min: 1, max: 128 }), ipv6, fc.nat(8), (network, prefix, noise, kept) => {
        fc.pre(!isMapped(network));
        const address = [...network.slice(0, kept), ...noise.slice(kept)];
        fc.pre(!isMapped(address));
        const inside = bitsOf(address).slice(0, prefix) === bitsOf(network).slice(0, prefix);
        expect(allowlist([`${hex(network)}/${prefix}`])(hex(address))).toBe(inside);
      }),
    );
  });

  it("in IPv6 is the same however it is spelled", () => {
    const spellings = ipv6.chain((groups) => fc.tuple(spelling(groups), spelling(groups)));
    fc.assert(
      fc.property(spellings, ([one, other]) => {
        expect(allowlist([one])(other)).toBe(true);
      }),
    );
  });

  it("in IPv4 is the same when it is mapped into IPv6, however that is spelled", () => {
    const spellings = ipv4.chain((number) =>
      fc.tuple(fc.constant(dotted(number)), spelling([0, 0, 0, 0, 0, 0xffff, number >>> 16, number & 0xffff])),
    );
    fc.assert(
      fc.property(spellings, ([plain, mapped]) => {
        expect(allowlist([plain])(mapped)).toBe(true);
        expect(allowlist([mapped])(plain)).toBe(true);
        expect(allowlist([plain.replace(/\d+$/, "0/24")])(mapped)).toBe(true);
      }),
    );
  });

  it("that cannot be read is refused, and throws nothing", () => {
    const pieces = fc
      .array(fc.constantFrom(..."0123456789abcdef.:%/[], x\0".split("")), { maxLength: 45 })
      .map((p) => p.join(""));
    const written = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:]*(\d{1,3}(\.\d{1,3}){3})?)$/;
    const everyone = allowlist(["0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"]);
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), pieces), (text) => {
        expect(!everyone(text) || written.test(text.toLowerCase())).toBe(true);
      }),
    );
  });
});
