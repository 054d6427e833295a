import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Ending, ack } from "../../src/kinds/ack.ts";
import { maskedPath, readHookPath } from "../../src/receive/path.ts";
import { isOneOf } from "../../src/tokens.ts";

const HOOK_PATH = "/kicc/wechat/cancel";
const TOKEN = "notify-token_1.~";

/** As the hook sees it: the URL parser has been over it. */
const read = (rest: string, tokens: readonly string[] = [TOKEN]) =>
  readHookPath(new URL(`https://kicc.shop.example${HOOK_PATH}${rest}`).pathname, HOOK_PATH, tokens);

describe("the notifyUrl's path", () => {
  it.each(["", "/"])("without a token set opens as it stands, ending in %j", (rest) => {
    expect(read(rest, [])).toEqual({ opens: true, knewToken: false, reference: null });
  });

  it.each(["/token", "/token/reference", "//", "//reference", "/%20"])(
    "without a token set stays shut to %s: a superfluous token is a wrong one",
    (rest) => {
      expect(read(rest, [])).toEqual({ opens: false, knewToken: false, reference: null });
    },
  );

  it("with a token set opens by it", () => {
    expect(read(`/${TOKEN}`)).toEqual({ opens: true, knewToken: true, reference: null });
  });

  it.each(["", "/", "/wrong", `/${TOKEN}x`, `/${TOKEN.slice(1)}`, `//${TOKEN}`, "//", `/wrong/${TOKEN}`, "/%ff"])(
    "with a token set stays shut to %j, and gives no reference away",
    (rest) => {
      expect(read(rest)).toEqual({ opens: false, knewToken: false, reference: null });
      expect(read(`${rest}/reference`)).toMatchObject({ opens: false, reference: null });
    },
  );

  it("opens by either of two tokens while one is being rotated out", () => {
    for (const token of ["old", "new"]) expect(read(`/${token}`, ["old", "new"]).opens).toBe(true);
    expect(read("/old,new", ["old", "new"]).opens).toBe(false);
  });

  it("opens by a token that a client percent-encoded", () => {
    expect(read(`/${TOKEN.replace("_", "%5F")}`).opens).toBe(true);
  });

  it("keeps the reference that follows the token", () => {
    expect(read(`/${TOKEN}/ORD-20260113_0007.~`).reference).toBe("ORD-20260113_0007.~");
    expect(read(`/${TOKEN}/%4FRD-1`).reference).toBe("ORD-1");
  });

  it.each(["", "a/b", "a%2Fb", "a%20b", "주문", "a+b", "a%00", "%zz", "%ff", "'--", "x".repeat(201)])(
    "opens to a reference outside the set, %j, and takes it for none",
    (reference) => {
      expect(read(`/${TOKEN}/${reference}`)).toEqual({ opens: true, knewToken: true, reference: null });
    },
  );

  it("keeps a reference of 200 characters", () => {
    expect(read(`/${TOKEN}/${"x".repeat(200)}`).reference).toBe("x".repeat(200));
  });

  it("opens to nothing but the token, and keeps every allowed reference", () => {
    const unreserved = fc.string({ unit: fc.constantFrom(..."AZaz09_~-".split("")), minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(unreserved, unreserved, unreserved, (token, given, reference) => {
        expect(read(`/${given}/${reference}`, [token]).opens).toBe(given === token);
        expect(read(`/${token}/${reference}`, [token])).toEqual({ opens: true, knewToken: true, reference });
      }),
    );
  });
});

describe("a path before people", () => {
  it.each([
    ["our token, however short", `/kicc/wechat/cancel/${TOKEN}`, "/kicc/wechat/cancel/***"],
    ["our token, percent-encoded", "/x/notify%2Dtoken_1.~/REF-1", "/x/***/REF-1"],
    ["what may be another's", "/kicc/cancle/0123456789abcdef/REF-1", "/kicc/cancle/***/REF-1"],
  ])("masks %s, and nothing else", (_what, pathname, masked) => {
    expect(maskedPath(pathname, [TOKEN])).toBe(masked);
  });

  it("masks a token of ours that is short", () => {
    expect(maskedPath("/kicc/wechat/cancle/short/REF-1", ["old", "short"])).toBe("/kicc/wechat/cancle/***/REF-1");
  });
});

describe("a token", () => {
  it("is one of ours only when it is the same, whatever its length", () => {
    expect(isOneOf(["one", "other"], "other")).toBe(true);
    expect(isOneOf(["one", "other"], "othe")).toBe(false);
    expect(isOneOf(["one", "other"], "otherx")).toBe(false);
    expect(isOneOf(["one", "other"], "")).toBe(false);
    expect(isOneOf(["one"], "ONE")).toBe(false);
  });

  it("is never ours where none is set", () => {
    expect(isOneOf([], "")).toBe(false);
    expect(isOneOf([], "one")).toBe(false);
  });

  it("may be any text", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.string(), (tokens, given) => {
        expect(isOneOf(tokens, given)).toBe(tokens.includes(given));
      }),
    );
  });
});

describe("the ack", () => {
  const WIRE: Readonly<Record<Ending, readonly [number, string]>> = {
    stored: [200, "0000"],
    resent: [200, "0000"],
    queued: [200, "0000"],
    misconfigured: [503, "5001"],
    method: [405, "4050"],
    token: [404, "4040"],
    path: [404, "4040"],
    address: [403, "4030"],
    "too-large": [413, "4130"],
    unreadable: [400, "4000"],
    unavailable: [503, "5001"],
  };
  const endings = Object.keys(WIRE) as Ending[];

  it.each(endings)("of %s has its status and resCd", async (ending) => {
    const response = ack(ending, { as: "json", pgCno: "26011314205510990001" });
    const [status, resCd] = WIRE[ending];
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    expect(await response.json()).toEqual({ resCd, resMsg: expect.any(String), pgCno: "26011314205510990001" });
  });

  it("fails by status and by resCd alike, or succeeds by both", async () => {
    for (const ending of endings) {
      const response = ack(ending);
      const { resCd } = await response.json<{ resCd: string }>();
      expect(response.status === 200).toBe(resCd === "0000");
    }
  });

  it("says its resMsg in characters that KICC's older systems take", async () => {
    for (const ending of endings) {
      const { resMsg } = await ack(ending).json<{ resMsg: string }>();
      expect(resMsg).toMatch(/^[ -~]+$/);
      expect(resMsg).not.toMatch(/['"<>\\;|&]/);
    }
  });

  it.each([null, ""])("never leaves the pgCno out: %j is an empty text", async (pgCno) => {
    for (const ending of endings) expect(await ack(ending, { as: "json", pgCno }).json()).toMatchObject({ pgCno: "" });
  });

  it("names the method that is allowed, where another was used", () => {
    expect(ack("method").headers.get("allow")).toBe("POST");
    expect(ack("stored").headers.has("allow")).toBe(false);
  });

  it("echoes a hostile pgCno as JSON", async () => {
    const pgCno = '"}\0\n<script>정상';
    expect(await ack("stored", { as: "json", pgCno }).json()).toMatchObject({ pgCno });
  });
});
