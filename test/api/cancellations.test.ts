import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "../../src/api/router.ts";
import { cancellationOperations } from "../../src/api/calls/cancellations.ts";
import { listAnnounced } from "../../src/store/announced.ts";
import { CANCELLATIONS } from "../../src/store/register.ts";
import { type FaultyD1, clear, configWith, faultyD1, kiccBody, queueInto, stored } from "../fixtures.ts";
import { says, standInForKicc } from "../kicc-stand-in.ts";
import { meteredD1 } from "../metered.ts";

const IDS = { mallId: "T0099001", pgCno: "26011314205510990001" };
const ID = "26011409120310990042";
const SETTINGS = { KICC_API_URL: "https://kicc.example", DELIVERY_TOKEN: "delivery-token" };

let kicc = standInForKicc();

beforeEach(async () => {
  await clear();
  await env.DB.exec("DELETE FROM cancellations");
  kicc = standInForKicc();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> & { readonly error?: { code: string; message: string } };
  readonly trips: number;
}

/** Calls the API with the real D1, if with trouble on the way, and a queue that takes all. */
async function call(
  method: string,
  path: string,
  {
    body,
    settings = {},
    token = "console-token",
    faults = {},
  }: { body?: unknown; settings?: object; token?: string; faults?: FaultyD1 } = {},
): Promise<Answer> {
  const db = faultyD1(env.DB, faults);
  const deliveries = queueInto([]);
  const app = api(() => configWith({ ...SETTINGS, ...settings }), cancellationOperations);
  const init = {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  };
  const response = await app.request(`/api/cancellations${path}`, init, { ...env, DB: db, DELIVERIES: deliveries });
  return { status: response.status, body: await response.json(), trips: db.trips };
}

describe("announcing", () => {
  it("takes a cancellation and shows it, and changes nothing the second time", async () => {
    const first = await call("PUT", `/${ID}`, { body: IDS });
    expect(first).toMatchObject({ status: 200, trips: 1 });
    const { announcedAt, nextAskAt } = first.body;
    expect(first.body).toEqual({
      cancelPgCno: ID,
      ...IDS,
      shopOrderNo: null,
      reference: null,
      state: "expected",
      announcedAt,
      nextAskAt,
      asks: 0,
      lastAnswer: null,
      notificationId: null,
      history: [],
    });
    expect(Date.parse(String(nextAskAt)) - Date.parse(String(announcedAt))).toBe(300_000);
    expect((await call("PUT", `/${ID}`, { body: { ...IDS, dueAfterSeconds: 7 } })).body).toEqual(first.body);
    expect((await call("GET", `/${ID}`)).body).toEqual(first.body);
  });

  it("keeps the order number, the reference and the first instant that it is told", async () => {
    const told = { shopOrderNo: "주문-7", reference: "R-1~.", dueAfterSeconds: 0 };
    const { body } = await call("PUT", `/${ID}`, { body: { ...IDS, ...told } });
    expect(body).toMatchObject({ shopOrderNo: "주문-7", reference: "R-1~.", nextAskAt: body["announcedAt"] });
  });

  it("fills in what the first announcement lacked", async () => {
    await call("PUT", `/${ID}`, { body: IDS });
    const filled = await call("PUT", `/${ID}`, { body: { ...IDS, shopOrderNo: "ORD-1", reference: "R-1" } });
    expect(filled.body).toMatchObject({ shopOrderNo: "ORD-1", reference: "R-1" });
    expect((await call("PUT", `/${ID}`, { body: IDS })).body).toEqual(filled.body);
  });

  it.each([{ mallId: "T0099002" }, { pgCno: "1" }, { shopOrderNo: "ORD-2" }, { reference: "R-2" }])(
    "answers 409 to an announcement of the same cancelPgCno with %o, and keeps the first",
    async (other) => {
      const first = await call("PUT", `/${ID}`, { body: { ...IDS, shopOrderNo: "ORD-1", reference: "R-1" } });
      const second = await call("PUT", `/${ID}`, { body: { ...IDS, ...other } });
      expect(second).toMatchObject({ status: 409, body: { error: { code: "conflict" } } });
      expect((await call("GET", `/${ID}`)).body).toEqual(first.body);
    },
  );

  it.each<[string, unknown]>([
    ["no mallId", { pgCno: "1" }],
    ["no pgCno", { mallId: "1" }],
    ["a pgCno that is a number", { ...IDS, pgCno: 26 }],
    ["an id over 60 bytes", { ...IDS, pgCno: "1".repeat(61) }],
    ["an id outside ASCII", { ...IDS, pgCno: "가" }],
    ["a reference that no notifyUrl has", { ...IDS, reference: "a/b" }],
    ["dueAfterSeconds below 0", { ...IDS, dueAfterSeconds: -1 }],
    ["dueAfterSeconds over a day", { ...IDS, dueAfterSeconds: 86_401 }],
    ["dueAfterSeconds in parts", { ...IDS, dueAfterSeconds: 1.5 }],
    ["a body that is no object", [IDS]],
    ["a body that is no JSON", "{"],
  ])("answers 400 to %s", async (_name, body) => {
    expect(await call("PUT", `/${ID}`, { body })).toMatchObject({ status: 400, body: { error: { code: "invalid" } } });
  });

  it("takes the id from the path, whatever the body says", async () => {
    const { body } = await call("PUT", `/${ID}`, { body: { ...IDS, cancelPgCno: "other" } });
    expect(body["cancelPgCno"]).toBe(ID);
  });
});

describe("looking", () => {
  it("answers 404 where nothing was announced", async () => {
    expect(await call("GET", `/${ID}`)).toMatchObject({ status: 404, body: { error: { code: "not_found" } } });
    expect(await call("POST", `/${ID}/ask`)).toMatchObject({ status: 404, body: { error: { code: "not_found" } } });
  });

  it("settles one by a success that came after the last query", async () => {
    await call("PUT", `/${ID}`, { body: IDS });
    await env.DB.exec("UPDATE cancellations SET state = 'unresolved', due_at = NULL");
    expect((await call("GET", `/${ID}`)).body).toMatchObject({ state: "unresolved", nextAskAt: null });
    const { id } = await stored(kiccBody({ ...IDS, cancelPgCno: ID }));
    expect((await call("GET", `/${ID}`)).body).toMatchObject({ state: "notified", notificationId: id });
  });

  it("shows what came before the announcement, and lists what came after it, without a look at one alone", async () => {
    const early = await stored(kiccBody({ ...IDS, cancelPgCno: ID }));
    expect((await call("PUT", `/${ID}`, { body: IDS })).body).toMatchObject({
      state: "notified",
      notificationId: early.id,
      nextAskAt: null,
    });
    const later = "26011409120310990043";
    await call("PUT", `/${later}`, { body: IDS });
    const { id } = await stored(kiccBody({ ...IDS, cancelPgCno: later }));
    expect((await call("GET", "?state=expected")).body["cancellations"]).toEqual([]);
    const { body } = await call("GET", "?state=notified&limit=1");
    expect(body["cancellations"]).toMatchObject([{ cancelPgCno: later, notificationId: id }]);
  });

  it("lists newest first, by state, page by page", async () => {
    for (let count = 0; count < 5; count++) await call("PUT", `/2601140912031099000${count}`, { body: IDS });
    await env.DB.exec("UPDATE cancellations SET state = 'unresolved' WHERE cancel_pg_cno LIKE '%1'");
    const listed: unknown[] = [];
    let cursor = "";
    do {
      const { body, trips } = await call("GET", `?limit=2${cursor && `&cursor=${cursor}`}`);
      expect(trips).toBe(1);
      listed.push(...(body["cancellations"] as { cancelPgCno: string }[]).map(({ cancelPgCno }) => cancelPgCno));
      cursor = (body["cursor"] as string | null) ?? "";
    } while (cursor !== "");
    expect(listed.map((id) => String(id).at(-1)).join("")).toBe("43210");
    const { body } = await call("GET", "?state=unresolved");
    expect(body).toMatchObject({ cancellations: [{ cancelPgCno: "26011409120310990001" }], cursor: null });
    expect((await call("GET", "?state=notified")).body).toEqual({ cancellations: [], cursor: null });
  });

  it.each(["?state=lost", "?limit=0", "?limit=101", "?limit=x", "?cursor=x", "?cursor=bnVsbA"])(
    "answers 400 to %s",
    async (query) => {
      expect(await call("GET", query)).toMatchObject({ status: 400, body: { error: { code: "invalid" } } });
    },
  );

  it("reads few rows of many", async () => {
    await env.DB.exec(
      `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 19999) INSERT INTO cancellations (cancel_pg_cno, mall_id, pg_cno, state, announced_at, due_after_ms) SELECT 'c' || i, 'm', 'p', iif(i % 10, 'notified', 'unresolved'), i, 0 FROM n`,
    );
    const { db, take } = meteredD1(env.DB);
    for (const state of [null, "unresolved"] as const) {
      const last = (await listAnnounced(db, CANCELLATIONS, state, null, 100)).at(-1);
      expect(await listAnnounced(db, CANCELLATIONS, state, last ?? null, 100)).toHaveLength(100);
    }
    const { trips, read } = take();
    expect(trips).toBe(4);
    expect(read).toBeLessThan(4 * 300);
  });
});

describe("asking now", () => {
  it("asks at once, and answers with the cancellation and what KICC said", async () => {
    await call("PUT", `/${ID}`, { body: IDS });
    kicc.answering = says({ cancelStatus: "TS01", resDetailMsg: "100%" });
    const asked = await call("POST", `/${ID}/ask`);
    expect(asked).toMatchObject({ status: 200, body: { state: "expected", asks: 1 } });
    expect(asked.body["answer"]).toEqual(asked.body["lastAnswer"]);
    expect(asked.body["answer"]).toEqual({ at: expect.any(String), status: "TS01", text: "정상처리 · 100%" });
    expect(asked.body["nextAskAt"]).toBe((await call("GET", `/${ID}`)).body["nextAskAt"]);
  });

  it("makes the notification where KICC says cancelled, also of an unresolved one", async () => {
    await call("PUT", `/${ID}`, { body: IDS });
    await env.DB.exec("UPDATE cancellations SET state = 'unresolved'");
    const { body, trips } = await call("POST", `/${ID}/ask`);
    expect(body).toMatchObject({ state: "reconciled", nextAskAt: null, answer: { status: "TS02" } });
    expect(body["notificationId"]).toMatch(/^ntf_/);
    expect(trips).toBeLessThanOrEqual(5);
  });

  it("keeps the answer about a settled one, and makes no second notification", async () => {
    const real = await stored(kiccBody({ ...IDS, cancelPgCno: ID }));
    await call("PUT", `/${ID}`, { body: IDS });
    for (const asks of [1, 2]) {
      const { body } = await call("POST", `/${ID}/ask`);
      expect(body).toMatchObject({ state: "notified", notificationId: real.id, asks, answer: { status: "TS02" } });
    }
    const receipts = await env.DB.prepare("SELECT sum(receipts) AS n FROM notifications").first("n");
    expect(receipts).toBe(1);
  });

  it("answers 409 while KICC is being asked, and keeps twenty queries", async () => {
    await call("PUT", `/${ID}`, { body: IDS });
    let release: () => void = () => {};
    kicc.answering = async (asked) => {
      await new Promise<void>((resolve) => void (release = resolve));
      return says({ cancelStatus: "TS01" })(asked);
    };
    const first = call("POST", `/${ID}/ask`);
    await vi.waitFor(() => expect(kicc.asked).toHaveLength(1));
    expect(await call("POST", `/${ID}/ask`)).toMatchObject({ status: 409, body: { error: { code: "conflict" } } });
    release();
    expect((await first).status).toBe(200);
    kicc.answering = says({ cancelStatus: "TS01" });
    for (let count = 0; count < 21; count++) await call("POST", `/${ID}/ask`);
    const { body } = await call("GET", `/${ID}`);
    expect(body).toMatchObject({ asks: 22, history: { length: 20 } });
  });

  it("leaves it where D1 took so long that another may ask before KICC has answered", async () => {
    await call("PUT", `/${ID}`, { body: { ...IDS, dueAfterSeconds: 0 } });
    vi.useFakeTimers({ toFake: ["Date"] });
    const faults = { before: () => void vi.setSystemTime(Date.now() + 20_000) };
    const late = await call("POST", `/${ID}/ask`, { faults });
    expect(late).toMatchObject({ status: 503, body: { error: { code: "unavailable" } } });
    expect(kicc.asked).toHaveLength(0);
    vi.setSystemTime(Date.now() + 60_000);
    expect((await call("POST", `/${ID}/ask`)).body).toMatchObject({ state: "reconciled" });
  });

  it("is refused while the settings are wrong; announcing is not", async () => {
    const settings = { ORIGIN_URL: "ftp://wrong" };
    expect(await call("PUT", `/${ID}`, { body: IDS, settings })).toMatchObject({ status: 200 });
    expect(await call("POST", `/${ID}/ask`, { settings })).toMatchObject({
      status: 503,
      body: { error: { code: "settings" } },
    });
  });
});

describe("who may call", () => {
  it("both tokens, and nobody else", async () => {
    const calls = [
      ["PUT", `/${ID}`, IDS],
      ["GET", `/${ID}`, undefined],
      ["GET", "", undefined],
      ["POST", `/${ID}/ask`, undefined],
    ] as const;
    for (const [method, path, body] of calls) {
      expect((await call(method, path, { body, token: "delivery-token" })).status).toBe(200);
      expect((await call(method, path, { body, token: "wrong" })).status).toBe(401);
    }
  });

  it("finds the calls at the Worker itself", async () => {
    const headers = { authorization: "Bearer console-token" };
    const response = await exports.default.fetch(`https://kicc.example/api/cancellations`, { headers });
    expect(await response.json()).toEqual({ cancellations: [], cursor: null });
  });
});
