// The sorted index objects: merging keeps a search's reads few, and loses no place.
import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { findArchived } from "../../src/archive/find.ts";
import { type Entry, entriesOf, entryOf } from "../../src/archive/entries.ts";
import { writeIndex } from "../../src/archive/index-object.ts";
import { FAN_OUT, mergeIndexes } from "../../src/archive/index-part.ts";
import { lookUp } from "../../src/archive/lookup.ts";
import { archiveOld } from "../../src/archive/move.ts";
import { mergeObjects } from "../../src/archive/merge.ts";
import { readIndexes, replaceIndexes } from "../../src/store/archive-index.ts";
import { clear } from "../fixtures.ts";
import { DAY_MS, emptyBucket, fill } from "./filling.ts";
import { faultyR2 } from "./faulty-r2.ts";

const FIRST = Date.parse("2026-01-14T00:30:00+09:00");
const NOW = FIRST + 100 * DAY_MS;

beforeEach(async () => {
  await clear();
  await emptyBucket();
});

test("a day each, merged by eights, and every id is found with at most two reads of each object", async () => {
  const ids = await fill(20, FIRST, 1);
  for (let run = 0; run < 3; run++) await archiveOld({ bucket: env.BUCKET, hotDays: 60 }, env.DB, NOW);
  for (let run = 0; run < 3; run++) await mergeIndexes(env.BUCKET, env.DB, NOW);
  const indexes = await readIndexes(env.DB);
  expect(indexes.map(({ level }) => level)).toEqual([0, 0, 0, 0, 1, 1]);
  for (const id of ids) {
    const bucket = faultyR2();
    expect((await findArchived(bucket, env.DB, id)).map((line) => line.id)).toEqual([id]);
    // Of an object whose least number is greater, the table says enough.
    expect(bucket.calls).toBeLessThanOrEqual(2 * indexes.length + 1);
  }
});

test("what was merged is deleted when D1 cannot be set back to it any more, and everything is still found", async () => {
  const ids = await fill(24, FIRST, 1);
  const level0 = async () => (await env.BUCKET.list({ prefix: "index/0/" })).objects.length / 2;
  for (let run = 0; run < 3; run++) await archiveOld({ bucket: env.BUCKET, hotDays: 60 }, env.DB, NOW);
  expect((await readIndexes(env.DB)).map(({ level }) => level)).toEqual([1, 1, 1]);
  expect(await level0()).toBe(24);
  await fill(8, FIRST + 24 * DAY_MS, 1);
  await archiveOld({ bucket: env.BUCKET, hotDays: 60 }, env.DB, NOW);
  const written = Date.now();
  await fill(8, FIRST + 32 * DAY_MS, 1);
  for (const now of [NOW, written + 30 * DAY_MS]) await mergeIndexes(env.BUCKET, env.DB, now);
  expect(await level0()).toBe(32);
  await archiveOld({ bucket: env.BUCKET, hotDays: 60 }, env.DB, written + 32 * DAY_MS);
  expect(await level0()).toBe(0);
  for (const id of ids) expect((await findArchived(env.BUCKET, env.DB, id)).map((line) => line.id)).toEqual([id]);
});

const indexed = (number: string, about: Partial<Parameters<typeof entriesOf>[0]> = {}) => ({
  id: `ntf_${number.padStart(32, "0")}`,
  kind: "wechat.cancel",
  state: "delivered" as const,
  source: "notification" as const,
  resCd: "0000",
  pgCno: number,
  cancelPgCno: null,
  shopOrderNo: null,
  ...about,
});

async function entriesIn(number: string): Promise<readonly Entry[]> {
  const found = await lookUp(env.BUCKET, env.DB, [number]);
  return found.kind === "found" ? (found.entries.get(number) ?? []) : [];
}

test("an entry says whose the number is, as what, and where, whatever the number is made of", () => {
  const place = { part: "notifications/2031/12/31/10007.ndjson.gz", line: 4999 };
  const id = "ntf_00ff10203040506070809a0b0c0d0e0f";
  const one = indexed("2026", { id, state: "closed", resCd: "5001", cancelPgCno: "a\tb\n가", shopOrderNo: "2026" });
  const [ofId = "", ...ofNumbers] = entriesOf(one, place);
  expect(entryOf(ofId)).toEqual({ ...place, of: null });
  expect(ofNumbers.map(entryOf)).toEqual(
    [["cancelPgCno"], ["pgCno", "shopOrderNo"]].map((as) => ({
      ...place,
      of: { id, state: "closed", says: "failure", as, flow: "out" },
    })),
  );
  expect([ofId, ...ofNumbers].join("")).toMatch(/^[ -~\t]*$/);
  const [, unusual = ""] = entriesOf(indexed("1", { id: "made-up 1", source: "test" }), place);
  expect(entryOf(unusual).of).toMatchObject({ id: "made-up 1", says: "test" });
  const [, approved = ""] = entriesOf(indexed("1", { kind: "wechat.approval", shopOrderNo: "1" }), place);
  expect(entryOf(approved).of).toMatchObject({ as: ["pgCno", "shopOrderNo"], flow: "in" });
  const [, other = ""] = entriesOf(indexed("1", { kind: "online.other" }), place);
  expect(entryOf(other).of).toMatchObject({ flow: null });
});

test("of a number that very many have, the newest places are found", async () => {
  const part = (day: number) => `notifications/2026/01/${String(day).padStart(2, "0")}/0001.ndjson.gz`;
  const entries = Array.from({ length: 28 }, (_, day) =>
    Array.from({ length: 500 }, (__, line) => {
      const own = String(day * 500 + line);
      return entriesOf(indexed(own, { pgCno: "one-for-all" }), { part: part(day + 1), line })[1] ?? "";
    }),
  ).flat();
  const [before = "", behind = ""] = ["0", "z"].map(
    (number) => entriesOf(indexed(number), { part: part(1), line: 0 })[1],
  );
  await writeIndex(env.BUCKET, "index/0/many", [before, ...entries, behind]);
  await replaceIndexes(env.DB, [], { name: "index/0/many", level: 0 });
  const found = await entriesIn("one-for-all");
  expect(found.at(-1)).toMatchObject({ part: part(28), line: 499 });
  expect(found.length).toBeGreaterThan(500);
  for (const number of ["0", "z"]) expect(await entriesIn(number)).toHaveLength(1);
  for (const number of ["", "a", "~"]) expect(await entriesIn(number)).toEqual([]);
});

test("objects of many blocks and of several pieces are merged without losing an entry", async () => {
  const names: string[] = [];
  const partOf = (object: number) => `notifications/2026/01/14/${String(object).padStart(4, "0")}.ndjson.gz`;
  for (let object = 0; object < FAN_OUT; object++) {
    const entries = Array.from({ length: 20_000 }, (_, index) => {
      const number = String(index * FAN_OUT + object).padStart(20, "0");
      return entriesOf(indexed(number), { part: partOf(object), line: index })[1] ?? "";
    });
    const name = `index/0/object-${object}`;
    await writeIndex(env.BUCKET, name, entries);
    names.push(name);
  }
  await mergeObjects(env.BUCKET, names, "index/1/all");
  await replaceIndexes(env.DB, [], { name: "index/1/all", level: 1 });
  const merged = (await (await env.BUCKET.get("index/1/all"))?.text())?.split("\n") ?? [];
  expect(merged).toHaveLength(20_000 * FAN_OUT + 1);
  for (const number of [0, 7, 80_000, 123_457, 20_000 * FAN_OUT - 1]) {
    expect(await entriesIn(String(number).padStart(20, "0"))).toMatchObject([
      { part: partOf(number % FAN_OUT), line: Math.floor(number / FAN_OUT) },
    ]);
  }
  expect(await entriesIn("99999999999999999999")).toEqual([]);
});
