// A selection among very many is found wherever it stands, in the order of receipt, with a bounded number of rows read.
import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { closeMany } from "../../src/store/close.ts";
import { REPLAY_COUNTS_AT_MOST, askReplayMany, replayNextPage } from "../../src/store/replay-many.ts";
import {
  PREVIEW_LOOKS_AT,
  PREVIEW_LOOKS_AT_MOST,
  listReplays,
  previewReplay,
} from "../../src/store/replay-progress.ts";
import { END_OF_TIME, type Selection } from "../../src/store/selection.ts";
import { seed } from "../calls.ts";
import { clear } from "../fixtures.ts";
import { meteredD1 } from "../metered.ts";

const ALL: Selection = { state: "dead", from: 0, to: END_OF_TIME, kind: null, mallId: null, result: null, q: null };
const entry = { at: Date.now(), who: "token", what: "close-many", subject: null, note: "by hand" };
const count = (state: string) =>
  env.DB.prepare("SELECT count(*) AS n FROM notifications WHERE state = ?").bind(state).first<number>("n");

beforeEach(async () => {
  await clear();
  await seed(12_000, { state: "'dead'" });
});

it("closes the few of one merchant behind thousands of others, and says that there are no more", async () => {
  await env.DB.exec(
    "UPDATE notifications SET mall_id = 'T0099002' WHERE seq IN (SELECT seq FROM notifications ORDER BY seq DESC LIMIT 3)",
  );
  const { db, take } = meteredD1(env.DB);
  expect(await closeMany(db, { ...ALL, mallId: "T0099002" }, entry)).toEqual({ closed: 3, more: false });
  expect(take().read).toBeLessThan(100_000);
  expect(await count("closed")).toBe(3);
});

it("closes at most 2,000 at once, the oldest first, and says that there are more", async () => {
  expect(await closeMany(env.DB, ALL, entry)).toEqual({ closed: 2000, more: true });
  const last = env.DB.prepare(
    "SELECT max(seq) < (SELECT min(seq) FROM notifications WHERE state = 'dead') AS n FROM notifications WHERE state = 'closed'",
  );
  expect(await last.first("n")).toBe(1);
});

it("replays those of one number, where thousands have it, in the order of receipt, and stops when all are", async () => {
  const shared = { ...ALL, q: "ORD-1" };
  expect(await askReplayMany(env.DB, shared, entry)).toBe(REPLAY_COUNTS_AT_MOST);
  const { db, take } = meteredD1(env.DB);
  const seen: string[] = [];
  for (let page = 0; page < 80; page++) seen.push(...(await replayNextPage(db, Date.now(), 200)).map(({ id }) => id));
  expect(seen).toHaveLength(12_000);
  expect(seen.toSorted()).toEqual(seen);
  expect(take().read / 60).toBeLessThan(40_000);
  expect(await env.DB.prepare("SELECT count(*) AS n FROM replays").first("n")).toBe(0);
});

it("counts what is left of the replay that is worked off, and of those behind it says what they had at first", async () => {
  const few = { ...ALL, q: "00000000000000000007" };
  await askReplayMany(env.DB, few, entry);
  for (let times = 0; times < 3; times++) await askReplayMany(env.DB, ALL, entry);
  const { db, take } = meteredD1(env.DB);
  const many = { total: REPLAY_COUNTS_AT_MOST, left: REPLAY_COUNTS_AT_MOST };
  expect(await listReplays(db)).toMatchObject([{ total: 1, left: 1 }, many, many, many]);
  await env.DB.exec("UPDATE notifications SET state = 'delivered'");
  expect(await listReplays(db)).toMatchObject([{ total: 1, left: 0 }, many, many, many]);
  expect(take().read).toBeLessThan(100);
});

it("says of a preview that it is a part, where more were to be looked at", async () => {
  const preview = await previewReplay(env.DB, { ...ALL, mallId: "T0099002" }, Date.now(), PREVIEW_LOOKS_AT);
  expect(preview).toEqual({ sums: [], isPart: true });
  const one = await previewReplay(env.DB, { ...ALL, q: "00000000000000000007" }, Date.now(), PREVIEW_LOOKS_AT);
  expect(one).toMatchObject({ sums: [{ count: 1 }], isPart: false });
  const all = await previewReplay(env.DB, ALL, Date.now(), PREVIEW_LOOKS_AT_MOST);
  expect(all).toMatchObject({ sums: [{ count: 12_000 }], isPart: false });
});
