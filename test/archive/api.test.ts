// The API's calls with a bucket: an archived notification is seen by its whole number and its id, and replayed.
import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { archiveOld } from "../../src/archive/move.ts";
import { call } from "../calls.ts";
import { clear } from "../fixtures.ts";
import { DAY_MS, emptyBucket, faultyR2, fill, idsInD1 } from "./filling.ts";

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
});
