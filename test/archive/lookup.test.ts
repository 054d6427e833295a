// The sorted index objects: merging keeps a search's reads few, and loses no place.
import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { findArchived } from "../../src/archive/find.ts";
import { FAN_OUT, lookUp, mergeIndexes } from "../../src/archive/lookup.ts";
import { archiveOld } from "../../src/archive/move.ts";
import { mergeObjects } from "../../src/archive/merge.ts";
import { readIndexes } from "../../src/store/archive-index.ts";
import { clear } from "../fixtures.ts";
import { DAY_MS, emptyBucket, faultyR2, fill } from "./filling.ts";

const FIRST = Date.parse("2026-01-14T00:30:00+09:00");
const NOW = FIRST + 100 * DAY_MS;

beforeEach(async () => {
  await clear();
  await emptyBucket();
});

test("a day each, merged by eights, and every id is found with as many reads as there are objects, twice", async () => {
  const ids = await fill(20, FIRST, 1);
  for (let run = 0; run < 3; run++) await archiveOld({ bucket: env.BUCKET, hotDays: 60 }, env.DB, NOW);
  for (let run = 0; run < 3; run++) await mergeIndexes(env.BUCKET, env.DB, NOW);
  const indexes = await readIndexes(env.DB);
  expect(indexes.map(({ level }) => level)).toEqual([0, 0, 0, 0, 1, 1]);
  for (const id of ids) {
    const bucket = faultyR2();
    expect((await findArchived(bucket, env.DB, id)).map((line) => line.id)).toEqual([id]);
    expect(bucket.calls).toBe(2 * indexes.length + 1);
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

test("objects of many blocks and of several pieces are merged without losing an entry", async () => {
  const names: string[] = [];
  const encoder = new TextEncoder();
  for (let object = 0; object < FAN_OUT; object++) {
    const entries = Array.from({ length: 20_000 }, (_, index) => {
      const number = String(index * FAN_OUT + object).padStart(20, "0");
      return `${number}\t2026/01/14/${String(object).padStart(4, "0")}\t${index}\n`;
    });
    const text = entries.join("");
    const name = `index/0/object-${object}`;
    await env.BUCKET.put(name, text);
    await env.BUCKET.put(`${name}.sparse.json`, JSON.stringify([["", encoder.encode(text).length]]));
    names.push(name);
  }
  await mergeObjects(env.BUCKET, names, "index/1/all");
  const merged = (await (await env.BUCKET.get("index/1/all"))?.text())?.split("\n") ?? [];
  expect(merged).toHaveLength(20_000 * FAN_OUT + 1);
  for (const number of [0, 7, 80_000, 123_457, 20_000 * FAN_OUT - 1]) {
    expect(await lookUp(env.BUCKET, "index/1/all", String(number).padStart(20, "0"))).toEqual([
      {
        part: `notifications/2026/01/14/${String(number % FAN_OUT).padStart(4, "0")}.ndjson.gz`,
        line: Math.floor(number / FAN_OUT),
      },
    ]);
  }
  expect(await lookUp(env.BUCKET, "index/1/all", "99999999999999999999")).toEqual([]);
});
