import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { beat } from "../../src/store/heartbeat.ts";
import { tellDaily } from "../../src/upkeep/daily.ts";
import { rollUp } from "../../src/upkeep/roll-up.ts";
import { clear, configWith, kiccBody, stored } from "../fixtures.ts";
import { meteredD1 } from "../metered.ts";

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
// 09:00 KST is midnight in UTC.
const NINE = (Math.floor(Date.now() / DAY) + 2) * DAY;
const SETTINGS = { ALERT_URL: "https://alerts.example/x", ALERT_DAILY: "on" };

let told: string[];

beforeEach(async () => {
  await clear();
  told = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (_url, init) => {
    told.push((JSON.parse(init?.body as string) as { text: string }).text);
    return new Response("ok");
  });
});
afterEach(() => vi.restoreAllMocks());

async function at(now: number, settings: Readonly<Record<string, unknown>> = SETTINGS): Promise<void> {
  await beat(env.DB, now, true);
  await tellDaily(configWith(settings), env.DB, now);
}

it("tells counts and sums of the day before by kind and currency, in KST, no test and no other merchant's among them, and what waits", async () => {
  const yesterday = NINE - 20 * HOUR;
  const money = (currency: string, amount: string) => kiccBody({ amountInfo: { currency, amount } });
  await stored(money("KRW", "51000"), { receivedAt: yesterday });
  await stored(money("KRW", "33000"), { receivedAt: NINE - 9 * HOUR - 1 });
  await stored(money("USD", "12.34"), { receivedAt: yesterday });
  await stored(kiccBody({ resCd: "9999" }), { receivedAt: yesterday });
  await stored(money("KRW", "7777"), { receivedAt: yesterday, source: "test" });
  await stored(money("KRW", "8888"), { receivedAt: yesterday }, { MALL_IDS: "another" });
  await stored(money("KRW", "1"), { receivedAt: NINE - 9 * HOUR });
  await stored(money("KRW", "1"), { receivedAt: NINE - 33 * HOUR - 1 });
  await rollUp(env.DB, NINE);
  await at(NINE - 1);
  expect(told).toEqual([]);
  await at(NINE);
  const [text] = told;
  expect(text).toContain("wechat.cancel: 2 succeeded, 84,000 KRW");
  expect(text).toContain("wechat.cancel: 1 succeeded, 12.34 USD");
  expect(text).toContain("wechat.cancel: 1 failed");
  expect(text).toMatch(/Waits: held notifications 1, overdue notifications \d/);
});

it("tells once, though two runs do so at once and others follow, and late where no run came at nine", async () => {
  await beat(env.DB, NINE + 3 * HOUR, true);
  const run = () => tellDaily(configWith(SETTINGS), env.DB, NINE + 3 * HOUR);
  await Promise.all([run(), run()]);
  await at(NINE + 4 * HOUR);
  expect(told).toHaveLength(1);
  const { db, queries } = meteredD1(env.DB);
  await tellDaily(configWith(SETTINGS), db, NINE + 5 * HOUR);
  // Told already: this is asked each minute of the day.
  expect(queries()).toBe(1);
  await at(NINE + DAY);
  expect(told).toHaveLength(2);
});

it("is left to the next run where a webhook is down, and tells nobody where it is off", async () => {
  await at(NINE, { ...SETTINGS, ALERT_DAILY: "off" });
  expect(told).toEqual([]);
  expect(await env.DB.prepare("SELECT count(*) AS count FROM alert_outbox").first()).toEqual({ count: 0 });
  vi.mocked(globalThis.fetch).mockResolvedValueOnce(new Response("no", { status: 500 }));
  await at(NINE);
  expect(await env.DB.prepare("SELECT error FROM alert_outbox").first()).toEqual({ error: "answered 500" });
});
