import { env, exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { operations } from "../../src/api/all-operations.ts";
import { seqAt } from "../../src/store/insert.ts";
import { replayNextPage } from "../../src/store/replay-many.ts";
import { call, seed } from "../calls.ts";
import { clear, faultyD1, kiccBody, rowOf, stored } from "../fixtures.ts";
import { type Columns, given, set } from "../given.ts";

const UNKNOWN = "ntf_00000000000000000000000000000000";

beforeEach(clear);

async function storedAs(state: string, more: Columns = {}): Promise<string> {
  const { id } = await stored();
  await set(id, { state, ...more });
  return id;
}

/** A refusal as it is answered. */
function refusal(status: number, code: string, message: RegExp | string = /./) {
  return { status, answer: { error: { code, message: expect.stringMatching(message) } } };
}

describe("the token", () => {
  const calls = operations.map(({ method, path }) => `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, UNKNOWN)}`);

  it.each([...calls, "GET /api/nothing", "DELETE /api/notifications", "GET /api"])(
    "opens %s, and nothing else does",
    async (each) => {
      const settings = { DELIVERY_TOKEN: "delivery-token" };
      for (const token of [null, "wrong", "console-token2", "console-toke", "delivery-tokens"]) {
        const refused = await call(each, { token, settings });
        expect(refused).toMatchObject(refusal(401, "unauthorized"));
        expect(refused.headers.get("www-authenticate")).toBe("Bearer");
        expect(refused.queries).toBe(0);
      }
      expect((await call(each, { settings })).status).not.toBe(401);
    },
  );

  it("of delivering opens pull, accept, fail and what is announced, and nothing else", async () => {
    const settings = { DELIVERY_TOKEN: "delivery-token" };
    const opened = [];
    for (const each of calls) {
      const { status } = await call(each, { token: "delivery-token", settings });
      if (status !== 401) opened.push(each.replace(UNKNOWN, "{id}"));
    }
    expect(opened).toEqual([
      "POST /api/pull",
      "POST /api/notifications/{id}/accept",
      "POST /api/notifications/{id}/fail",
      "PUT /api/cancellations/{id}",
      "GET /api/cancellations/{id}",
      "GET /api/cancellations",
      "POST /api/cancellations/{id}/ask",
      "PUT /api/approvals/{id}",
      "GET /api/approvals/{id}",
      "GET /api/approvals",
      "POST /api/approvals/{id}/ask",
    ]);
  });

  it("may be one of two while it is rotated", async () => {
    const settings = { CONSOLE_TOKEN: "old-token, new-token" };
    expect(await call("GET /api/notifications", { token: "old-token", settings })).toMatchObject({ status: 200 });
    expect(await call("GET /api/notifications", { token: "new-token", settings })).toMatchObject({ status: 200 });
    expect(await call("GET /api/notifications", { token: "old-token,", settings })).toMatchObject({ status: 401 });
  });

  it("is missed by name where none is set", async () => {
    const refused = await call("GET /api/notifications", { settings: { CONSOLE_TOKEN: undefined } });
    expect(refused).toMatchObject(refusal(503, "settings", "CONSOLE_TOKEN"));
  });
});

describe("lists", () => {
  it("show the newest first, in the contract's shape", async () => {
    const first = await stored(kiccBody(), { receivedAt: 1_768_349_530_123, reference: "refund-7" });
    const second = await stored(kiccBody({ amountInfo: null, mallId: "", cancelDate: null }), {
      receivedAt: 1_768_349_530_124,
    });
    const { status, answer, headers } = await call("GET /api/notifications");
    expect(status).toBe(200);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(answer.cursor).toBeNull();
    expect(answer.notifications.map(({ id }: { id: string }) => id)).toEqual([second.id, first.id]);
    expect(answer.notifications[1]).toEqual({
      id: first.id,
      kind: "wechat.cancel",
      state: "pending",
      reason: null,
      source: "notification",
      reference: "refund-7",
      mallId: "T0099001",
      shopOrderNo: first.notification.shopOrderNo,
      pgCno: first.notification.pgCno,
      cancelPgCno: first.notification.cancelPgCno,
      resCd: "0000",
      resMsg: "정상취소",
      cancelDate: "20260114091210",
      currency: "KRW",
      amount: "51000",
      eventDate: "20260114091210",
      repeats: null,
      archived: false,
      consoleUrl: `https://kicc.example/console/notifications/${first.id}`,
      receivedAt: "2026-01-14T00:12:10.123Z",
      receipts: 1,
      attempts: 0,
      nextAttemptAt: "2026-01-14T00:12:10.123Z",
      deliveredAt: null,
    });
    expect(answer.notifications[0]).toMatchObject({ mallId: null, cancelDate: null, currency: null, amount: null });
  });

  it("tell the next attempt of pending ones only, and of a leased one its lease's end", async () => {
    const leased = await storedAs("pending", { lease_until: 1_768_349_590_000 });
    const delivered = await storedAs("delivered", { delivered_at: 1_768_349_530_000 });
    const dead = await storedAs("dead", { reason: "exhausted", delivered_at: 1_768_349_530_000 });
    expect((await call(`GET /api/notifications/${leased}`)).answer).toMatchObject({
      nextAttemptAt: "2026-01-14T00:13:10.000Z",
    });
    expect((await call(`GET /api/notifications/${delivered}`)).answer).toMatchObject({
      nextAttemptAt: null,
      deliveredAt: "2026-01-14T00:12:10.000Z",
    });
    expect((await call(`GET /api/notifications/${dead}`)).answer).toMatchObject({
      state: "dead",
      reason: "exhausted",
      nextAttemptAt: null,
      deliveredAt: null,
    });
  });

  it("filter by state, and find by each id exactly", async () => {
    const { id, notification } = await stored(kiccBody(), { reference: "refund-8" });
    await stored();
    await storedAs("dead");
    const idsOf = async (query: string) =>
      (await call(`GET /api/notifications?${query}`)).answer.notifications.map((each: { id: string }) => each.id);
    expect(await idsOf("state=dead")).toHaveLength(1);
    for (const q of [id, notification.cancelPgCno, notification.pgCno, notification.shopOrderNo, "refund-8"]) {
      expect(await idsOf(`q=${q}`)).toEqual([id]);
      expect(await idsOf(`q=%20${q}%20&state=pending`)).toEqual([id]);
      expect(await idsOf(`q=${q}&state=dead`)).toEqual([]);
      expect(await idsOf(`q=${q?.slice(1)}`)).toEqual([]);
    }
    expect(await idsOf("q=T0099001")).toEqual([]);
    expect(await idsOf("q=%25")).toEqual([]);
    expect(await idsOf("state=&q=&cursor=&limit=")).toHaveLength(3);
    expect(await idsOf("unknown=1&page=7")).toHaveLength(3);
  });

  it.each([
    ["state=lost", "state"],
    ["limit=0", "limit"],
    ["limit=101", "limit"],
    ["limit=1.5", "limit"],
    ["limit=ten", "limit"],
    ["cursor=!", "cursor"],
    ["cursor=AAAA", "cursor"],
    ["cursor=e30", "cursor"],
    [`cursor=${btoa('["x",1]').replaceAll("=", "")}`, "cursor"],
    [`q=${"9".repeat(201)}`, "q"],
  ])("refuse %.20s, naming the field", async (query, field) => {
    expect(await call(`GET /api/notifications?${query}`)).toMatchObject(refusal(400, "invalid", `^${field} must be`));
  });

  it("name wrong settings, and only then", async () => {
    const { id } = await stored();
    const settings = { ORIGIN_URL: "ftp://origin.example", RETENTION_DAYS: "1" };
    for (const each of ["GET /api/notifications", `GET /api/notifications/${id}`, "GET /api/audit"]) {
      expect((await call(each)).answer).not.toHaveProperty("settings");
      expect((await call(each, { settings })).answer.settings).toEqual([
        expect.stringMatching(/^ORIGIN_URL must be /),
        expect.stringMatching(/^RETENTION_DAYS must be /),
      ]);
    }
    const secret = "whsec_not*base64";
    const { answer } = await call("GET /api/notifications", { settings: { ORIGIN_SIGNING_SECRET: secret } });
    expect(JSON.stringify(answer)).not.toContain("not*base64");
  });
});

describe("one notification", () => {
  it("comes with its body as text and bytes, its history, source address and what it contradicts", async () => {
    const success = kiccBody();
    const { cancelPgCno } = JSON.parse(success) as { cancelPgCno: string };
    const { id: contradicted } = await stored(success);
    const failure = kiccBody({ resCd: "W901", cancelPgCno, amountInfo: null });
    const { id, notification } = await stored(failure);
    const attempt = { number: 1, startedAt: 1_768_349_530_000, durationMs: 7, outcome: "failed", status: 500 };
    await set(id, { history: JSON.stringify([{ ...attempt, error: "origin answered 500", answer: "<b>no" }]) });
    const { answer, queries } = await call(`GET /api/notifications/${id}`);
    expect(answer).toMatchObject({
      id,
      state: "held",
      reason: "contradicts",
      contradicts: contradicted,
      body: failure,
      bodyBase64: notification.body.toBase64(),
      charset: "utf-8",
      sourceAddress: "203.233.72.66",
      history: [{ ...attempt, startedAt: "2026-01-14T00:12:10.000Z", error: "origin answered 500", answer: "<b>no" }],
    });
    expect(queries).toBe(2);
  });

  it("decodes an EUC-KR body, and keeps its bytes", async () => {
    const { id } = await stored();
    const bytes = Uint8Array.fromHex("7b22726573436422 3a2239393939222c227265734d7367223a22b0a1227d".replace(" ", ""));
    await set(id, { body: bytes.toBase64() });
    expect((await call(`GET /api/notifications/${id}`)).answer).toMatchObject({
      charset: "euc-kr",
      body: '{"resCd":"9999","resMsg":"가"}',
      bodyBase64: bytes.toBase64(),
    });
  });

  it("that is unknown is 404 in every call", async () => {
    for (const each of ["GET ", "POST /replay", "POST /close", "POST /accept", "POST /fail"]) {
      const [method, action] = each.split(" ");
      const body = method === "GET" ? {} : { body: { note: "n", reason: "r", attempt: 1 } };
      expect(await call(`${method} /api/notifications/${UNKNOWN}${action}`, body)).toMatchObject(
        refusal(404, "not_found", UNKNOWN),
      );
    }
    expect(await call("GET /api/nothing")).toMatchObject(refusal(404, "not_found"));
    expect(await call("PATCH /api/notifications")).toMatchObject(refusal(404, "not_found"));
  });
});

describe("replay", () => {
  it.each(["delivered", "dead", "held", "closed"])("makes a %s one pending and enqueues it at once", async (state) => {
    const id = await storedAs(state, { reason: "exhausted", attempts: 16, tries: 16, delivered_at: 1, confirm: null });
    const { status, answer, sent, queries } = await call(`POST /api/notifications/${id}/replay`);
    expect(status).toBe(200);
    expect(answer).toMatchObject({ id, state: "pending", reason: null, attempts: 16, deliveredAt: null });
    expect(answer.nextAttemptAt).not.toBeNull();
    expect(sent).toEqual([expect.objectContaining({ id, attempt: 17 })]);
    expect(await rowOf(id)).toMatchObject({ state: "pending", tries: 0 });
    expect(queries).toBeLessThanOrEqual(5);
  });

  it("of a pending one is a conflict, and changes and records nothing", async () => {
    const id = await storedAs("pending");
    const refused = await call(`POST /api/notifications/${id}/replay`);
    expect(refused).toMatchObject(refusal(409, "conflict", "pending"));
    expect(refused.sent).toEqual([]);
    expect((await call("GET /api/audit")).answer.audit).toEqual([]);
  });

  it("asked for twice at once happens once", async () => {
    const id = await storedAs("dead");
    const answers = await Promise.all([1, 2, 3].map(async () => call(`POST /api/notifications/${id}/replay`)));
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(["200", "409", "409"]);
    expect(answers.flatMap(({ sent }) => sent)).toHaveLength(1);
  });

  it("stays asked for where the queue does not take it: the sweep enqueues", async () => {
    const id = await storedAs("dead");
    const queue = () => Promise.reject(new Error("Queue is away"));
    expect(await call(`POST /api/notifications/${id}/replay`, { queue })).toMatchObject({ status: 200, sent: [] });
    expect(await rowOf(id)).toMatchObject({ state: "pending" });
  });

  it.each(["pull", "queue"])("enqueues nothing in %s mode", async (DELIVERY) => {
    const id = await storedAs("dead");
    const { status, sent } = await call(`POST /api/notifications/${id}/replay`, { settings: { DELIVERY } });
    expect({ status, sent }).toEqual({ status: 200, sent: [] });
  });

  it("leaves the attempt that is still open to its lease", async () => {
    const id = await storedAs("held", { lease_until: Date.now() + 60_000, attempts: 1, tries: 1, claimed_at: 1 });
    await call(`POST /api/notifications/${id}/replay`);
    const row = await rowOf(id);
    expect(row).toMatchObject({ state: "pending", tries: 0 });
    expect(row?.leaseUntil).toBeGreaterThan(Date.now());
  });

  it("of many answers how many, half-open by receivedAt, and leaves the work to the cron", async () => {
    const at = (receivedAt: string) => ({
      received_at: Date.parse(receivedAt),
      seq: seqAt(Date.parse(receivedAt)),
      settled_at: 1,
    });
    const before = await storedAs("dead", at("2026-01-14T00:00:00Z"));
    const first = await storedAs("dead", at("2026-01-14T01:00:00Z"));
    await storedAs("held", at("2026-01-14T01:30:00Z"));
    const end = await storedAs("dead", at("2026-01-14T02:00:00Z"));
    const body = { state: "dead", from: "2026-01-14T10:00:00+09:00", to: "2026-01-14T02:00:00Z" };
    const { answer, sent } = await call("POST /api/replay", { body });
    expect({ answer, sent }).toEqual({ answer: { replaying: 1 }, sent: [] });
    expect((await replayNextPage(env.DB, Date.now(), 10)).map(({ id }) => id)).toEqual([first]);
    expect((await call("POST /api/replay", { body: { state: "dead" } })).answer).toEqual({ replaying: 2 });
    const replayed = (await replayNextPage(env.DB, Date.now(), 10)).map(({ id }) => id);
    expect(replayed.toSorted()).toEqual([before, end].toSorted());
  });

  it.each([
    [{}, "state"],
    [{ state: "closed" }, "state"],
    [{ state: "dead", from: "yesterday" }, "from"],
    [{ state: "dead", to: 1_768_349_530_000 }, "to"],
    ["not json", "body"],
    ["[]", "body"],
    ["null", "body"],
  ])("of many refuses %j", async (body, field) => {
    expect(await call("POST /api/replay", { body })).toMatchObject(refusal(400, "invalid", field));
  });
});

describe("close", () => {
  it.each(["dead", "held"])("ends a %s one, with a note that the audit keeps", async (state) => {
    const id = await storedAs(state, { reason: "conflict" });
    const { answer } = await call(`POST /api/notifications/${id}/close`, { body: { note: " booked by hand \ud800 " } });
    expect(answer).toMatchObject({ id, state: "closed", reason: "conflict", nextAttemptAt: null });
    expect((await call("GET /api/audit")).answer.audit).toEqual([
      expect.objectContaining({ who: "token", what: "close", subject: id, note: "booked by hand \ufffd" }),
    ]);
  });

  it("ends an attempt that is open, and keeps it in the history", async () => {
    const id = await storedAs("held", { attempts: 1, tries: 1, claimed_at: 1000, lease_until: Date.now() + 60_000 });
    await call(`POST /api/notifications/${id}/close`, { body: { note: "n" } });
    const { answer } = await call(`GET /api/notifications/${id}`);
    expect(answer.history).toMatchObject([{ number: 1, outcome: "failed", error: "no report before it was closed" }]);
  });

  it.each(["pending", "delivered", "closed"])("of a %s one is a conflict", async (state) => {
    const id = await storedAs(state);
    expect(await call(`POST /api/notifications/${id}/close`, { body: { note: "n" } })).toMatchObject(
      refusal(409, "conflict", state),
    );
    expect(await rowOf(id)).toMatchObject({ state });
  });

  it.each([{}, { note: "" }, { note: "  " }, { note: 7 }, { note: null }, { note: "x".repeat(1001) }])(
    "needs a note: %.20j is refused",
    async (body) => {
      const id = await storedAs("dead");
      expect(await call(`POST /api/notifications/${id}/close`, { body })).toMatchObject(
        refusal(400, "invalid", "note"),
      );
    },
  );
});

describe("the made-up notification", () => {
  it("is a failed result of zeros and a serial, stored and enqueued like any other", async () => {
    const { answer, sent, queries } = await call("POST /api/test");
    expect(answer).toMatchObject({
      state: "pending",
      source: "test",
      resCd: "9999",
      resMsg: "TEST",
      mallId: "00000000",
      pgCno: expect.stringMatching(/^0000\d{16}$/),
      cancelPgCno: expect.stringMatching(/^0000\d{16}$/),
      receipts: 1,
    });
    expect(sent).toEqual([expect.objectContaining({ id: answer.id, source: "test", attempt: 1, sourceAddress: null })]);
    expect(queries).toBeLessThanOrEqual(5);
    const { answer: another } = await call("POST /api/test", { body: { resCd: "0000" } });
    expect(another).toMatchObject({ state: "pending", resCd: "0000" });
    expect(another.id).not.toBe(answer.id);
  });

  it("is neither foreign nor asked about, and waits for a puller in pull mode", async () => {
    const settings = { MALL_IDS: "T0099001", CONFIRM: "before-delivery", DELIVERY: "pull" };
    const { answer, sent } = await call("POST /api/test", { body: { resCd: "0000" }, settings });
    expect(answer).toMatchObject({ state: "pending", reason: null });
    expect(sent).toEqual([]);
  });

  it("is an open attempt in queue mode, as a received one would be", async () => {
    const { answer, sent } = await call("POST /api/test", { settings: { DELIVERY: "queue" } });
    expect(answer).toMatchObject({ attempts: 1 });
    expect(sent).toHaveLength(1);
  });

  it.each([7, "", "00000", "한"])("refuses the resCd %j", async (resCd) => {
    expect(await call("POST /api/test", { body: { resCd } })).toMatchObject(refusal(400, "invalid", "resCd"));
  });
});

describe("the audit", () => {
  it("tells who did what, when, newest first and in pages", async () => {
    const id = await storedAs("dead");
    const before = Date.now();
    await call(`POST /api/notifications/${id}/replay`);
    await call("POST /api/replay", { body: { state: "dead", from: "2026-01-14T00:00:00Z" } });
    await call("POST /api/test");
    const { answer } = await call("GET /api/audit?limit=2");
    expect(answer.audit.map(({ what }: { what: string }) => what)).toEqual(["test", "replay-many"]);
    expect(Date.parse(answer.audit[0].at)).toBeGreaterThanOrEqual(before);
    expect(answer.audit[1].note).toContain("2026-01-14T00:00:00Z");
    const { answer: rest } = await call(`GET /api/audit?limit=2&cursor=${answer.cursor}`);
    expect(rest).toMatchObject({ audit: [{ who: "token", what: "replay", subject: id }], cursor: null });
    expect(await call("GET /api/audit?cursor=WzEsMl0")).toMatchObject(refusal(400, "invalid", "cursor"));
  });
});

describe("while settings are wrong", () => {
  const settings = { ORIGIN_URL: undefined };

  it.each(["POST /api/replay", "POST /api/pull", "POST /api/test", `POST /api/notifications/${UNKNOWN}/replay`])(
    "%s is refused with their names",
    async (each) => {
      const refused = await call(each, { body: { state: "dead" }, settings });
      expect(refused).toMatchObject(refusal(503, "settings", "ORIGIN_URL is not set"));
      expect(refused.queries).toBe(0);
    },
  );

  it("looking, closing and accepting go on", async () => {
    const held = await storedAs("held");
    const note = { note: "done" };
    expect(await call(`POST /api/notifications/${held}/close`, { body: note, settings })).toMatchObject({
      status: 200,
    });
    const dead = await storedAs("dead", { attempts: 1 });
    const body = { attempt: 1 };
    expect(await call(`POST /api/notifications/${dead}/accept`, { body, settings })).toMatchObject({ status: 200 });
  });
});

describe("while D1 is away", () => {
  it("calls answer 503 unavailable, without its words", async () => {
    const db = faultyD1(env.DB, { before: () => Promise.reject(new Error("D1_ERROR: secret detail")) });
    for (const each of ["GET /api/notifications", "POST /api/test", `POST /api/notifications/${UNKNOWN}/accept`]) {
      const refused = await call(each, { db });
      expect(refused).toMatchObject(refusal(503, "unavailable"));
      expect(JSON.stringify(refused.answer)).not.toContain("secret");
    }
  });
});

describe("with 100,000 notifications", () => {
  it("every call costs at most 5 queries and reads at most 2,000 rows", { timeout: 60_000 }, async () => {
    await seed(100_000);
    const dead = (await call("GET /api/notifications?state=dead&limit=2")).answer.notifications;
    const pages = ["", "&state=pending", "&q=ORD-1", "&q=ORD-1&state=dead", "&q=00000000000000050000"];
    const calls: [string, unknown?][] = [
      ...pages.map((page): [string] => [`GET /api/notifications?limit=100${page}`]),
      [`GET /api/notifications/${dead[0].id}`],
      [`POST /api/notifications/${dead[0].id}/replay`],
      [`POST /api/notifications/${dead[1].id}/close`, { note: "n" }],
      ["POST /api/replay", { state: "dead" }],
      ["POST /api/test"],
      ["GET /api/audit"],
    ];
    for (const [each, body] of calls) {
      const { status, queries, rowsRead } = await call(each, body === undefined ? {} : { body });
      expect({ each, status, fits: queries <= 5 && rowsRead <= 2000, queries, rowsRead }).toMatchObject({
        status: 200,
        fits: true,
      });
    }
    const settings = { DELIVERY: "pull" };
    const pulled = await call("POST /api/pull", { body: { max: 50, leaseSeconds: 1 }, settings });
    expect(pulled.answer.notifications).toHaveLength(50);
    const { id } = pulled.answer.notifications[0];
    const reports = [
      pulled,
      await call(`POST /api/notifications/${id}/fail`, { body: { reason: "r" }, settings }),
      await call(`POST /api/notifications/${id}/accept`, { body: { attempt: 1 }, settings }),
    ];
    await given.expiredLeases();
    reports.push(await call("POST /api/pull", { body: { max: 50 }, settings }));
    expect(reports.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(Math.max(...reports.map(({ queries }) => queries))).toBeLessThanOrEqual(5);
    expect(Math.max(...reports.map(({ rowsRead }) => rowsRead))).toBeLessThanOrEqual(2000);
    // Deep pages cost what the first one does.
    let cursor = (await call("GET /api/notifications?limit=100")).answer.cursor;
    for (let page = 0; page < 20; page++) {
      const { answer, rowsRead } = await call(`GET /api/notifications?limit=100&cursor=${cursor}`);
      expect(rowsRead).toBeLessThanOrEqual(2000);
      ({ cursor } = answer);
    }
  });
});

describe("the description", () => {
  interface Described {
    readonly summary: string;
    readonly security: readonly Readonly<Record<string, readonly string[]>>[];
    readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: object }[];
    readonly requestBody?: { readonly required: boolean; readonly content: object };
    readonly responses: Readonly<Record<string, object>>;
  }

  it("is OpenAPI 3.1 of every operation, with its errors and who may call it", async () => {
    const { answer } = await call("GET /api/openapi.json", { settings: { ORIGIN_URL: undefined } });
    expect(Object.keys(answer)).toEqual(["openapi", "info", "paths", "components"]);
    expect(answer.openapi).toBe("3.1.0");
    for (const { method, path, forDelivery } of operations) {
      const described: Described = answer.paths[path][method];
      expect(described.security).toEqual([{ console: [] }, ...(forDelivery ? [{ delivery: [] }] : [])]);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const parameters = described.parameters ?? [];
      expect(parameters.filter((each) => each.in === "path").map(({ name }) => name)).toEqual(inPath);
      expect(Object.keys(described.responses)).toEqual(expect.arrayContaining(["200", "401", "503"]));
    }
    const text = JSON.stringify(answer);
    for (const [, path = ""] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const target = path.split("/").reduce((part, key) => part?.[key], answer);
      expect({ path, type: typeof target }).toEqual({ path, type: "object" });
    }
    expect(text).not.toContain("$defs");
  });

  it("tells what each field takes", async () => {
    const { paths, components } = (await call("GET /api/openapi.json")).answer;
    const parameters: Described["parameters"] = paths["/api/notifications"].get.parameters;
    expect(parameters?.map(({ name }) => name)).toEqual([
      "state",
      "kind",
      "mallId",
      "result",
      "from",
      "to",
      "q",
      "cursor",
      "limit",
    ]);
    expect(parameters?.at(-1)?.schema).toEqual({ type: "integer", minimum: 1, maximum: 100 });
    const download: Described = paths["/api/notifications.csv"].get;
    expect(download.parameters?.map(({ name }) => name)).toEqual([
      "state",
      "kind",
      "mallId",
      "result",
      "from",
      "to",
      "q",
      "excel",
    ]);
    expect(Object.keys((download.responses["200"] as { content: object }).content)).toEqual(["text/csv"]);
    expect(paths["/api/pull"].post.requestBody.content["application/json"].schema.properties.max).toMatchObject({
      type: "integer",
      minimum: 1,
      maximum: 50,
      default: 10,
    });
    const close = paths["/api/notifications/{id}/close"].post;
    expect(close.requestBody.content["application/json"].schema.required).toEqual(["note"]);
    expect(close.responses[200].content["application/json"].schema).toEqual({
      $ref: "#/components/schemas/Notification",
    });
    expect(components.schemas.Notification.required).toHaveLength(24);
    expect(components.securitySchemes.console).toMatchObject({ type: "http", scheme: "bearer" });
  });
});

describe("GET /health", () => {
  it("is open and says ok, whatever the settings", async () => {
    const response = await exports.default.fetch("https://kicc.example/health");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: "ok" });
  });

  it("answers 503 without detail while D1 does not answer, and asks D1 once in 5 s", async () => {
    const { health } = await import("../../src/api/health.ts");
    let away = true;
    const db = faultyD1(env.DB, {
      before: () => (away ? Promise.reject(new Error("D1_ERROR: no such table")) : Promise.resolve()),
    });
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      for (let time = 0; time < 3; time++) {
        const response = await health(db);
        expect(response.status).toBe(503);
        expect(await response.text()).not.toMatch(/D1|table/);
      }
      expect(db.trips).toBe(1);
      away = false;
      expect((await health(db)).status).toBe(503);
      vi.setSystemTime(Date.now() + 5001);
      expect((await health(db)).status).toBe(200);
      expect(db.trips).toBe(2);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("the Worker", () => {
  it("serves the API with its real bindings", async () => {
    const { id } = await stored();
    const headers = { authorization: "Bearer console-token" };
    const response = await exports.default.fetch(`https://kicc.example/api/notifications?q=${id}`, { headers });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ notifications: [{ id }], cursor: null });
    expect((await exports.default.fetch("https://kicc.example/api/notifications")).status).toBe(401);
  });
});
