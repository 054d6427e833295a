// The sorted index objects: merging keeps the reads of a search few, and loses no entry.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { findArchived } from "../../src/archive/find.ts";
import { type IndexEntry, entriesOf, entryOf, sorted } from "../../src/archive/entries.ts";
import { writeIndex } from "../../src/archive/index-object.ts";
import { FAN_OUT, mergeIndexes } from "../../src/archive/merge-indexes.ts";
import { lookUp } from "../../src/archive/index-lookup.ts";
import { archiveOld } from "../../src/archive/move.ts";
import { readRuns } from "../../src/store/archive-index.ts";
import { clear, faultyD1 } from "../fixtures.ts";
import { DAY_MS, emptyBucket, fill, nameIndex } from "./filling.ts";
import { faultyR2 } from "./faulty-r2.ts";
import { mulberry } from "./life.ts";

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
  const indexes = await readRuns(env.DB);
  expect(indexes.map(({ level }) => level)).toEqual([0, 0, 0, 0, 1, 1]);
  for (const id of ids) {
    const bucket = faultyR2();
    expect((await findArchived(bucket, env.DB, id)).map((line) => line.id)).toEqual([id]);
    // If the smallest number of an object is greater, its table is enough to know that it has no match.
    expect(bucket.calls).toBeLessThanOrEqual(2 * indexes.length + 1);
  }
});

test("what was merged is deleted when D1 cannot be set back to it any more, and everything is still found", async () => {
  const ids = await fill(24, FIRST, 1);
  const level0 = async () => (await env.BUCKET.list({ prefix: "index/0/" })).objects.length / 2;
  for (let run = 0; run < 3; run++) await archiveOld({ bucket: env.BUCKET, hotDays: 60 }, env.DB, NOW);
  expect((await readRuns(env.DB)).map(({ level }) => level)).toEqual([1, 1, 1]);
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

async function entriesIn(number: string): Promise<readonly IndexEntry[]> {
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
  await nameIndex("index/0/many", 0);
  const found = await entriesIn("one-for-all");
  expect(found.at(-1)).toMatchObject({ part: part(28), line: 499 });
  expect(found.length).toBeGreaterThan(500);
  for (const number of ["0", "z"]) expect(await entriesIn(number)).toHaveLength(1);
  for (const number of ["", "a", "~"]) expect(await entriesIn(number)).toEqual([]);
});

describe("merging", () => {
  const partOf = (object: number) => `notifications/2026/01/14/${String(object).padStart(4, "0")}.ndjson.gz`;
  const numberOf = (serial: number) => String(serial).padStart(20, "0");
  /**
   * Makes objects of a level with `each` numbers each, dealt out in turns. `same` entries of each object are of one
   * number.
   */
  const fillLevel = async (each: number, same = 0) => {
    for (let object = 0; object < FAN_OUT; object++) {
      const at = (line: number) => ({ part: partOf(object), line });
      const entries = Array.from(
        { length: each },
        (_, line) => entriesOf(indexed(numberOf(line * FAN_OUT + object)), at(line))[1] ?? "",
      );
      const ofOne = Array.from(
        { length: same },
        (_, line) => entriesOf(indexed(`${line}`, { pgCno: ONE }), at(10_000 + line))[1] ?? "",
      );
      await writeIndex(env.BUCKET, `index/0/${object}`, sorted([...entries, ...ofOne]));
      await nameIndex(`index/0/${object}`, 0);
    }
  };
  const ONE = numberOf(4000).slice(0, -1);
  const expectAll = async (each: number, step: number) => {
    for (let serial = 0; serial < each * FAN_OUT; serial += step) {
      expect(await entriesIn(numberOf(serial))).toMatchObject([
        { part: partOf(serial % FAN_OUT), line: Math.floor(serial / FAN_OUT) },
      ]);
    }
    for (const number of ["", "99999999999999999999"]) expect(await entriesIn(number)).toEqual([]);
  };

  test("objects of many blocks and of several uploads become one, and no entry is lost", async () => {
    await fillLevel(20_000);
    await mergeIndexes(env.BUCKET, env.DB, NOW);
    const [{ pieces: [piece] } = { pieces: [] }, ...others] = await readRuns(env.DB);
    expect(others).toEqual([]);
    const merged = (await (await env.BUCKET.get(piece?.name ?? ""))?.text())?.split("\n") ?? [];
    expect(merged).toHaveLength(20_000 * FAN_OUT + 1);
    await expectAll(20_000, 39_999);
  });

  test("in pieces, each a step that any cron may die at, and all are found before, meanwhile and after", async () => {
    const bytes = 25_000;
    await fillLevel(600);
    const random = mulberry(7);
    for (let killed = 0; killed < 8; killed++) {
      let calls = 0;
      const dies = Math.floor(random() * 12);
      const bucket = faultyR2({
        before: () => {
          calls += 1;
          if (calls > dies) throw new Error("killed");
        },
      });
      await Promise.allSettled([
        mergeIndexes(bucket, env.DB, NOW, bytes),
        ...(killed % 3 === 0
          ? [mergeIndexes(env.BUCKET, faultyD1(env.DB, { before: (trip) => stopAt(trip, dies) }), NOW, bytes)]
          : []),
      ]);
      await expectAll(600, 2401);
    }
    await mergeIndexes(env.BUCKET, env.DB, NOW, bytes);
    const [{ level, pieces } = { level: 0, pieces: [] }, ...others] = await readRuns(env.DB);
    expect({ level, others: others.length }).toEqual({ level: 1, others: 0 });
    expect(pieces.length).toBeGreaterThan(8);
    await expectAll(600, 241);
    // Pieces are merged like whole objects, and a search still reads twice per run.
    const bucket = faultyR2();
    await lookUp(bucket, env.DB, [numberOf(4500)]);
    expect(bucket.calls).toBe(2);
  });

  test("the entries of one number stay in one piece, or in the last ones where they are more than that", async () => {
    await fillLevel(500, 40);
    await mergeIndexes(env.BUCKET, env.DB, NOW, 20_000);
    expect(await entriesIn(ONE)).toHaveLength(FAN_OUT * 40);
    await env.DB.exec("DELETE FROM archive_index");
    await fillLevel(500, 400);
    await mergeIndexes(env.BUCKET, env.DB, NOW, 20_000);
    const found = await entriesIn(ONE);
    expect(found.at(-1)).toMatchObject({ part: partOf(FAN_OUT - 1), line: 10_399 });
    await expectAll(500, 93);
  });
});

function stopAt(trip: number, at: number): void {
  if (trip > at) throw new Error("killed");
}
