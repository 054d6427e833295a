import { env, exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { receive } from "../../src/receive/hook.ts";
import type { Limits } from "../../src/receive/quarantine-refused.ts";
import {
  KICC_ADDRESS,
  type Sending,
  clear,
  configWith,
  faultyD1,
  kiccBody,
  kiccRequest,
  notificationFrom,
  rowOf,
  stored,
  queueInto,
} from "../fixtures.ts";
import { call as apiCall } from "../calls.ts";

const STRANGER = "198.51.100.1";
const UNLIMITED = { limit: async () => ({ success: true }) } as RateLimit;
const NOTHING = { limit: async () => ({ success: false }) } as RateLimit;

interface Circumstances extends Sending {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly limits?: Limits;
  readonly db?: D1Database;
}

/** One request through the hook, and all that comes after its answer. */
async function send(body: BodyInit | null, how: Circumstances = {}): Promise<number> {
  const after: Promise<unknown>[] = [];
  const deliveries = queueInto([]);
  const limits = how.limits ?? { strangers: UNLIMITED, trusted: UNLIMITED };
  const stores = {
    db: how.db ?? env.DB,
    deliveries,
    limits,
    noteWrongDoor: async () => {},
    askNow: async () => {},
    waitUntil: (work: Promise<unknown>) => void after.push(work),
  };
  const { status } = await receive(kiccRequest(body, how), configWith(how.settings), stores);
  await Promise.all(after);
  return status;
}

interface Listed {
  readonly id: string;
  readonly reason: string;
  readonly address: string | null;
  readonly knewToken: boolean;
  readonly receivedAt: string;
  readonly receipts: number;
  readonly bytes: number;
  readonly excerpt: string;
}

async function call(method: string, path: string, body?: unknown): Promise<{ status: number; answer: unknown }> {
  const headers = { authorization: "Bearer console-token" };
  const response = await exports.default.fetch(
    new Request(`https://kicc.example${path}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
    }),
  );
  return { status: response.status, answer: await response.json() };
}

async function quarantine(query = ""): Promise<{ quarantine: Listed[]; cursor: string | null }> {
  return (await call("GET", `/api/quarantine${query}`)).answer as { quarantine: Listed[]; cursor: string | null };
}

async function kept(): Promise<{ total: number; trusted: number }> {
  const row = await env.DB.prepare(
    "SELECT count(*) AS total, coalesce(sum(trusted), 0) AS trusted FROM quarantine",
  ).first<{ total: number; trusted: number }>();
  return row ?? { total: 0, trusted: 0 };
}

/** The id of the one with this excerpt. */
async function keptAs(excerpt: string): Promise<string> {
  const found = (await quarantine()).quarantine.find((each) => each.excerpt === excerpt);
  if (!found) throw new Error(`Nothing in quarantine begins with ${excerpt}`);
  return found.id;
}

beforeEach(clear);

// First: the tests of the bounds use up the rate of this minute.
describe("the Worker", () => {
  it("keeps a stranger's sending through its own door", async () => {
    const response = await exports.default.fetch(kiccRequest(kiccBody(), { address: "198.51.100.77" }));
    expect(response.status).toBe(403);
    await expect
      .poll(async () => (await quarantine()).quarantine[0]?.address, { timeout: 30_000 })
      .toBe("198.51.100.77");
  });
});

describe("what is kept", () => {
  const settings = { NOTIFY_TOKEN: "right" };

  it("keeps what KICC sends to a stale notifyUrl, and nothing of what a stranger sends there", async () => {
    expect(await send(kiccBody({ pgCno: "7" }), { path: "/kicc/wechat/cancel/stale/REF-1", settings })).toBe(404);
    expect(await send(kiccBody(), { path: "/kicc/wechat/cancel/stale", address: STRANGER, settings })).toBe(404);
    const forged = { "cf-worker": "other.example" };
    expect(await send(kiccBody(), { path: "/kicc/wechat/cancel/stale", headers: forged, settings })).toBe(404);
    const { quarantine: rows, cursor } = await quarantine();
    expect(rows).toEqual([
      expect.objectContaining({ reason: "token", address: KICC_ADDRESS, knewToken: false, receipts: 1 }),
    ]);
    expect(rows[0]?.excerpt).toContain('"pgCno":"7"');
    expect(cursor).toBeNull();
  });

  it("keeps a stranger's sending with its address, and marks one who knew the token", async () => {
    const body = kiccBody();
    expect(await send(body, { address: STRANGER })).toBe(403);
    expect(await send(body, { address: "198.51.100.2", path: "/kicc/wechat/cancel/right", settings })).toBe(403);
    expect((await quarantine()).quarantine).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ reason: "address", address: STRANGER, knewToken: false }),
        expect.objectContaining({ reason: "address", address: "198.51.100.2", knewToken: true }),
      ]),
    );
    expect(await kept()).toEqual({ total: 2, trusted: 1 });
  });

  it("takes a Worker that forges KICC's address for a stranger", async () => {
    await send(kiccBody(), { headers: { "cf-worker": "other.example" } });
    expect(await kept()).toEqual({ total: 1, trusted: 0 });
  });

  it("keeps the first 4 KiB of a body over 64 KiB, announced or not", async () => {
    const large = kiccBody({ resMsg: "가".repeat(30_000) });
    expect(await send(large)).toBe(413);
    expect(await send(new Blob([`${large} `]).stream())).toBe(413);
    const { quarantine: rows } = await quarantine();
    expect(rows).toEqual([expect.objectContaining({ reason: "too-large", bytes: 4096, receipts: 2 })]);
    expect(rows[0]?.excerpt).toMatch(/가+$/);
  });

  it("keeps unreadable bytes as they came", async () => {
    const bytes = new Uint8Array([0xc1, 0xa4, 0xbb, 0xf3, 0x00]);
    expect(await send(bytes)).toBe(400);
    expect((await quarantine()).quarantine).toEqual([
      expect.objectContaining({ reason: "unreadable", bytes: 5, excerpt: "정상\0" }),
    ]);
    expect(await env.DB.prepare("SELECT body FROM quarantine").first("body")).toBe(bytes.toBase64());
  });

  it("keeps one content once and counts its receipts, but for another reference or Content-Type", async () => {
    for (let time = 0; time < 3; time++) await send("nothing", { path: "/kicc/wechat/cancel/right", settings });
    await send("nothing", { path: "/kicc/wechat/cancel/right/REF-2", settings });
    const receipts = (await quarantine()).quarantine.map((row) => row.receipts);
    expect(receipts.toSorted((a, b) => a - b)).toEqual([1, 3]);
    await send("nothing", { path: "/kicc/wechat/cancel/right", settings, headers: { "content-type": "text/plain" } });
    expect((await quarantine()).quarantine).toHaveLength(3);
  });

  it("answers as always while D1 is down", async () => {
    const db = faultyD1(env.DB, { before: () => Promise.reject(new Error("down")) });
    expect(await send(kiccBody(), { address: STRANGER, db })).toBe(403);
    expect(await send("nothing", { db })).toBe(400);
  });

  it("does not wait for a stranger's body that never ends", async () => {
    const endless = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode("{")) });
    expect(await send(endless, { address: STRANGER })).toBe(403);
    expect((await quarantine()).quarantine).toEqual([expect.objectContaining({ bytes: 1 })]);
  });
});

describe("the bounds", () => {
  it("leaves 500 rows of a flood, none of KICC's displaced and a lone stranger's among them", async () => {
    await send("unreadable, from KICC");
    await send("a lone stranger", { address: "203.0.113.9" });
    for (let serial = 0; serial < 520; serial++) await send(`flood ${serial}`, { address: STRANGER });
    expect(await kept()).toEqual({ total: 501, trusted: 1 });
    const row = await env.DB.prepare("SELECT count(*) AS rows FROM quarantine WHERE address = '203.0.113.9'").first();
    expect(row).toEqual({ rows: 1 });
    const newest = await env.DB.prepare("SELECT count(*) AS rows FROM quarantine WHERE body = ?")
      .bind(btoa("flood 519"))
      .first();
    expect(newest).toEqual({ rows: 1 });
  });

  it("acks all of KICC's among 10,000 strangers' sendings, keeps at most the bound, and spares D1", async () => {
    const db = faultyD1(env.DB);
    const limits = { strangers: env.FEW, trusted: env.TRUSTED };
    for (let hundred = 0; hundred < 100; hundred++) {
      const flood = Array.from({ length: 100 }, (_, serial) =>
        send(`{"serial":"${hundred}.${serial}"}`, { address: `198.51.${hundred}.${serial}`, limits, db }),
      );
      const [acked, ...refused] = await Promise.all([send(kiccBody(), { limits, db }), ...flood]);
      expect(acked).toBe(200);
      expect(new Set(refused)).toEqual(new Set([403]));
    }
    expect((await kept()).total).toBeLessThanOrEqual(500);
    // KICC's hundred, and 30 a minute
    expect(db.trips).toBeLessThanOrEqual(100 + 90);
  }, 60_000);

  it("reads no stranger's body beyond the rate, and has another rate for KICC", async () => {
    const limits = { strangers: NOTHING, trusted: UNLIMITED };
    let pulls = 0;
    const body = new ReadableStream({ pull: () => void (pulls += 1) }, { highWaterMark: 0 });
    expect(await send(body, { address: STRANGER, limits })).toBe(403);
    expect(pulls).toBe(0);
    expect(await send("unreadable", { limits })).toBe(400);
    expect(await kept()).toEqual({ total: 1, trusted: 1 });
  });

  it("counts those who know a leaked token apart from KICC", async () => {
    const keys: string[] = [];
    const limit = async ({ key }: RateLimitOptions) => ({ success: keys.push(key) > 0 });
    const limits = { strangers: NOTHING, trusted: { limit } };
    const how = { path: "/kicc/wechat/cancel/right", settings: { NOTIFY_TOKEN: "right" }, limits };
    await send(kiccBody(), { ...how, address: STRANGER });
    await send("unreadable", how);
    expect(keys).toEqual(["others", "kicc unreadable "]);
    expect(await kept()).toEqual({ total: 2, trusted: 2 });
  });

  it("keep room for what KICC sends us to a stale notifyUrl, whatever another merchant has KICC send there", async () => {
    const asked = new Map<string, number>();
    const limit = async ({ key }: RateLimitOptions) => {
      asked.set(key, (asked.get(key) ?? 0) + 1);
      return { success: (asked.get(key) ?? 0) <= 120 };
    };
    const ofMinute = () => ({ strangers: NOTHING, trusted: { limit } });
    const stale = { path: "/kicc/wechat/cancel/stale", settings: { NOTIFY_TOKEN: "right" } };
    const ours = (serial: number) => kiccBody({ mallId: "05599001", cancelPgCno: `ours-${serial}` });
    const theirs = (serial: number) => kiccBody({ mallId: "05599002", cancelPgCno: `theirs-${serial}` });
    await send(ours(0), { ...stale, limits: ofMinute() });
    for (let minute = 0; minute < 5; minute++) {
      asked.clear();
      for (let serial = 0; serial < 125; serial++) {
        await send(theirs(minute * 125 + serial), { ...stale, limits: ofMinute() });
      }
    }
    await send(ours(1), { ...stale, limits: ofMinute() });
    const { results } = await env.DB.prepare(
      "SELECT mall_id AS mallId, count(*) AS rows FROM quarantine GROUP BY mall_id ORDER BY mall_id",
    ).run();
    expect(results).toEqual([
      { mallId: "05599001", rows: 2 },
      { mallId: "05599002", rows: 498 },
    ]);
  });

  it("keeps a few a minute where the rate is not told: it is not waited for", async () => {
    const original = globalThis.setTimeout;
    vi.spyOn(globalThis, "setTimeout").mockImplementation((run: () => void, ms = 0) => original(run, ms / 100));
    const silent = { limit: () => new Promise(() => {}) } as unknown as RateLimit;
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 600_000 });
    try {
      expect(await send("silent", { address: STRANGER, limits: { strangers: silent } })).toBe(403);
    } finally {
      vi.useRealTimers();
      vi.restoreAllMocks();
    }
    expect(await kept()).toMatchObject({ total: 1 });
  });

  it("keeps a few a minute where the bindings are missing", async () => {
    for (let serial = 0; serial < 40; serial++) await send(`few ${serial}`, { address: STRANGER, limits: {} });
    const { total } = await kept();
    expect(total).toBeGreaterThanOrEqual(1);
    expect(total).toBeLessThanOrEqual(20);
  });
});

describe("the API", () => {
  it("lists newest first, page by page, and refuses a cursor of another's making", async () => {
    for (let serial = 0; serial < 5; serial++) await send(`page ${serial}`);
    const first = await quarantine("?limit=3");
    expect(first.quarantine).toHaveLength(3);
    const second = await quarantine(`?limit=3&cursor=${first.cursor}`);
    expect(second).toMatchObject({ cursor: null });
    const ids = [...first.quarantine, ...second.quarantine].map(({ id }) => id);
    expect(new Set(ids).size).toBe(5);
    expect((await call("GET", "/api/quarantine?cursor=x")).status).toBe(400);
    expect((await call("GET", "/api/quarantine?limit=101")).status).toBe(400);
  });

  it("takes a released one in as of its arrival, with the reference of its notifyUrl, and delivers it", async () => {
    const body = kiccBody();
    await send(body, { path: "/kicc/wechat/cancel/stale/REF-1", settings: { NOTIFY_TOKEN: "right" } });
    const [row] = (await quarantine()).quarantine;
    const { status, answer } = await call("POST", `/api/quarantine/${row?.id}/release`);
    expect(status).toBe(200);
    const id = notificationFrom(body).id;
    expect(answer).toMatchObject({ id, receivedAt: row?.receivedAt, reference: "REF-1", receipts: 1, attempts: 0 });
    expect(await rowOf(id)).toMatchObject({ state: "pending", reference: "REF-1" });
    expect(await kept()).toMatchObject({ total: 0 });
    expect((await call("POST", `/api/quarantine/${row?.id}/release`)).status).toBe(404);
  });

  it("enqueues nothing of a released one that KICC is to confirm first", async () => {
    await send(kiccBody(), { path: "/kicc/wechat/cancel/stale", settings: { NOTIFY_TOKEN: "right" } });
    const [row] = (await quarantine()).quarantine;
    const released = await apiCall(`POST /api/quarantine/${row?.id}/release`, {
      settings: { CONFIRM: "before-delivery", KICC_API_URL: "https://kicc.example" },
    });
    expect(released).toMatchObject({ status: 200, answer: { state: "pending" }, sent: [] });
  });

  it("answers a release of what is stored already with that one, and counts a receipt", async () => {
    const body = kiccBody();
    const { id } = await stored(body);
    await send(body, { address: STRANGER });
    const [row] = (await quarantine()).quarantine;
    const { answer } = await call("POST", `/api/quarantine/${row?.id}/release`);
    expect(answer).toMatchObject({ id, receipts: 2 });
    expect(await kept()).toMatchObject({ total: 0 });
  });

  it("leaves what cannot be taken in where it is", async () => {
    await send("unreadable");
    await send(`${kiccBody()}${" ".repeat(70_000)}`);
    for (const { id } of (await quarantine()).quarantine) {
      expect(await call("POST", `/api/quarantine/${id}/release`)).toMatchObject({
        status: 409,
        answer: { error: { code: "conflict" } },
      });
    }
    expect(await kept()).toMatchObject({ total: 2 });
  });

  it("hands on KICC's unreadable bytes on a person's word, who names the kind", async () => {
    const broken = '{"resCd":"0000","cancelPgCno":"C1"';
    await send(broken);
    const [row] = (await quarantine()).quarantine;
    const { status, answer } = await call("POST", `/api/quarantine/${row?.id}/release`, { kind: "wechat.cancel" });
    expect({ status, answer }).toMatchObject({
      status: 200,
      answer: { kind: "wechat.cancel", state: "pending", resCd: "", cancelPgCno: null, receivedAt: row?.receivedAt },
    });
    const { id } = answer as { readonly id: string };
    expect((await call("GET", `/api/notifications/${id}?body=whole`)).answer).toMatchObject({
      bodyBase64: new TextEncoder().encode(broken).toBase64(),
    });
    expect(await kept()).toMatchObject({ total: 0 });
  });

  it("never hands on unreadable bytes of a stranger, nor of KICC's address for another product", async () => {
    await send("unreadable", { address: STRANGER });
    await send("unreadable too");
    const stranger = await keptAs("unreadable");
    const cancel = await keptAs("unreadable too");
    for (const [id, kind] of [
      [stranger, "wechat.cancel"],
      [cancel, "online.deposit"],
    ] as const) {
      expect((await call("POST", `/api/quarantine/${id}/release`, { kind })).status).toBe(409);
    }
    expect(await kept()).toMatchObject({ total: 2 });
  });

  it("takes what came to a path that is no door by its marks, else by the kind that is named", async () => {
    const path = "/kicc/wechat/cancle";
    const [marked, bare] = [kiccBody(), '{"resCd":"0000","resMsg":"OK","pgCno":"P1"}'];
    await send(bare, { path });
    await send(marked, { path });
    const [markedId, bareId] = [await keptAs(marked), await keptAs(bare)];
    expect(await call("POST", `/api/quarantine/${markedId}/release`)).toMatchObject({
      status: 200,
      answer: { id: notificationFrom(marked).id, kind: "wechat.cancel" },
    });
    expect((await call("POST", `/api/quarantine/${bareId}/release`)).status).toBe(400);
    expect(await call("POST", `/api/quarantine/${bareId}/release`, { kind: "wechat.approval" })).toMatchObject({
      status: 200,
      answer: { kind: "wechat.approval", pgCno: "P1" },
    });
  });

  it("drops one, and knows none that is not there", async () => {
    await send("unreadable");
    const [row] = (await quarantine()).quarantine;
    expect(await call("DELETE", `/api/quarantine/${row?.id}`)).toMatchObject({ status: 200 });
    expect((await call("DELETE", `/api/quarantine/${row?.id}`)).status).toBe(404);
    expect(await kept()).toMatchObject({ total: 0 });
  });
});
