// The move to R2: what leaves D1, when, in which order; and that trouble at any step loses and doubles nothing.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { findArchived, readArchived } from "../../src/archive/find.ts";
import { archiveOld } from "../../src/archive/move.ts";
import { restore } from "../../src/archive/restore.ts";
import { find } from "../../src/store/search.ts";
import { replayOne } from "../../src/store/replay-one.ts";
import { clear, faultyD1, stored } from "../fixtures.ts";
import { DAY_MS, emptyBucket, faultyR2, fill, idsInD1, namesIn, settle, vouchedFor } from "./filling.ts";

const FIRST = Date.parse("2026-01-14T00:30:00+09:00");
const NOW = FIRST + 70 * DAY_MS;
const archiving = () => ({ bucket: env.BUCKET, hotDays: 60 });

beforeEach(async () => {
  await clear();
  await emptyBucket();
});

test("finished ones leave D1 by KST day, each day with its part, its manifest and the chain", async () => {
  const ids = await fill(6, FIRST, 2);
  const { notification: young } = await stored(undefined, { receivedAt: NOW - 5 * DAY_MS });
  await settle();
  await archiveOld(archiving(), env.DB, NOW);
  expect(await idsInD1()).toEqual([young.id]);
  expect((await vouchedFor()).toSorted()).toEqual(ids.toSorted());
  expect(await namesIn("notifications/")).toEqual(
    [14, 15, 16].flatMap((day) => [
      `notifications/2026/01/${day}/0001.ndjson.gz`,
      `notifications/2026/01/${day}/manifest.json`,
    ]),
  );
  const manifest = await (await env.BUCKET.get("notifications/2026/01/15/manifest.json"))?.json();
  expect(manifest).toMatchObject({
    version: 1,
    day: "2026-01-15",
    parts: [{ name: "notifications/2026/01/15/0001.ndjson.gz", lines: 2, from: "2026-01-14T15:30:00.000Z" }],
    sums: { "wechat.cancel": { KRW: { count: 2, amount: "102000" } } },
    previous: { name: "notifications/2026/01/14/manifest.json" },
  });
});

test("one that finishes late goes into a later part of its day", async () => {
  await fill(2, FIRST, 2);
  const { notification } = await stored(undefined, { receivedAt: FIRST + 5000 });
  await archiveOld(archiving(), env.DB, NOW);
  expect(await idsInD1()).toEqual([notification.id]);
  await settle();
  await archiveOld(archiving(), env.DB, NOW);
  await archiveOld(archiving(), env.DB, NOW);
  expect(await idsInD1()).toEqual([]);
  expect(await namesIn("notifications/2026/01/14/")).toEqual([
    "notifications/2026/01/14/0001.ndjson.gz",
    "notifications/2026/01/14/0002.ndjson.gz",
    "notifications/2026/01/14/manifest.0002.json",
    "notifications/2026/01/14/manifest.json",
  ]);
});

test("pending, held and dead ones stay however old they are", async () => {
  const { notification } = await stored(undefined, { receivedAt: FIRST });
  await env.DB.exec("UPDATE rollup_cursor SET seq = 9000000000000000");
  await archiveOld(archiving(), env.DB, NOW);
  expect(await idsInD1()).toEqual([notification.id]);
  expect(await namesIn("")).toEqual([]);
});

test("audit entries go the same way under audit/", async () => {
  await env.DB.prepare("INSERT INTO audit (at, who, what) VALUES (?, 'token', 'replay')").bind(FIRST).run();
  await archiveOld(archiving(), env.DB, NOW);
  expect(await env.DB.prepare("SELECT count(*) AS n FROM audit").first("n")).toBe(0);
  expect(await vouchedFor("audit")).toHaveLength(1);
});

describe("whatever number or id it is looked for by", () => {
  test("an archived one is found as D1 had it, and an unknown one is not", async () => {
    await fill(4, FIRST, 2);
    const { notification } = await stored(undefined, { receivedAt: FIRST + 9000 });
    await settle();
    const had = await find(env.DB, notification.id);
    await archiveOld(archiving(), env.DB, NOW);
    for (const number of [notification.id, notification.pgCno, notification.cancelPgCno, notification.shopOrderNo]) {
      const found = await findArchived(env.BUCKET, env.DB, number ?? "");
      expect(found.map(({ id }) => id)).toEqual([notification.id]);
    }
    const one = await readArchived(env.BUCKET, env.DB, notification.id);
    expect(one?.bodyBase64).toBe(had?.body.toBase64());
    expect(one?.archived).toBe(true);
    expect(await findArchived(env.BUCKET, env.DB, "no-such-number")).toEqual([]);
  });

  test("brought back, it is what it was, once, and can be replayed and archived again", async () => {
    const [id = ""] = await fill(2, FIRST, 2);
    const had = await find(env.DB, id);
    await archiveOld(archiving(), env.DB, NOW);
    expect(await restore(env.BUCKET, env.DB, id)).toBe(true);
    expect(await restore(env.BUCKET, env.DB, id)).toBe(true);
    expect(await idsInD1()).toEqual([id]);
    expect(await find(env.DB, id)).toEqual(had);
    await replayOne(env.DB, id, { at: NOW, who: "token", what: "replay", subject: id, note: null });
    await archiveOld(archiving(), env.DB, NOW);
    expect(await idsInD1()).toEqual([id]);
  });
});

interface Trouble {
  readonly name: string;
  readonly r2?: (call: number, at: number) => void;
  readonly r2After?: (call: number, at: number) => void;
  readonly d1?: (trip: number, at: number) => void;
  readonly d1After?: (trip: number, at: number) => void;
}

const stop = (call: number, at: number) => {
  if (call >= at) throw new Error("killed here");
};
const once = (call: number, at: number) => {
  if (call === at) throw new Error("lost on the way");
};
const TROUBLES: readonly Trouble[] = [
  { name: "R2 away from this call on", r2: stop },
  { name: "R2 loses this reply", r2After: once },
  { name: "D1 away from this trip on", d1: stop },
  { name: "D1 loses this reply", d1After: once },
];

describe("trouble at any step", () => {
  test.each(TROUBLES)("$name: each is in exactly one of D1 and the archive, then and after", async (trouble) => {
    for (let at = 1; at <= 24; at++) {
      await clear();
      await emptyBucket();
      const ids = (await fill(4, FIRST, 2)).toSorted();
      const bucket = faultyR2({
        before: (call) => trouble.r2?.(call, at),
        after: (call) => trouble.r2After?.(call, at),
      });
      const db = faultyD1(env.DB, {
        before: (trip) => trouble.d1?.(trip, at),
        after: (trip) => trouble.d1After?.(trip, at),
      });
      await archiveOld({ bucket, hotDays: 60 }, db, NOW).catch(() => {});
      const d1 = await idsInD1();
      const vouched = await vouchedFor();
      expect([...new Set([...d1, ...vouched])].toSorted(), `at ${at}`).toEqual(ids);
      await archiveOld(archiving(), env.DB, NOW);
      await archiveOld(archiving(), env.DB, NOW);
      expect(await idsInD1(), `at ${at}`).toEqual([]);
      expect((await vouchedFor()).toSorted(), `at ${at}`).toEqual(ids);
      for (const id of ids) expect((await readArchived(env.BUCKET, env.DB, id))?.id).toBe(id);
    }
  });

  test("R2 that hangs is given up, and the next run moves them", async () => {
    const ids = (await fill(2, FIRST, 2)).toSorted();
    const bucket = faultyR2({ before: (call) => (call === 2 ? new Promise<void>(() => {}) : undefined) });
    await archiveOld({ bucket, hotDays: 60 }, env.DB, NOW);
    expect((await idsInD1()).toSorted()).toEqual(ids);
    await archiveOld(archiving(), env.DB, NOW);
    expect((await vouchedFor()).toSorted()).toEqual(ids);
    expect(await idsInD1()).toEqual([]);
  });

  test("two crons at once move each one once", async () => {
    for (let round = 0; round < 5; round++) {
      await clear();
      await emptyBucket();
      const ids = (await fill(6, FIRST, 2)).toSorted();
      await Promise.all([1, 2, 3].map(() => archiveOld(archiving(), env.DB, NOW)));
      for (let again = 0; again < 3; again++) await archiveOld(archiving(), env.DB, NOW);
      expect(await idsInD1()).toEqual([]);
      expect((await vouchedFor()).toSorted()).toEqual(ids);
    }
  });

  test("one that is replayed while its part is written stays in D1, and nothing vouches for it", async () => {
    const [id = ""] = await fill(3, FIRST, 3);
    const entry = { at: NOW, who: "token", what: "replay", subject: id, note: null };
    const bucket = faultyR2({ before: async (call) => void (call === 1 && (await replayOne(env.DB, id, entry))) });
    await archiveOld({ bucket, hotDays: 60 }, env.DB, NOW);
    for (let again = 0; again < 3; again++) await archiveOld(archiving(), env.DB, NOW);
    expect(await idsInD1()).toEqual([id]);
    expect(await vouchedFor()).not.toContain(id);
    expect(await vouchedFor()).toHaveLength(2);
  });
});
