import type { Notification } from "../src/rules/notification.ts";
import { kiccBody, notificationFrom } from "./fixtures.ts";
import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { type Config, configOf, readConfig } from "../src/config.ts";
import { storingOf } from "../src/intake.ts";

const SECRET = "whsec_bG9jYWwtd29yay1vbmx5LW5vdC1hLXNlY3JldCE=";
const GOOD = {
  KICC_ENVIRONMENT: "production",
  ORIGIN_URL: "https://origin.example/kicc",
  ORIGIN_SIGNING_SECRET: SECRET,
  CONSOLE_TOKEN: "console-token",
};
/** A stand-in: what matters here is that it has a `fetch`. */
const FETCHER = { fetch: () => Promise.resolve(new Response()) };

const configWith = (settings: Readonly<Record<string, unknown>>) => readConfig({ ...GOOD, ...settings });
const wrongIn = (settings: Readonly<Record<string, unknown>>) =>
  configWith(settings).problems.map(({ setting }) => setting);

function delivering(settings: Readonly<Record<string, unknown>> = {}) {
  const { delivering: read, problems } = configWith(settings);
  if (read === null) throw new Error(`Cannot deliver: ${JSON.stringify(problems)}`);
  return read;
}

function origin(settings: Readonly<Record<string, unknown>> = {}) {
  const read = delivering(settings).origin;
  if (read === null) throw new Error("Cannot deliver: no origin");
  return read;
}

describe("the least of settings", () => {
  it("is enough, with the contract's defaults for the rest", () => {
    expect(configWith({}).problems).toEqual([]);
    expect(configWith({}).receiving?.tokens).toEqual([]);
    expect(delivering()).toMatchObject({
      mode: "push",
      retentionDays: 400,
      origin: { url: new URL("https://origin.example/kicc"), fetcher: null, headers: {}, timeoutMs: 10_000 },
    });
    expect(configWith({}).storing).toEqual({ mallIds: null, confirms: false, mode: "push", opensAttempt: false });
    expect(configWith({}).operating).toEqual({
      consoleTokens: ["console-token"],
      deliveryTokens: [],
      access: null,
      alerts: { urls: [], mailer: null, language: "en", daily: false },
      heartbeatUrl: null,
      environment: "production",
      sources: {
        wechat: ["203.233.72.66"],
        alipay: ["203.233.74.25"],
        online: ["203.233.72.150", "203.233.72.151", "61.33.211.180"],
      },
    });
  });

  it("makes 16 attempts in 24 h 04 min", () => {
    const { delaysMs } = delivering();
    expect(delaysMs).toHaveLength(15);
    expect(delaysMs.reduce((sum, delay) => sum + delay, 0)).toBe((24 * 60 + 4) * 60_000);
  });

  it("leaves a lease that outlives the attempt by what claiming and settling take", () => {
    expect(delivering({ ORIGIN_TIMEOUT_MS: "20000" }).leaseMs).toBeGreaterThanOrEqual(20_000 + 20_000);
  });

  it.each([
    ["production", "203.233.72.66", "61.33.205.151", "https://pgapi.easypay.co.kr/"],
    ["development", "61.33.205.151", "203.233.72.66", "https://testpgapi.easypay.co.kr/"],
  ])("knows KICC's %s by its address alone, and its host", (environment, its, other, host) => {
    const config = configWith({ KICC_ENVIRONMENT: environment });
    expect(config.receiving?.allows.wechat(its)).toBe(true);
    expect(config.receiving?.allows.wechat(other)).toBe(false);
    expect(config.delivering?.kiccApiUrl.href).toBe(host);
  });

  it("takes an empty text for an unset setting", () => {
    const names = ["KICC_SOURCES", "NOTIFY_TOKEN", "MALL_IDS", "DELIVERY", "ORIGIN_ROUTES", "ORIGIN", "ORIGIN_HEADERS"];
    const more = [
      "ORIGIN_TIMEOUT_MS",
      "RETRY_DELAYS_SECONDS",
      "RETENTION_DAYS",
      "KICC_API_URL",
      "CONFIRM",
      "ALERT_URL",
      "ALERT_EMAIL",
      "ALERT_LANGUAGE",
      "ALERT_DAILY",
      "HEARTBEAT_URL",
    ];
    const empty = Object.fromEntries([...names, ...more, "DELIVERY_TOKEN"].map((name) => [name, ""]));
    expect(JSON.stringify(configWith(empty))).toBe(JSON.stringify(configWith({})));
  });
});

describe("a setting that receiving needs", () => {
  it.each([
    ["KICC_ENVIRONMENT", undefined],
    ["KICC_ENVIRONMENT", "Production"],
    ["KICC_ENVIRONMENT", "test"],
    ["KICC_SOURCES", "kicc.co.kr"],
    ["KICC_SOURCES", "203.233.72.66,203.233.72"],
    ["KICC_SOURCES", "0.0.0.0/0"],
    ["KICC_SOURCES", "::ffff:203.233.72.0/120"],
    ["KICC_SOURCES", ","],
    ["KICC_SOURCES", 203],
    ["NOTIFY_TOKEN", " "],
    ["NOTIFY_TOKEN", "with space"],
    ["NOTIFY_TOKEN", "with/slash"],
    ["NOTIFY_TOKEN", "good,with%20percent"],
  ])("shuts the hook when %s is %j", (setting, value) => {
    const config = configWith({ [setting]: value });
    expect(config.receiving).toBeNull();
    expect(config.problems.map((problem) => problem.setting)).toEqual([setting]);
  });

  it("does not stop what is pending when it is only the token or the addresses", () => {
    expect(configWith({ NOTIFY_TOKEN: "with space", KICC_SOURCES: "x" }).delivering).not.toBeNull();
  });

  it("stops what is pending when it is not known which KICC to ask", () => {
    expect(configWith({ KICC_ENVIRONMENT: "test" }).delivering).toBeNull();
    expect(configWith({ KICC_ENVIRONMENT: "test" }).operating.environment).toBe("unknown");
  });

  it("reads addresses and ranges in place of KICC's own", () => {
    const allows = configWith({ KICC_SOURCES: " 198.51.100.7 , 2001:db8::/32," }).receiving?.allows.wechat;
    expect(allows?.("198.51.100.7")).toBe(true);
    expect(allows?.("2001:db8::1")).toBe(true);
    expect(allows?.("203.233.72.66")).toBe(false);
  });

  it("reads two tokens while one is being rotated out", () => {
    expect(configWith({ NOTIFY_TOKEN: "old, new" }).receiving?.tokens).toEqual(["old", "new"]);
  });
});

describe("any other setting", () => {
  it.each([
    ["MALL_IDS", ","],
    ["DELIVERY", "Push"],
    ["ORIGIN_URL", "origin.example"],
    ["ORIGIN_URL", "ftp://origin.example"],
    ["ORIGIN_URL", "http://origin.example"],
    ["ORIGIN_URL", "http://127.0.0.1.origin.example"],
    ["ORIGIN_URL", "http://10.0.0.1"],
    ["ORIGIN_URL", "https://user:pass@origin.example"],
    ["ORIGIN_URL", "javascript:alert(1)"],
    ["ORIGIN_ROUTES", "[]"],
    ["ORIGIN_ROUTES", "not JSON"],
    ["ORIGIN_ROUTES", { T1: "origin.example" }],
    ["ORIGIN_ROUTES", { T1: "http://origin.example" }],
    ["ORIGIN_ROUTES", { T1: 1 }],
    ["ORIGIN_ROUTES", []],
    ["ORIGIN", "https://origin.example"],
    ["ORIGIN", {}],
    ["ORIGIN", null],
    ["ORIGIN_HEADERS", "not JSON"],
    ["ORIGIN_HEADERS", "[]"],
    ["ORIGIN_HEADERS", '{"origin.example":"x"}'],
    ["ORIGIN_HEADERS", '{"origin.example":{"x":1}}'],
    ["ORIGIN_HEADERS", '{"https://origin.example":{"x":"y"}}'],
    ["ORIGIN_HEADERS", '{"origin.example/kicc":{"x":"y"}}'],
    ["ORIGIN_HEADERS", '{"origin.example?x":{"x":"y"}}'],
    ["ORIGIN_HEADERS", '{"user@origin.example":{"x":"y"}}'],
    ["ORIGIN_HEADERS", '{"":{"x":"y"}}'],
    ["ORIGIN_HEADERS", '{"origin.example":{"Content-Type":"text/plain"}}'],
    ["ORIGIN_HEADERS", '{"origin.example":{"content-length":"1"}}'],
    ["ORIGIN_HEADERS", '{"origin.example":{"Host":"x"}}'],
    ["ORIGIN_HEADERS", '{"origin.example":{"webhook-signature":"v1,x"}}'],
    ["ORIGIN_HEADERS", '{"origin.example":{"KICC-Attempt":"1"}}'],
    ["ORIGIN_HEADERS", String.raw`{"origin.example":{"x":"y\r\nz: 1"}}`],
    ["ORIGIN_HEADERS", '{"origin.example":{"no name":"y"}}'],
    ["ORIGIN_SIGNING_SECRET", undefined],
    ["ORIGIN_SIGNING_SECRET", "bG9jYWwtd29yay1vbmx5"],
    ["ORIGIN_SIGNING_SECRET", "whsec_"],
    ["ORIGIN_SIGNING_SECRET", "whsec_not base64!"],
    ["ORIGIN_SIGNING_SECRET", `${SECRET} other`],
    ["ORIGIN_SIGNING_SECRET", "WHSEC_bG9jYWwtd29yay1vbmx5"],
    ["ORIGIN_TIMEOUT_MS", "0"],
    ["ORIGIN_TIMEOUT_MS", "10s"],
    ["ORIGIN_TIMEOUT_MS", "1e4"],
    ["ORIGIN_TIMEOUT_MS", "-1"],
    ["ORIGIN_TIMEOUT_MS", 10_000.5],
    ["ORIGIN_TIMEOUT_MS", "9".repeat(400)],
    ["RETRY_DELAYS_SECONDS", "15,,30"],
    ["RETRY_DELAYS_SECONDS", "15,-1"],
    ["RETRY_DELAYS_SECONDS", "86401"],
    ["RETRY_DELAYS_SECONDS", "1,".repeat(90).concat("1")],
    ["RETRY_DELAYS_SECONDS", "1e400"],
    ["RETENTION_DAYS", "6"],
    ["RETENTION_DAYS", "forever"],
    ["KICC_API_URL", "http://pgapi.easypay.co.kr"],
    ["KICC_API_URL", "pgapi"],
    ["CONFIRM", "on"],
    ["CONSOLE_TOKEN", undefined],
    ["CONSOLE_TOKEN", ","],
    ["CONSOLE_TOKEN", "with space"],
    ["DELIVERY_TOKEN", "with space"],
    ["ALERT_URL", "http://hooks.example"],
    ["ALERT_URL", "not a URL"],
  ])("leaves the hook open and stops deliveries when %s is %j", (setting, value) => {
    const config = configWith({ [setting]: value });
    expect(config.receiving).not.toBeNull();
    expect(config.delivering).toBeNull();
    expect(config.problems.map((problem) => problem.setting)).toContain(setting);
  });

  it("is named with every other wrong one at once, each only once", () => {
    const wrong = { KICC_ENVIRONMENT: "x", NOTIFY_TOKEN: "/", ORIGIN_URL: "x", RETENTION_DAYS: "x", CONFIRM: "x" };
    expect(wrongIn(wrong)).toEqual(Object.keys(wrong));
    expect(
      readConfig({})
        .problems.map(({ setting }) => setting)
        .toSorted(),
    ).toEqual(["CONSOLE_TOKEN", "KICC_ENVIRONMENT", "ORIGIN_SIGNING_SECRET", "ORIGIN_URL"]);
  });

  it("leaves what storing goes by as it is", () => {
    const { storing } = configWith({
      MALL_IDS: "T0099001",
      CONFIRM: "before-delivery",
      DELIVERY: "queue",
      ALERT_URL: "x",
    });
    expect(storing).toEqual({ mallIds: ["T0099001"], confirms: true, mode: "queue", opensAttempt: false });
  });
});

describe("the origin", () => {
  it("is needed in push alone, and used in push alone", () => {
    expect(wrongIn({ ORIGIN_URL: "" })).toEqual(["ORIGIN_URL"]);
    expect(wrongIn({ ORIGIN_URL: "", DELIVERY: "pull" })).toEqual([]);
    expect(wrongIn({ ORIGIN_URL: "", DELIVERY: "queue" })).toEqual([]);
    expect(delivering({ DELIVERY: "pull" }).origin).toBeNull();
    expect(delivering({ DELIVERY: "queue" }).origin).toBeNull();
  });

  it("is signed for in push and pull", () => {
    expect(wrongIn({ ORIGIN_SIGNING_SECRET: "", DELIVERY: "pull" })).toEqual(["ORIGIN_SIGNING_SECRET"]);
    expect(wrongIn({ ORIGIN_SIGNING_SECRET: "", DELIVERY: "queue" })).toEqual([]);
  });

  it.each(["http://localhost:8788/kicc", "http://127.0.0.1/kicc", "http://[::1]:8788", "https://10.0.0.1/"])(
    "may be %s",
    (url) => {
      expect(origin({ ORIGIN_URL: url }).url).toEqual(new URL(url));
      expect(origin({ ORIGIN_ROUTES: { T1: url } }).routes.get("T1")).toEqual(new URL(url));
    },
  );

  it("may be plain http behind a binding", () => {
    const read = origin({
      ORIGIN_URL: "http://shop.internal/",
      ORIGIN_ROUTES: { T1: "http://shop.internal/1" },
      ORIGIN: FETCHER,
    });
    expect(read.url.href).toBe("http://shop.internal/");
    expect(read.fetcher).toBe(FETCHER);
  });

  it.each([{ T0099001: "https://one.example/a" }, '{"T0099001":"https://one.example/a"}'])(
    "has its routes from a table and from JSON text alike",
    (table) => {
      expect([...origin({ ORIGIN_ROUTES: table }).routes]).toEqual([["T0099001", new URL("https://one.example/a")]]);
    },
  );

  it("has its headers by host, as URLs spell hosts", () => {
    const headers = {
      "Origin.Example:443": { "CF-Access-Client-Id": "id" },
      "매장.example": { a: "1" },
      "other.example:8443": { b: "2" },
      "[::1]": { c: "3" },
    };
    expect(origin({ ORIGIN_HEADERS: JSON.stringify(headers) }).headers).toEqual({
      "origin.example": { "CF-Access-Client-Id": "id" },
      "xn--9z2bo5w.example": { a: "1" },
      "other.example:8443": { b: "2" },
      "[::1]": { c: "3" },
    });
  });

  it("has no header that a __proto__ key slipped in", () => {
    const { headers } = origin({ ORIGIN_HEADERS: '{"__proto__":{"origin.example":"x"}}' });
    expect(headers["origin.example"]).toBeUndefined();
  });

  it("has several secrets, decoded, while one is being rotated out", () => {
    const { secrets } = delivering({ ORIGIN_SIGNING_SECRET: ` ${SECRET}  whsec_b3RoZXI= \n` });
    expect(secrets.map((secret) => new TextDecoder().decode(secret))).toEqual([
      "local-work-only-not-a-secret!",
      "other",
    ]);
  });

  it("has its numbers from text and from a number in wrangler.toml alike", () => {
    const asText = delivering({ ORIGIN_TIMEOUT_MS: "2500", RETENTION_DAYS: " 7 ", RETRY_DELAYS_SECONDS: "15, 0.5" });
    expect(asText).toMatchObject({ retentionDays: 7, delaysMs: [15_000, 500], origin: { timeoutMs: 2500 } });
    const asNumbers = delivering({ ORIGIN_TIMEOUT_MS: 2500, RETENTION_DAYS: 7, RETRY_DELAYS_SECONDS: 15 });
    expect(asNumbers).toMatchObject({ retentionDays: 7, delaysMs: [15_000], origin: { timeoutMs: 2500 } });
  });
});

describe("what operators need", () => {
  it("is read: tokens, Access, the alert's URL", () => {
    const { operating, problems } = configWith({
      CONSOLE_TOKEN: "old,new",
      DELIVERY_TOKEN: "puller",
      ACCESS_TEAM: "shop",
      ACCESS_AUD: "aud",
      ALERT_URL: " https://hooks.example/x  https://other.example/y ",
      ALERT_LANGUAGE: "ko",
      ALERT_DAILY: "on",
      HEARTBEAT_URL: "https://watchdog.example/z",
    });
    expect(problems).toEqual([]);
    expect(operating).toMatchObject({
      consoleTokens: ["old", "new"],
      deliveryTokens: ["puller"],
      access: { team: "shop", audience: "aud" },
      alerts: {
        urls: [new URL("https://hooks.example/x"), new URL("https://other.example/y")],
        language: "ko",
        daily: true,
      },
      heartbeatUrl: new URL("https://watchdog.example/z"),
    });
  });

  it("wants the two settings of Access together", () => {
    expect(wrongIn({ ACCESS_TEAM: "shop" })).toEqual(["ACCESS_AUD"]);
    expect(wrongIn({ ACCESS_AUD: "aud" })).toEqual(["ACCESS_TEAM"]);
    expect(wrongIn({ ACCESS_TEAM: "shop.example", ACCESS_AUD: "aud" })).toEqual(["ACCESS_TEAM"]);
  });

  it.each([
    ["ALERT_URL", "https://hooks.example/x http://hooks.example/y"],
    ["ALERT_URL", "https://a.example,https://b.example no-url"],
    ["ALERT_URL", Array.from({ length: 7 }, (_, index) => `https://${index}.example/`).join(" ")],
    ["ALERT_EMAIL", "ops@shop.example"],
    ["ALERT_LANGUAGE", "kr"],
    ["ALERT_DAILY", "yes"],
    ["HEARTBEAT_URL", "http://watchdog.example"],
  ])("is wrong where %s is %s, and notifications are stored all the same", (setting, value) => {
    expect(wrongIn({ [setting]: value })).toEqual([setting]);
    expect(configWith({ [setting]: value }).receiving).not.toBeNull();
  });

  it("opens nothing where its token is wrong", () => {
    expect(configWith({ CONSOLE_TOKEN: "with space" }).operating.consoleTokens).toEqual([]);
  });
});

describe("a problem", () => {
  const SECRETS = [
    "NOTIFY_TOKEN",
    "ORIGIN_HEADERS",
    "ORIGIN_SIGNING_SECRET",
    "CONSOLE_TOKEN",
    "DELIVERY_TOKEN",
    "ALERT_URL",
    "HEARTBEAT_URL",
    "ORIGIN_URL",
    "KICC_API_URL",
  ];

  it("never shows a secret's value, whatever is wrong with it", () => {
    const marked = fc
      .tuple(fc.constantFrom("", "whsec_", "https://", "{", '{"origin.example":', " ", ","), fc.string(), fc.string())
      .map(([start, before, after]) => `${start}${before}s3cr3t${after}`);
    const kinds = fc.oneof(
      marked,
      marked.map((value) => JSON.stringify({ "origin.example": { "x-key": value, "kicc-x": value } })),
      marked.map((value) => ({ [value]: value })),
      marked.map((value) => [value]),
    );
    fc.assert(
      fc.property(fc.constantFrom(...SECRETS), kinds, (setting, value) => {
        expect(JSON.stringify(configWith({ [setting]: value }).problems)).not.toContain("s3cr3t");
      }),
    );
  });

  it("never keeps the settings from being read, whatever they are", () => {
    const names = [...SECRETS, "KICC_ENVIRONMENT", "KICC_SOURCES", "MALL_IDS", "ORIGIN_ROUTES", "RETRY_DELAYS_SECONDS"];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names, "ORIGIN", "__proto__"), fc.anything()), (settings) => {
        const { delivering: read, problems, receiving } = configWith(settings);
        expect(problems.length > 0).toBe(read === null || receiving === null);
      }),
    );
  });

  it("says what is wanted", () => {
    expect(configWith({ CONSOLE_TOKEN: undefined }).problems).toEqual([
      { setting: "CONSOLE_TOKEN", message: "is not set" },
    ]);
    expect(configWith({ ORIGIN_TIMEOUT_MS: "10s" }).problems).toEqual([
      { setting: "ORIGIN_TIMEOUT_MS", message: "must be a whole number from 1 to 300000" },
    ]);
    expect(configWith({ ORIGIN_ROUTES: { T0099001: "http://one.example" } }).problems).toEqual([
      { setting: "ORIGIN_ROUTES", message: "must have an https URL for T0099001" },
    ]);
  });
});

describe("the configuration of an isolate", () => {
  it("is read and announced once per environment", () => {
    const announce = vi.fn<(config: Config) => void>();
    const env = { ...GOOD };
    expect(configOf(env, announce)).toBe(configOf(env, announce));
    expect(announce).toHaveBeenCalledTimes(1);
    configOf({ ...GOOD }, announce);
    expect(announce).toHaveBeenCalledTimes(2);
  });
});

describe("a notification is stored", () => {
  const settings = { mallIds: ["T0099001"], confirms: true, mode: "push", opensAttempt: false } as const;
  const told = (about: Partial<Notification> = {}) => notificationFrom(kiccBody(), { mallId: "T0099001", ...about });
  const now = 1_768_349_530_123;

  it("as foreign where it names a mallId that is not ours, and looks whose it is where it names none", () => {
    expect(storingOf(settings, told({ mallId: "T0099002", source: "notification" }), "r", now).foreign).toBe(true);
    expect(storingOf(settings, told({ source: "notification" }), "r", now).foreign).toBe(false);
    expect(storingOf(settings, told({ mallId: null }), "r", now)).toMatchObject({
      foreign: false,
      oursAmong: ["T0099001"],
    });
    expect(storingOf(settings, told(), "r", now).oursAmong).toBeNull();
    expect(storingOf(settings, told({ mallId: "T0099002", source: "test" }), "r", now).foreign).toBe(false);
    const anyMall = { ...settings, mallIds: null };
    expect(storingOf(anyMall, told({ mallId: "x", source: "notification" }), "r", now).foreign).toBe(false);
  });

  it("to be confirmed only where it is a success that KICC sent", () => {
    expect(storingOf(settings, told({ source: "notification" }), "r", now).confirm).toBe("asking");
    expect(storingOf(settings, told({ resCd: "W901", source: "notification" }), "r", now).confirm).toBeNull();
    expect(storingOf(settings, told({ source: "status-api" }), "r", now).confirm).toBe("confirmed");
    expect(storingOf(settings, told({ source: "test" }), "r", now).confirm).toBeNull();
    expect(storingOf({ ...settings, confirms: false }, told({ source: "notification" }), "r", now).confirm).toBeNull();
  });

  it("with an attempt open for 10 min where another Worker delivers it", () => {
    const storing = storingOf({ ...settings, opensAttempt: true }, told({ source: "notification" }), "r", now);
    expect(storing).toMatchObject({ attemptOpenUntil: now + 600_000, receipt: "r" });
    expect(storingOf(settings, told({ source: "notification" }), "r", now).attemptOpenUntil).toBeNull();
    expect(configWith({ DELIVERY: "queue" }).storing.opensAttempt).toBe(true);
    expect(configWith({ DELIVERY: "pull" }).storing.opensAttempt).toBe(false);
    expect(configWith({}).storing.opensAttempt).toBe(false);
  });

  it("with no attempt counted while a setting is wrong", () => {
    expect(configWith({ DELIVERY: "queue", RETENTION_DAYS: "3" }).storing).toMatchObject({
      mode: "queue",
      opensAttempt: false,
    });
  });
});
