// The API's calls with a bucket: an archived notification is found by its whole number and its id, and can be replayed.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { archiveOld } from "../../src/archive/move.ts";
import { restore } from "../../src/archive/restore.ts";
import { call } from "../calls.ts";
import { clear, kiccBody, stored } from "../fixtures.ts";
import { given, set } from "../given.ts";
import { DAY_MS, emptyBucket, fill, idsInD1, nameIndex } from "./filling.ts";
import { faultyR2 } from "./faulty-r2.ts";

const NOW = Date.now();
const settings = { ARCHIVE: env.BUCKET };
let ids: string[];

beforeEach(async () => {
  await clear();
  await emptyBucket();
  ids = await fill(3, NOW - 80 * DAY_MS, 3);
});

test("an archived one is read and found, marked as archived, with what D1 said of it", async () => {
  const [id = ""] = ids;
  const before = (await call(`GET /api/notifications/${id}`, { settings })).answer;
  await archiveOld({ bucket: env.BUCKET, hotDays: 60 }, env.DB, NOW);
  expect(await idsInD1()).toEqual([]);
  const after = (await call(`GET /api/notifications/${id}`, { settings })).answer;
  expect(after).toMatchObject({ ...before, archived: true });
  for (const q of [id, before.pgCno, before.cancelPgCno, before.shopOrderNo]) {
    const { notifications } = (await call(`GET /api/notifications?q=${q}`, { settings })).answer;
    expect(notifications).toMatchObject([{ id, archived: true, receivedAt: before.receivedAt }]);
  }
  expect((await call(`GET /api/notifications/${id}`)).status).toBe(404);
});

test("replayed, it is back in D1 and pending, however often it is asked for", async () => {
  const [id = ""] = ids;
  await archiveOld({ bucket: env.BUCKET, hotDays: 60 }, env.DB, NOW);
  const replayed = await call(`POST /api/notifications/${id}/replay`, { settings });
  expect(replayed.answer).toMatchObject({ id, state: "pending", archived: false });
  expect(replayed.sent).toHaveLength(1);
  expect((await call(`POST /api/notifications/${id}/replay`, { settings })).status).toBe(409);
  expect(await idsInD1()).toEqual([id]);
  const { notifications } = (await call(`GET /api/notifications?q=${id}`, { settings })).answer;
  expect(notifications).toMatchObject([{ id, state: "pending", archived: false }]);
});

describe("POST /api/compare", () => {
  const compare = async (body: object, bucket: R2Bucket = env.BUCKET) =>
    (await call("POST /api/compare", { body: { detail: true, ...body }, settings: { ARCHIVE: bucket } })).answer;
  const all = async () => (await call("GET /api/notifications", { settings })).answer.notifications;
  const move = () => archiveOld({ bucket: env.BUCKET, hotDays: 60 }, env.DB, NOW);

  test("says of archived ones what it said of them in D1, and that they are archived", async () => {
    const known = await all();
    for (const by of ["cancelPgCno", "pgCno", "shopOrderNo"]) {
      const numbers = [...known.map((one: Record<string, string>) => one[by]), "never-came"];
      const before = (await compare({ [by]: numbers })).compared;
      expect(before.map(({ state }: { state: string }) => state)).toEqual([
        "delivered",
        "delivered",
        "delivered",
        "missing",
      ]);
      await move();
      expect(await idsInD1()).toEqual([]);
      const after = (await compare({ [by]: numbers })).compared;
      const archived = before.map((one: { id: string | null }) => ({ ...one, kind: null, archived: one.id !== null }));
      expect(after).toEqual(archived);
      const [taken] = (await compare({ [by]: numbers, flow: "out" })).compared;
      const [paid] = (await compare({ [by]: numbers, flow: "in" })).compared;
      expect([taken.state, paid.state]).toEqual(["delivered", "missing"]);
      for (const id of ids) await restore(env.BUCKET, env.DB, id);
      await emptyBucket();
      await env.DB.exec("DELETE FROM archive_days");
      await env.DB.exec("DELETE FROM archive_index");
      await env.DB.exec("UPDATE archive_state SET previous = NULL");
    }
  });

  test("a number counts as what it is compared by alone, and a test that was made up counts for nothing", async () => {
    const [one] = await all();
    await set(ids[0] ?? "", { source: "test" });
    await move();
    const { compared } = await compare({ cancelPgCno: [one.pgCno, one.cancelPgCno] });
    expect(compared).toMatchObject([{ state: "missing" }, { state: "delivered", archived: true }]);
    const { pgCno } = (await call(`GET /api/notifications/${ids[0]}`, { settings })).answer;
    expect((await compare({ pgCno: [pgCno] })).compared).toMatchObject([{ state: "missing", archived: false }]);
  });

  test("an archived success counts before a later failure in D1, and before what is held there", async () => {
    const [id = "", other = ""] = ids;
    await move();
    const [first, second] = await Promise.all(
      [id, other].map(async (each) => (await call(`GET /api/notifications/${each}`, { settings })).answer),
    );
    await stored(kiccBody({ resCd: "5001", cancelPgCno: first.cancelPgCno }));
    const held = await stored(kiccBody({ cancelPgCno: second.cancelPgCno }));
    await given.held("conflict", held.id);
    const { compared } = await compare({ cancelPgCno: [first.cancelPgCno, second.cancelPgCno] });
    expect(compared).toMatchObject([
      { state: "delivered", id, archived: true },
      { state: "delivered", id: other, archived: true },
    ]);
  });

  test("what came in that time and is on no list is told, from D1 and the archive, newest first", async () => {
    await move();
    const { notification } = await stored(undefined, { receivedAt: NOW - 90_000 });
    const from = new Date(NOW - 81 * DAY_MS).toISOString();
    const listed = (await call(`GET /api/notifications/${ids[1]}`, { settings })).answer.cancelPgCno;
    const { unlisted } = await compare({ cancelPgCno: [listed], from, to: new Date(NOW).toISOString() });
    expect(unlisted).toMatchObject([
      { id: notification.id, archived: false },
      { id: ids[2], archived: true },
      { id: ids[0], archived: true },
    ]);
  });

  test("5,000 numbers cost two reads of each index object at most, as long as they lie in few pieces", async () => {
    await move();
    const bucket = faultyR2();
    const numbers = Array.from({ length: 5000 }, (_, index) => `number-${index}`);
    await compare({ pgCno: numbers }, bucket);
    expect(bucket.calls).toBeLessThanOrEqual(2);
  });

  test("where they would cost more reads than it may, it says how many can be compared, and reads no further", async () => {
    const keys = Array.from({ length: 5000 }, (_, index) => `n${String(index).padStart(6, "0")}`);
    // An object of so many bytes that each number is a read of its own: the table alone says so.
    const table = [...keys.map((key, index) => [key, index * 1_100_000]), ["", 5000 * 1_100_000]];
    await env.BUCKET.put("index/3/wide.sparse.json", JSON.stringify(table));
    await nameIndex("index/3/wide", 3);
    const bucket = faultyR2();
    const { error } = await compare({ pgCno: keys }, bucket);
    expect(error).toMatchObject({ code: "invalid", message: expect.stringContaining("at most 799 at once") });
    expect(bucket.calls).toBe(1);
  });
});

test("while R2 is away nobody is told that there is none", async () => {
  const [id = ""] = ids;
  await archiveOld({ bucket: env.BUCKET, hotDays: 60 }, env.DB, NOW);
  const away = faultyR2({
    before: () => {
      throw new Error("R2 is away");
    },
  });
  expect((await call(`GET /api/notifications/${id}`, { settings: { ARCHIVE: away } })).status).toBe(503);
  expect((await call(`GET /api/notifications?q=${id}`, { settings: { ARCHIVE: away } })).status).toBe(503);
  const body = { pgCno: ["1"] };
  expect((await call("POST /api/compare", { body, settings: { ARCHIVE: away } })).status).toBe(503);
});
