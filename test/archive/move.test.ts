// Moving to R2: which rows leave D1, when, and what is then in the bucket.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { findArchived, readArchived } from "../../src/archive/find.ts";
import { archiveOld } from "../../src/archive/move.ts";
import { restore } from "../../src/archive/restore.ts";
import { readCandidates } from "../../src/store/archive-plan.ts";
import { find } from "../../src/store/search.ts";
import { replayOne } from "../../src/store/replay-one.ts";
import { clear, stored } from "../fixtures.ts";
import { meteredD1 } from "../metered.ts";
import { DAY_MS, emptyBucket, fill, idsInD1, namesIn, settle, vouchedFor } from "./filling.ts";

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

test("hundreds that no rollup has counted yet are not read to find those that are", async () => {
  const [first] = await fill(500, FIRST, 100);
  await env.DB.prepare("UPDATE rollup_cursor SET seq = (SELECT seq FROM notifications WHERE id = ?)").bind(first).run();
  const { db, take } = meteredD1(env.DB);
  expect(await readCandidates(db, "notifications", 0, NOW, 5000)).toHaveLength(1);
  expect(take().read).toBeLessThan(10);
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
