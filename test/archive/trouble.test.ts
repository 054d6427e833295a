// Moving to R2 while any step may fail: nothing is lost or archived twice, and the next runs move everything.
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { lookUp } from "../../src/archive/index-lookup.ts";
import { archiveOld } from "../../src/archive/move.ts";
import { replayOne } from "../../src/store/replay-one.ts";
import { type FaultyD1, clear, faultyD1 } from "../fixtures.ts";
import { DAY_MS, emptyBucket, fill, idsInD1, insertRows, vouchedFor } from "./filling.ts";
import { type FaultyR2, faultyR2, hang } from "./faulty-r2.ts";

const FIRST = Date.parse("2026-01-14T00:30:00+09:00");
const NOW = FIRST + 70 * DAY_MS;
const archiving = () => ({ bucket: env.BUCKET, hotDays: 60 });

beforeEach(async () => {
  await clear();
  await emptyBucket();
});

interface Trouble {
  readonly name: string;
  readonly r2?: FaultyR2;
  readonly d1?: FaultyD1;
}

/** Faults at the call `at`; those with "on" also at all later calls. */
const TROUBLES: readonly ((at: number) => Trouble)[] = [
  (at) => ({ name: "R2 is away from this call on", r2: { before: on(at, fail) } }),
  (at) => ({ name: "R2 loses this reply", r2: { after: once(at, fail) } }),
  (at) => ({ name: "R2 never answers this call, and did nothing", r2: { before: once(at, () => hang()) } }),
  (at) => ({ name: "R2 never answers this call, and did it", r2: { after: once(at, () => hang()) } }),
  (at) => ({ name: "R2 never answers from this call on", r2: { before: on(at, () => hang()) } }),
  (at) => ({ name: "D1 is away from this trip on", d1: { before: on(at, fail) } }),
  (at) => ({ name: "D1 loses this reply", d1: { after: once(at, fail) } }),
];

function fail(): never {
  throw new Error("a fault of the test");
}

function once(at: number, befall: () => void | Promise<void>) {
  return (call: number) => (call === at ? befall() : undefined);
}

function on(at: number, befall: () => void | Promise<void>) {
  return (call: number) => (call >= at ? befall() : undefined);
}

async function findable(ids: readonly string[]): Promise<string[]> {
  const found = await lookUp(env.BUCKET, env.DB, ids);
  return found.kind === "found" ? [...found.entries.keys()].toSorted() : [];
}

describe("trouble at any step", () => {
  const rows = [0, 1, DAY_MS, DAY_MS + 1].map((after) => ({ at: FIRST + after }));

  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  test.each(TROUBLES.map((trouble) => [trouble(0).name, trouble] as const))(
    "%s: each is in exactly one of D1 and the archive, then and after",
    async (_name, trouble) => {
      let [at, calls] = [1, 1];
      for (; at <= calls; at++) {
        await clear();
        await emptyBucket();
        const ids = await insertRows(rows);
        const { r2, d1: troubleOfD1 } = trouble(at);
        const [bucket, db] = [faultyR2(r2), faultyD1(env.DB, troubleOfD1)];
        await archiveOld({ bucket, hotDays: 60 }, db, NOW);
        const d1 = await idsInD1();
        const vouched = await vouchedFor();
        expect([...new Set([...d1, ...vouched])].toSorted(), `at ${at}`).toEqual(ids);
        await archiveOld(archiving(), env.DB, NOW);
        await archiveOld(archiving(), env.DB, NOW);
        expect(await idsInD1(), `at ${at}`).toEqual([]);
        expect((await vouchedFor()).toSorted(), `at ${at}`).toEqual(ids);
        expect(await findable(ids), `at ${at}`).toEqual(ids);
        // If the run ended without reaching the fault, there are no more steps to test.
        calls = (r2 === undefined ? db.trips : bucket.calls) < at ? 0 : at + 1;
      }
      expect(at).toBeGreaterThanOrEqual(14);
    },
  );

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
