// CSV of a time that reaches into the archive: everything, newest first, each once, also while rows move.
import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { archiveOld, archivePart } from "../../src/archive/move.ts";
import { restore } from "../../src/archive/restore.ts";
import { call } from "../calls.ts";
import { clear, faultyD1 } from "../fixtures.ts";
import { given } from "../given.ts";
import { DAY_MS, emptyBucket, idsInD1, insertRows, settle } from "./filling.ts";
import { faultyR2 } from "./faulty-r2.ts";

const FIRST = Date.parse("2026-01-14T00:30:00+09:00");
const NOW = FIRST + 100 * DAY_MS;
const HOT_DAYS = 60;
const archiving = { bucket: env.BUCKET, hotDays: HOT_DAYS };

beforeEach(async () => {
  await clear();
  await emptyBucket();
});

const day = (number: number, count: number, isPending: (index: number) => boolean = () => false) =>
  Array.from({ length: count }, (_, index) => ({
    at: FIRST + number * DAY_MS + index * 1000,
    isPending: isPending(index),
  }));

async function download(query: string, how: { readonly bucket?: R2Bucket; readonly db?: D1Database } = {}) {
  const settings = { ARCHIVE: how.bucket ?? env.BUCKET };
  const { answer, status } = await call(`GET /api/notifications.csv?${query}`, {
    settings,
    ...(how.db ? { db: how.db } : {}),
  });
  const [head = "", ...lines] = String(answer)
    .replace(/^\u{feff}/u, "")
    .split("\r\n")
    .slice(0, -1);
  const place = head.split(",").indexOf("archived");
  const rows = lines.map((line) => line.split(","));
  return {
    status,
    ids: rows.map(([id = ""]) => id),
    archived: rows.filter((cells) => cells[place] === "true").map(([id]) => id),
  };
}

test("D1's and the archive's come in one order, also of a day that is in both, and a row that was brought back comes once", async () => {
  const ids = await insertRows([...day(0, 6, (index) => index % 2 === 1), ...day(1, 4), ...day(80, 3)]);
  await archiveOld(archiving, env.DB, NOW);
  await settle(FIRST + 3000);
  await archiveOld(archiving, env.DB, NOW);
  await archiveOld(archiving, env.DB, NOW);
  await restore(env.BUCKET, env.DB, ids[7] ?? "");
  const { ids: told, archived } = await download("excel=0");
  expect(told).toEqual(ids.toReversed());
  const inD1 = new Set(await idsInD1());
  expect(inD1.size).toBe(6);
  expect(archived).toEqual(ids.filter((id) => !inD1.has(id)).toReversed());
  // Archived once more, it has two lines in two parts.
  await env.DB.exec("UPDATE rollup_cursor SET seq = 9000000000000000");
  await archiveOld(archiving, env.DB, NOW);
  expect(await idsInD1()).not.toContain(ids[7]);
  expect((await download("")).ids).toEqual(ids.toReversed());
});

test("the filters hold for archived ones too, and a state that none of them has reads nothing of R2", async () => {
  const ids = await insertRows([...day(0, 4), ...day(1, 4), ...day(2, 4)]);
  await given.closed(ids[5]);
  await archiveOld(archiving, env.DB, NOW);
  expect(await idsInD1()).toEqual([]);
  const at = (index: number) => new Date(FIRST + DAY_MS + index * 1000).toISOString();
  expect((await download(`from=${at(1)}&to=${at(3)}`)).ids).toEqual([ids[6], ids[5]]);
  expect((await download("state=closed")).ids).toEqual([ids[5]]);
  expect((await download("kind=online")).ids).toEqual([]);
  expect((await download("mallId=T0099001&result=success")).ids).toHaveLength(12);
  expect((await download(`q=${ids[2]}`)).archived).toEqual([ids[2]]);
  const bucket = faultyR2();
  expect((await download("state=dead", { bucket })).ids).toEqual([]);
  expect(bucket.calls).toBe(0);
});

test("R2 that is away is a refusal and no half of a file", async () => {
  await insertRows(day(0, 4));
  await archiveOld(archiving, env.DB, NOW);
  const bucket = faultyR2({
    before: () => {
      throw new Error("R2 is away");
    },
  });
  expect((await download("", { bucket })).status).toBe(503);
});

test("whichever read of D1 or R2 a day is moved at, each row comes once and in order", async () => {
  // D1's first page ends amid an old day; the move takes one day a time.
  const rows = [...[0, 1, 2, 3].flatMap((number) => day(number, 160, (index) => index % 40 === 7)), ...day(80, 4800)];
  const moved: number[] = [];
  for (let at = 1; at <= 8; at++) {
    await clear();
    await emptyBucket();
    const ids = await insertRows(rows);
    let calls = 0;
    const move = async () => {
      calls += 1;
      if (calls < at || calls > at + 3) return;
      await archivePart(env.BUCKET, env.DB, "notifications", NOW - HOT_DAYS * DAY_MS);
    };
    const told = await download("", {
      db: faultyD1(env.DB, { before: move }),
      bucket: faultyR2({ before: move }),
    });
    expect(told.ids.length, `at ${at}`).toBe(ids.length);
    expect(told.ids, `at ${at}`).toEqual(ids.toReversed());
    moved.push(told.archived.length);
  }
  // Some downloads saw a day in D1, some in the archive: or nothing was tried here.
  expect(new Set(moved).size).toBeGreaterThan(2);
});
