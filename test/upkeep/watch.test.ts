import {
  applyD1Migrations,
  createExecutionContext,
  createScheduledController,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deliverBatch } from "../../src/deliver/consumer.ts";
import worker from "../../src/index.ts";
import { encodeMessage } from "../../src/queue/message.ts";
import { receive } from "../../src/receive/hook.ts";
import { beat, rememberConsole } from "../../src/store/heartbeat.ts";
import { listUnsent } from "../../src/store/alert-outbox.ts";
import { noteSighting } from "../../src/store/alert-conditions.ts";
import { sendAlerts } from "../../src/upkeep/send-alerts.ts";
import { watch } from "../../src/upkeep/watch.ts";
import { seed } from "../calls.ts";
import { meteredD1 } from "../metered.ts";
import { KICC_ADDRESS, type Sending, clear, configWith, faultyD1, kiccBody, kiccRequest, stored } from "../fixtures.ts";
import { given, set } from "../given.ts";

const MINUTE = 60_000;
const FIVE = 5 * MINUTE;
const ALERT_URL = "https://alerts.example/hook/secret";

let answer: () => Response | Promise<Response>;
let told: string[];
let now: number;

beforeEach(async () => {
  await clear();
  told = [];
  answer = () => new Response("ok");
  // Far apart, since the Worker's memory of D1's troubles outlives a test.
  now = Math.floor(Date.now() / FIVE) * FIVE + Math.floor(Math.random() * 1e6) * FIVE - MINUTE;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (url, init) => {
    if (!(url instanceof URL) || url.href !== ALERT_URL) return new Response("OK");
    const response = await answer();
    if (response.ok) told.push((JSON.parse(init?.body as string) as { text: string }).text);
    return response;
  });
});
afterEach(() => vi.restoreAllMocks());

async function minute(settings: Readonly<Record<string, unknown>> = {}, db: D1Database = env.DB): Promise<string[]> {
  now += MINUTE;
  const before = told.length;
  const config = configWith({ ALERT_URL, ...settings });
  await beat(db, now, config.receiving !== null).catch(() => {});
  await watch(config, db, now);
  return told.slice(before);
}

/** Minutes in which the cron runs and nothing is to be told. */
async function pass(minutes: number): Promise<void> {
  for (let index = 0; index < minutes; index++) {
    now += MINUTE;
    await beat(env.DB, now, true);
  }
}

/** Reads go to the real one; whatever writes fails as a full database does. */
function readOnlyD1(): D1Database {
  const full = () => Promise.reject(new Error("D1_ERROR: database or disk is full: SQLITE_FULL"));
  const writing = new WeakSet<object>();
  const prepare = (sql: string) => {
    const statement = env.DB.prepare(sql);
    const writes = !/^\s*(SELECT|WITH)/.test(sql);
    const wrap = (each: D1PreparedStatement): D1PreparedStatement => {
      const wrapped = new Proxy(each, {
        get: (target, key) => {
          if (key === "bind") return (...values: unknown[]) => wrap(target.bind(...values));
          if (key === "original") return target;
          return writes ? full : bound(target, key);
        },
      });
      if (writes) writing.add(wrapped);
      return wrapped;
    };
    return wrap(statement);
  };
  const batch = (statements: readonly D1PreparedStatement[]) =>
    statements.some((each) => writing.has(each))
      ? full()
      : env.DB.batch(statements.map((each) => Reflect.get(each, "original") as D1PreparedStatement));
  return { prepare, batch } as unknown as D1Database;
}

function bound(target: object, key: string | symbol): unknown {
  const value: unknown = Reflect.get(target, key);
  return typeof value === "function" ? (value.bind(target) as unknown) : value;
}

async function inState(state: string, about: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const { id } = await stored(kiccBody(about));
  await set(id, { state });
  return id;
}

async function send(body: string, settings: Readonly<Record<string, unknown>>, sending: Sending): Promise<void> {
  const after: Promise<unknown>[] = [];
  const stores = {
    db: env.DB,
    deliveries: env.DELIVERIES,
    noteWrongDoor: async () => {},
    askNow: async () => {},
    waitUntil: (work: Promise<unknown>) => void after.push(work),
  };
  await receive(kiccRequest(body, sending), configWith(settings), stores);
  await Promise.all(after);
}

describe("alerts", () => {
  it("tells of dead ones once, again when more come, and when all is well again", async () => {
    expect(await minute()).toEqual([]);
    const id = await inState("dead", { resMsg: "secret of a body" });
    const [text] = await minute();
    expect(text).toMatch(/^KICC edge receiver \(production\)\n1 notification is dead/);
    expect(text).not.toContain("secret of a body");
    expect(await minute()).toEqual([]);
    const other = await inState("dead");
    expect(await minute()).toEqual([]);
    await pass(60);
    expect(await minute()).toEqual([expect.stringContaining("2 notifications are dead")]);
    expect(await minute()).toEqual([]);
    for (const each of [id, other]) await given.closed(each);
    expect(await minute()).toEqual([expect.stringMatching(/No longer: dead notifications\.\nAll well again\.$/)]);
    expect(await minute()).toEqual([]);
  });

  it("tells of growth by the hour, whoever causes it, and from however many addresses", async () => {
    const settings = { NOTIFY_TOKEN: "notify-token" };
    const stranger = (last: number) =>
      send(kiccBody(), settings, { path: "/kicc/wechat/cancel/notify-token", address: `198.51.100.${last}` });
    await stranger(1);
    expect(await minute()).toHaveLength(1);
    for (let last = 2; last <= 9; last++) {
      await stranger(last);
      expect(await minute()).toEqual([]);
    }
    await pass(52);
    expect(await minute()).toEqual([expect.stringContaining("called with the right NOTIFY_TOKEN")]);
  });

  it("tells of growth from the least count since it was told: what a person closed is no growth's measure", async () => {
    const ids = [await inState("dead"), await inState("dead"), await inState("dead")];
    expect(await minute()).toHaveLength(1);
    for (const id of ids.slice(1)) await given.closed(id);
    expect(await minute()).toEqual([]);
    await inState("dead");
    await pass(60);
    expect(await minute()).toEqual([expect.stringContaining("2 notifications are dead")]);
  });

  it("says what is over while another thing goes on", async () => {
    const id = await inState("dead");
    await inState("held");
    expect(await minute()).toHaveLength(1);
    await given.closed(id);
    const [text] = await minute();
    expect(text).toContain("No longer: dead notifications.");
    expect(text).not.toContain("All well");
  });

  it("tells of what is overdue for more than five minutes, but not of what is being delivered", async () => {
    const { id } = await stored(kiccBody(), { receivedAt: now - 3 * MINUTE });
    expect(await minute()).toEqual([]);
    await given.leased(now + 10 * MINUTE, id);
    await pass(2);
    expect(await minute()).toEqual([]);
    await given.pending({ lease_until: null }, id);
    expect(await minute()).toEqual([expect.stringContaining("1 notification is overdue")]);
    await given.leased(now + 10 * MINUTE, id);
    expect(await minute()).toEqual([expect.stringContaining("No longer: overdue")]);
  });

  it("tells of what waits for KICC's word for more than five minutes, though each query moves its due time", async () => {
    const { id } = await stored(kiccBody({ shopOrderNo: "ORD-<!here>-7" }), { receivedAt: now - 3 * MINUTE });
    await given.asking({ next_attempt_at: now + 60 * MINUTE }, id);
    expect(await minute()).toEqual([]);
    await pass(2);
    const [text] = await minute();
    expect(text).toMatch(/1 notification is overdue.*\(order ORD-\?!here\?-7\)/);
  });

  it("reads a bounded number of rows, however many are pending and leased or asked about", async () => {
    await seed(6000, { state: "'pending'" });
    await given.leased(now + 60 * MINUTE, "all");
    const { db, take } = meteredD1(env.DB);
    expect(await minute({}, db)).toEqual([]);
    const leased = take().read;
    expect(leased).toBeLessThan(4200);
    await given.asking({ lease_until: null }, "all");
    expect(await minute({}, db)).toEqual([expect.stringContaining("At least 1000 notifications are overdue")]);
    expect(take().read).toBeLessThan(4200);
  });

  it("speaks Korean where ALERT_LANGUAGE is ko, and links into the console where its host is known", async () => {
    await minute();
    await rememberConsole(env.DB, "https://kicc.shop.example");
    const id = await inState("dead", { shopOrderNo: "주문-77" });
    const [text] = await minute({ ALERT_LANGUAGE: "ko" });
    expect(text).toContain("알림 1건을 전달하지 못했습니다");
    expect(text).toContain("(주문 주문-77)");
    expect(text).toContain(`\nhttps://kicc.shop.example/console/notifications/${id}`);
  });

  it("tells a stale notifyUrl, a stranger with the token and the rest of the quarantine apart", async () => {
    const settings = { NOTIFY_TOKEN: "notify-token" };
    await send(kiccBody(), settings, { path: "/kicc/wechat/cancel/old-token", address: KICC_ADDRESS });
    expect((await minute())[0]).toMatch(/KICC's address called with a wrong token.*1 sending is kept/s);
    await send(kiccBody(), settings, { path: "/kicc/wechat/cancel/notify-token", address: "198.51.100.7" });
    const [text] = await minute();
    expect(text).toContain("(198.51.100.7)");
    expect(text).not.toContain("notify-token");
    await send("unreadable", {}, {});
    expect(await minute()).toEqual([expect.stringContaining("1 refused sending is kept in quarantine")]);
    expect(await minute()).toEqual([]);
  });

  it("says that KICC most likely has a new address where one in its own networks was refused", async () => {
    await send(kiccBody(), {}, { address: "203.233.73.9" });
    expect(await minute()).toEqual([expect.stringMatching(/KICC's own networks.*203\.233\.73\.9.*KICC_SOURCES/s)]);
    await send(kiccBody(), {}, { address: "203.233.75.9" });
    expect(await minute()).toEqual([expect.stringContaining("1 refused sending is kept in quarantine")]);
  });

  it("says that a notifyUrl is mistyped where KICC posts to a path that is no door", async () => {
    await send(kiccBody(), {}, { path: "/kicc/wechat/cancle" });
    expect(await minute()).toEqual([expect.stringContaining("no notifyUrl")]);
  });

  it("names wrong settings without their values, and another wrong one is news", async () => {
    const wrong = { ORIGIN_URL: "ftp://user:hunter2@origin.example" };
    const [text] = await minute(wrong);
    expect(text).toContain("ORIGIN_URL must be");
    expect(text).not.toContain("hunter2");
    expect(await minute(wrong)).toEqual([]);
    expect(await minute({ ...wrong, CONSOLE_TOKEN: undefined })).toEqual([expect.stringContaining("CONSOLE_TOKEN")]);
    expect(await minute()).toEqual([expect.stringContaining("All well again")]);
  });

  it("tells of messages that arrive here while another Worker should take them", async () => {
    const { notification } = await stored();
    const retry = vi.fn<() => void>();
    const message = { id: "m", attempts: 1, body: encodeMessage(notification, 1), ack: vi.fn<() => void>(), retry };
    const batch = { queue: "kicc-deliveries", messages: [message] } as unknown as MessageBatch;
    const settings = { DELIVERY: "queue" };
    for (let time = 0; time < 3; time++) await deliverBatch(batch, configWith(settings), env.DB);
    expect(retry).toHaveBeenCalledTimes(3);
    now = Date.now();
    expect(await minute(settings)).toEqual([
      expect.stringContaining("messages of kicc-deliveries arrive at this Worker"),
    ]);
    await pass(10);
    expect((await minute(settings)).join()).toContain("No longer: messages in the queue");
    const down = faultyD1(env.DB, { before: () => Promise.reject(new Error("down")) });
    await deliverBatch(batch, configWith(settings), down);
    expect(retry).toHaveBeenCalledTimes(4);
  });
});

it("something that was over and is seen again is so since then, not since it was seen first", async () => {
  const first = () => env.DB.prepare("SELECT first_at AS at FROM sightings").first<number>("at");
  for (const at of [now, now + MINUTE, now + 2 * MINUTE]) await noteSighting(env.DB, "stray-messages", at);
  expect(await first()).toBe(now);
  await noteSighting(env.DB, "stray-messages", now + 60 * MINUTE);
  expect(await first()).toBe(now + 60 * MINUTE);
});

describe("an alert that cannot be sent", () => {
  it.each([
    ["is refused", () => new Response("no", { status: 500 })],
    ["finds nobody", () => Promise.reject(new Error(`connect ${ALERT_URL}`))],
  ])("is tried again the next minute where it %s", async (_name, broken) => {
    await inState("dead");
    answer = broken;
    const logged = vi.spyOn(console, "log");
    expect(await minute()).toEqual([]);
    expect(logged.mock.calls.join()).not.toContain(ALERT_URL);
    answer = () => new Response("ok");
    expect(await minute()).toHaveLength(1);
    expect(await minute()).toEqual([]);
  });

  it("is only logged, once, where no URL is set", async () => {
    await inState("dead");
    const logged = vi.spyOn(console, "log");
    await minute({ ALERT_URL: undefined });
    await minute({ ALERT_URL: undefined });
    expect(logged.mock.calls.filter(([line]) => String(line).includes("alert.raised"))).toHaveLength(1);
  });

  it("keeps one channel's trouble from the others, and shows the console which one has it", async () => {
    const ALERT_URLS = { ALERT_URL: `${ALERT_URL} https://broken.example/secret` };
    let broken = true;
    let other = 0;
    vi.mocked(globalThis.fetch).mockImplementation(async (url, init) => {
      if (!(url instanceof URL)) return new Response("OK");
      if (url.href === ALERT_URL) told.push((JSON.parse(init?.body as string) as { text: string }).text);
      else if (broken) return new Response("no", { status: 302, headers: { location: ALERT_URL } });
      else other += 1;
      return new Response("ok");
    });
    await inState("dead");
    expect(await minute(ALERT_URLS)).toHaveLength(1);
    expect(await minute(ALERT_URLS)).toEqual([]);
    expect(await listUnsent(env.DB, 9)).toMatchObject([{ host: "broken.example", tries: 2, error: "answered 302" }]);
    broken = false;
    expect(await minute(ALERT_URLS)).toEqual([]);
    expect(await minute(ALERT_URLS)).toEqual([]);
    expect(other).toBe(1);
    expect(await listUnsent(env.DB, 9)).toEqual([]);
  });

  it("goes first when its channel is there again: what was raised after it waits", async () => {
    const refuses = () => new Response("no", { status: 500 });
    answer = refuses;
    await inState("dead");
    await minute();
    await inState("held");
    answer = vi.fn<() => Response>(() => new Response("ok")).mockImplementationOnce(refuses);
    expect(await minute()).toEqual([]);
    expect(await listUnsent(env.DB, 9)).toHaveLength(2);
    // Both are free at once for whoever sends next.
    await watch(configWith({ ALERT_URL }), env.DB, now + 1000);
    expect(told.map((text) => text.includes("dead"))).toEqual([true, false]);
  });

  it("is told once though two runs of the cron see it at once", async () => {
    await minute();
    await inState("dead");
    const before = told.length;
    await Promise.all([watch(configWith({ ALERT_URL }), env.DB, now), watch(configWith({ ALERT_URL }), env.DB, now)]);
    await minute();
    expect(told).toHaveLength(before + 1);
  });

  it("outlives a deploy with a wrong ALERT_URL", async () => {
    answer = () => new Response("no", { status: 500 });
    await inState("dead");
    await minute();
    await minute({ ALERT_URL: "no-url" });
    answer = () => new Response("ok");
    expect((await minute()).join()).toContain("1 notification is dead");
  });

  it("is dropped after three days: the console shows what is so now", async () => {
    answer = () => new Response("no", { status: 500 });
    await inState("dead");
    await minute();
    answer = () => new Response("ok");
    now += 3 * 24 * 60 * MINUTE + MINUTE;
    await sendAlerts(configWith({ ALERT_URL }).operating.alerts, env.DB, null, now);
    expect(told).toEqual([]);
    expect(await listUnsent(env.DB, 9)).toEqual([]);
  });

  it("is dropped with its channel, so that a webhook that is gone is not tried for ever", async () => {
    answer = () => new Response("gone", { status: 410 });
    await inState("dead");
    await minute();
    expect(await listUnsent(env.DB, 9)).toHaveLength(1);
    await minute({ ALERT_URL: "https://new.example/hook" });
    expect(await listUnsent(env.DB, 9)).toEqual([]);
  });
});

describe("where D1 takes reads but no writes", () => {
  it("tells so within five minutes, once an hour, and once that it is over", async () => {
    await minute();
    const readOnly = readOnlyD1();
    const runs: string[][] = [];
    for (let run = 0; run < 5; run++) runs.push(await minute({}, readOnly));
    expect(runs.flat()).toEqual([expect.stringContaining("D1 takes no writes, since")]);
    for (let run = 0; run < 55; run++) expect(await minute({}, readOnly)).toEqual([]);
    const later: string[][] = [];
    for (let run = 0; run < 10; run++) later.push(await minute({}, readOnly));
    expect(later.flat()).toHaveLength(1);
    expect(await minute()).toEqual([
      expect.stringMatching(/From .* to .* the receiver was away.*No longer: D1 takes no/s),
    ]);
    expect(await minute()).toEqual([]);
  });

  it("says 503 at /health from the third minute on", async () => {
    const { health } = await import("../../src/api/health.ts");
    const fresh = () => new Proxy(env.DB, { get: (target, key) => bound(target, key) });
    await beat(env.DB, Date.now() - 2 * MINUTE, true);
    expect((await health(fresh())).status).toBe(200);
    await beat(env.DB, Date.now() - 3 * MINUTE, true);
    expect((await health(fresh())).status).toBe(503);
  });
});

describe("the receiver's own absence", () => {
  it("is told from when to when once, with what to press in KICC's admin, and not for a short one", async () => {
    await minute();
    now += 4 * MINUTE;
    expect(await minute()).toEqual([]);
    now += 30 * MINUTE;
    const [text] = await minute();
    expect(text).toMatch(
      /From \d{4}-\d\d-\d\d \d\d:\d\d KST to .* the receiver was away.*Notification inquiry.*resend/,
    );
    expect(await minute()).toEqual([]);
  });

  it("is told too where KICC was answered 5001 for want of a setting", async () => {
    const wrong = { KICC_SOURCES: "nonsense" };
    for (let run = 0; run < 3; run++) await minute(wrong);
    // Not for a short one: KICC has sent it again since.
    expect((await minute()).join()).not.toContain("5001");
    for (let run = 0; run < 7; run++) await minute(wrong);
    const [text] = await minute();
    expect(text).toMatch(/answered KICC 5001/);
    expect(await minute()).toEqual([]);
  });
});

describe("while D1 is away", () => {
  it("tells so without D1, not every minute, and that it is back", async () => {
    const away = faultyD1(env.DB, { before: () => Promise.reject(new Error("D1_ERROR: D1 DB is overloaded.")) });
    expect(await minute({}, away)).toEqual([expect.stringContaining("D1 does not answer as it should")]);
    expect(await minute({}, away)).toEqual([]);
    now += 60 * MINUTE;
    expect(await minute({}, away)).toHaveLength(1);
    expect(await minute()).toEqual([expect.stringContaining("All well again")]);
    expect(await minute()).toEqual([]);
  });

  it("tells again in five minutes where the first telling reached nobody", async () => {
    const away = faultyD1(env.DB, { before: () => Promise.reject(new Error("D1_ERROR: D1 DB is overloaded.")) });
    answer = () => new Response("no", { status: 500 });
    expect(await minute({}, away)).toEqual([]);
    answer = () => new Response("ok");
    // An isolate that has told nothing yet tells in every fifth minute alone: there may be one for each run.
    for (let run = 0; run < 4; run++) expect(await minute({}, away)).toEqual([]);
    expect(await minute({}, away)).toHaveLength(1);
    await minute();
  });

  it("tells of missing migrations", async () => {
    await env.DB.exec("DROP TABLE alerts");
    expect(await minute()).toEqual([expect.stringContaining("not migrated")]);
    await env.DB.exec("DELETE FROM d1_migrations WHERE name LIKE '0005%'");
    await env.DB.exec("DROP TABLE sightings");
    await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
    expect(await minute()).toHaveLength(1);
  });
});

describe("the cron", () => {
  it("runs every step although one before it fails", async () => {
    const failing = new Proxy(env, {
      get: (target, key) => (key === "DELIVERIES" ? undefined : Reflect.get(target, key)),
    });
    await inState("dead");
    await env.DB.prepare(
      "UPDATE notifications SET received_at = received_at - 600000, seq = seq - 600000 * 1000",
    ).run();
    const context = createExecutionContext();
    await worker.scheduled(createScheduledController(), failing);
    await waitOnExecutionContext(context);
    expect(await env.DB.prepare("SELECT name FROM alerts").first()).toEqual({ name: "dead" });
    expect(await env.DB.prepare("SELECT count FROM rollups WHERE hour = 0").first()).toEqual({ count: 1 });
    expect((await exports.default.fetch("https://kicc.example/metrics")).status).toBe(401);
  });

  it("forgets hours after 90 days and strangers after 30, but keeps what KICC may have sent", async () => {
    await send("KICC's", {}, {});
    await send("a stranger's", {}, { address: "198.51.100.1" });
    await env.DB.exec("UPDATE quarantine SET received_at = 1");
    await env.DB.exec("INSERT INTO rollups VALUES (0, 'received', 7), (3600000, 'received', 7)");
    await worker.scheduled(createScheduledController(), env);
    expect((await env.DB.prepare("SELECT trusted FROM quarantine").run()).results).toEqual([{ trusted: 1 }]);
    expect((await env.DB.prepare("SELECT hour FROM rollups").run()).results).toEqual([{ hour: 0 }]);
  });
});
