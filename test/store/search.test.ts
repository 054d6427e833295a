import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { seqAt } from "../../src/store/insert.ts";
import { type Wanted, search } from "../../src/store/search.ts";
import { call, seed } from "../calls.ts";
import { clear, kiccBody, stored } from "../fixtures.ts";
import { meteredD1 } from "../metered.ts";

const ALL: Wanted = { state: null, q: null, after: null, limit: 25 };

beforeEach(clear);

/** Every page of what is wanted: the ids in order, and the most rows that one of them read. */
async function walk(wanted: Partial<Wanted>): Promise<{ ids: string[]; pages: number; rowsRead: number }> {
  const ids: string[] = [];
  let [after, pages, rowsRead]: [Wanted["after"], number, number] = [null, 0, 0];
  do {
    const { db, take } = meteredD1(env.DB);
    const page = await search(db, { ...ALL, ...wanted, after });
    expect(page.rows.length).toBeLessThanOrEqual(wanted.limit ?? ALL.limit);
    const { trips, read } = take();
    // A second one where very many numbers begin with what is searched, and to see how many are pending.
    expect(trips).toBeLessThanOrEqual(wanted.q == null && wanted.state !== "pending" ? 1 : 2);
    ids.push(...page.rows.map(({ id }) => id));
    rowsRead = Math.max(rowsRead, read);
    after = page.next;
    pages += 1;
  } while (after !== null && pages < 1000);
  return { ids, pages, rowsRead };
}

async function idsWhere(condition: string): Promise<string[]> {
  const { results } = await env.DB.prepare(
    `SELECT id FROM notifications WHERE ${condition} ORDER BY received_at DESC, id DESC`,
  ).run<{ id: string }>();
  return results.map(({ id }) => id);
}

describe("pages", () => {
  it.each([3, 20])("of what is pending hold each once, newest first, where one in %i is", async (each) => {
    await seed(2500, { state: `iif(i % ${each} = 0, 'pending', 'delivered')` });
    const { ids, rowsRead } = await walk({ limit: 100, state: "pending" });
    expect(ids).toEqual(await idsWhere("state = 'pending'"));
    expect(rowsRead).toBeLessThanOrEqual(2000);
  });

  it("hold each notification once, newest first, though many came in one millisecond", async () => {
    await seed(137, { receivedAt: "1768349530000 + i / 40" });
    for (const limit of [3, 100]) {
      expect((await walk({ limit })).ids).toEqual(await idsWhere("true"));
      expect((await walk({ limit, state: "held" })).ids).toEqual(await idsWhere("state = 'held'"));
    }
  });

  it("end without a cursor where the last one is just full", async () => {
    await seed(50);
    expect(await walk({ limit: 25 })).toMatchObject({ pages: 2 });
    expect(await walk({ limit: 50 })).toMatchObject({ pages: 1 });
    expect(await walk({ limit: 49 })).toMatchObject({ pages: 2 });
    await clear();
    expect(await walk({})).toMatchObject({ ids: [], pages: 1 });
  });

  it("do not shift when newer ones arrive between them", async () => {
    await seed(60);
    const first = await search(env.DB, { ...ALL, limit: 30 });
    await env.DB.prepare(
      `INSERT INTO notifications (seq, id, state, source, res_cd, res_msg, received_at, receipt, attempts, tries, body)
       VALUES (1800000000000 * 1000, 'ntf_new', 'pending', 'notification', '0000', 'OK', 1800000000000, 'r', 0, 0, '')`,
    ).run();
    const second = await search(env.DB, { ...ALL, limit: 30, after: first.next });
    const ids = [...first.rows, ...second.rows].map(({ id }) => id);
    expect(new Set(ids).size).toBe(60);
    expect(second.next).toBeNull();
  });

  it("follow the instant of receipt, and within one millisecond the order of arrival", async () => {
    const [noon, late] = [Date.parse("2026-01-14T03:00:00Z"), Date.parse("2026-01-14T02:59:00Z")];
    const at = async (cancelPgCno: string, receivedAt: number) =>
      (await stored(kiccBody({ cancelPgCno }), { receivedAt })).id;
    const ids = [await at("1", noon), await at("2", noon), await at("3", noon), await at("4", noon + 1)];
    const storedLate = await at("5", late);
    expect((await walk({ limit: 2 })).ids).toEqual([...ids.toReversed(), storedLate]);
    expect((await walk({ limit: 2, state: "pending" })).ids).toEqual([...ids.toReversed(), storedLate]);
  });

  it("take one in although its millisecond is full", async () => {
    const [full, next] = [Date.parse("2026-01-14T03:00:00Z"), Date.parse("2026-01-14T03:00:00.001Z")];
    const last = await stored(kiccBody({ cancelPgCno: "1" }), { receivedAt: full });
    await env.DB.prepare("UPDATE notifications SET seq = seq + 999").run();
    const newer = await stored(kiccBody({ cancelPgCno: "2" }), { receivedAt: next });
    const [over, more] = [
      await stored(kiccBody({ cancelPgCno: "3" }), { receivedAt: full }),
      await stored(kiccBody({ cancelPgCno: "4" }), { receivedAt: full }),
    ];
    expect((await walk({ limit: 1 })).ids).toEqual([more.id, over.id, newer.id, last.id]);
  });

  it("of delivered ones go on past a thousand that wait", async () => {
    await seed(2500, { state: "iif(i IN (1, 2, 1700), 'delivered', 'pending')" });
    const { ids, pages, rowsRead } = await walk({ state: "delivered" });
    expect(ids).toEqual(await idsWhere("state = 'delivered'"));
    expect(pages).toBe(5);
    expect(rowsRead).toBeLessThanOrEqual(2000);
  });

  it("carry neither bodies nor histories", async () => {
    await seed(1);
    const [row] = (await search(env.DB, ALL)).rows;
    expect(row).not.toHaveProperty("body");
    expect(row).not.toHaveProperty("history");
  });
});

describe("a search", () => {
  it("finds a notification once though several fields match", async () => {
    await seed(1);
    expect((await walk({ q: "ORD-1" })).ids).toHaveLength(1);
  });

  it("with a state looks on where the newest matches are all of other states", async () => {
    await seed(700, { state: "iif(i <= 3, 'dead', 'delivered')" });
    const { ids, pages } = await walk({ q: "ORD-1", state: "dead", limit: 2 });
    expect(ids).toEqual(await idsWhere("state = 'dead'"));
    expect(pages).toBeGreaterThan(1);
  });

  it("walks all matches by its cursor over the API, ties included", async () => {
    await seed(230, { receivedAt: "1768349530000" });
    const ids: string[] = [];
    let cursor = "";
    do {
      const { answer } = await call(`GET /api/notifications?q=ORD-1&limit=50&cursor=${cursor}`);
      ids.push(...answer.notifications.map(({ id }: { id: string }) => id));
      cursor = answer.cursor ?? "";
    } while (cursor !== "");
    expect(ids).toEqual(await idsWhere("true"));
  });
});

describe("with 100,000 notifications of one instant and one order", () => {
  it("reads at most 2,000 rows a page, wherever the page is", { timeout: 60_000 }, async () => {
    await seed(100_000, { receivedAt: "1768349530000" });
    const middle = 1_768_349_530_000 * 1000 + 50_000;
    for (const after of [null, middle]) {
      for (const q of [null, "ORD-1", "nothing"]) {
        for (const state of [null, "dead"] as const) {
          const { db, take } = meteredD1(env.DB);
          const { rows } = await search(db, { state, q, after, limit: 100 });
          expect(take().read).toBeLessThanOrEqual(2000);
          expect(rows.length).toBe(q === "nothing" ? 0 : Math.max(rows.length, q === null ? 100 : 1));
        }
      }
    }
  });
});

describe("filters", () => {
  it("keep what they say, page after page, and read at most 2,000 rows a page with 100,000 there", async () => {
    await seed(100_000);
    await env.DB.prepare("UPDATE notifications SET kind = 'online.deposit' WHERE seq % 5000 = 7").run();
    await env.DB.prepare("UPDATE notifications SET mall_id = '05599001', res_cd = '5413' WHERE seq % 5000 = 8").run();
    const [from, to] = [1_768_349_530_040, 1_768_349_530_060];
    const cases: [Partial<Wanted>, string][] = [
      [{ kind: "online", from, to }, `kind = 'online.deposit' AND seq >= ${seqAt(from)} AND seq < ${seqAt(to)}`],
      [{ kind: "online.deposit", from }, `kind = 'online.deposit' AND seq >= ${seqAt(from)}`],
      [{ mallId: "05599001", from, to }, `mall_id = '05599001' AND seq >= ${seqAt(from)} AND seq < ${seqAt(to)}`],
      [{ result: "failure", to: from }, `res_cd <> '0000' AND seq < ${seqAt(from)}`],
      [{ state: "dead", kind: "online" }, "state = 'dead' AND kind = 'online.deposit'"],
    ];
    for (const [wanted, condition] of cases) {
      const { ids, rowsRead } = await walk({ ...wanted, limit: 100 });
      expect(ids).toEqual(await idsWhere(condition));
      expect(ids.length + (wanted.state === undefined ? 0 : 1)).toBeGreaterThan(0);
      expect(rowsRead).toBeLessThanOrEqual(2000);
    }
    expect((await walk({ kind: "onlin" })).ids).toEqual([]);
  });
});

describe("the beginning of a number", () => {
  it("finds few by their indexes, many by a look at all, and nothing under four characters", async () => {
    await seed(3000);
    const [few, many] = ["000000000000000012", "0000000000000000"];
    expect((await walk({ q: few })).ids).toEqual(await idsWhere(`cancel_pg_cno GLOB '${few}*'`));
    expect((await walk({ q: many, state: "held" })).ids).toEqual(await idsWhere("state = 'held'"));
    expect((await walk({ q: "ORD-" })).ids).toHaveLength(3000);
    expect((await walk({ q: "ORD" })).ids).toEqual([]);
    expect((await walk({ q: "ORD%" })).ids).toEqual([]);
  });

  it("reads at most 3,500 rows a page, though every number begins so and nothing fits", async () => {
    await seed(100_000);
    for (const q of ["ORD-", "0000", "ntf_"]) {
      const { db, take } = meteredD1(env.DB);
      await search(db, { q, mallId: "nobody", limit: 100 });
      expect(take().read).toBeLessThanOrEqual(3500);
    }
  });
});
