// Successes that wait for KICC's word: whoever asks late settles nothing of whoever asked since, and one is decided once.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import {
  askAgain,
  holdUnconfirmed,
  recordConfirmed,
  takeDueUnconfirmed,
  takeUnconfirmed,
  untakeUnconfirmed,
} from "../../src/store/confirmations.ts";
import { clear, kiccBody, rowOf, stored } from "../fixtures.ts";
import { given } from "../given.ts";

const NOW = Date.UTC(2026, 0, 14);
const MINUTE_MS = 60_000;
const FIRST = { now: NOW, until: NOW + 2 * MINUTE_MS };
const SECOND = { now: NOW + 3 * MINUTE_MS, until: NOW + 5 * MINUTE_MS };
const CONFIRM = { CONFIRM: "before-delivery" };
const EVENT = { cancelPgCno: "C-1", pgCno: "P-1", shopOrderNo: "ORD-1" };

beforeEach(clear);

async function waiting(fields: object = {}): Promise<string> {
  return (await stored(kiccBody({ ...EVENT, ...fields }), { receivedAt: NOW }, CONFIRM)).id;
}

async function confirmOf(id: string): Promise<object | null> {
  return env.DB.prepare(
    "SELECT confirm, confirm_tries AS tries, next_attempt_at AS dueAt FROM notifications WHERE id = ?",
  )
    .bind(id)
    .first();
}

describe("whoever asks", () => {
  it("has it alone until the time is over, by the cron or right after the ack", async () => {
    const id = await waiting();
    expect(await takeUnconfirmed(env.DB, id, FIRST)).toMatchObject({ id, confirmTries: 1 });
    expect(await takeUnconfirmed(env.DB, id, { ...FIRST, now: NOW + 1 })).toBeNull();
    expect(await takeDueUnconfirmed(env.DB, { ...FIRST, now: NOW + 1 }, 9)).toEqual([]);
    expect(await takeDueUnconfirmed(env.DB, SECOND, 9)).toMatchObject([{ id, confirmTries: 2 }]);
  });

  it("and answers late postpones nothing that another has taken since", async () => {
    const id = await waiting();
    const late = await takeUnconfirmed(env.DB, id, FIRST);
    await takeUnconfirmed(env.DB, id, SECOND);
    await askAgain(env.DB, { id, confirmTries: late?.confirmTries ?? 0 }, NOW + 999 * MINUTE_MS);
    expect(await confirmOf(id)).toEqual({ confirm: "asking", tries: 2, dueAt: SECOND.until });
  });

  it("and had no time gives back its own taking alone", async () => {
    const id = await waiting();
    await takeUnconfirmed(env.DB, id, FIRST);
    await takeUnconfirmed(env.DB, id, SECOND);
    await untakeUnconfirmed(env.DB, [id], FIRST);
    expect(await confirmOf(id)).toMatchObject({ tries: 2, dueAt: SECOND.until });
    await untakeUnconfirmed(env.DB, [id], SECOND);
    expect(await confirmOf(id)).toMatchObject({ tries: 1, dueAt: SECOND.now });
  });
});

describe("one that is decided", () => {
  it("stays so, whatever a late answer says", async () => {
    const id = await waiting();
    expect(await recordConfirmed(env.DB, id, "cancelPgCno", NOW + 1, null)).toMatchObject({ id });
    expect(await recordConfirmed(env.DB, id, "cancelPgCno", NOW + 2, null)).toBeNull();
    await holdUnconfirmed(env.DB, id);
    expect(await rowOf(id)).toMatchObject({ state: "pending", nextAttemptAt: NOW + 1 });
    await given.delivered(id);
    await holdUnconfirmed(env.DB, id);
    expect(await rowOf(id)).toMatchObject({ state: "delivered" });
  });

  it("as held is not confirmed after all", async () => {
    const id = await waiting();
    await holdUnconfirmed(env.DB, id);
    expect(await recordConfirmed(env.DB, id, "cancelPgCno", NOW + 1, null)).toBeNull();
    expect(await rowOf(id)).toMatchObject({ state: "held", reason: "unconfirmed" });
  });

  it("opens an attempt where its message is one", async () => {
    const id = await waiting();
    await recordConfirmed(env.DB, id, "cancelPgCno", NOW, NOW + MINUTE_MS);
    expect(await rowOf(id)).toMatchObject({ attempts: 1, tries: 1, leaseUntil: NOW + MINUTE_MS });
  });
});

describe("confirmed beside another of its event", () => {
  const confirms = async (id: string) => (await recordConfirmed(env.DB, id, "cancelPgCno", NOW, null)) !== null;

  it("goes its way where that is a failure, which is held if nobody was told of it", async () => {
    const told = await stored(kiccBody({ ...EVENT, resCd: "W901" }));
    await given.delivered(told.id);
    const untold = await stored(kiccBody({ ...EVENT, resCd: "W902" }));
    expect(await confirms(await waiting())).toBe(true);
    expect(await rowOf(told.id)).toMatchObject({ state: "delivered" });
    expect(await rowOf(untold.id)).toMatchObject({ state: "held", reason: "superseded" });
  });

  it.each(["foreign", "ambiguous", "conflict", "unconfirmed"])(
    "goes its way where that is held as %s",
    async (reason) => {
      const id = await waiting();
      const other = await stored(kiccBody({ ...EVENT, shopOrderNo: "ORD-2" }));
      await given.held(reason, other.id);
      expect(await confirms(id)).toBe(true);
    },
  );

  it("goes its way where that waits for KICC's word too", async () => {
    const id = await waiting();
    await waiting({ amountInfo: { currency: "KRW", amount: 9_000_000 } });
    expect(await confirms(id)).toBe(true);
  });

  it("does not go its way where that is a success that goes its way, and no failure is held for it", async () => {
    const id = await waiting();
    await stored(kiccBody({ ...EVENT, shopOrderNo: "ORD-2" }));
    const failure = await stored(kiccBody({ ...EVENT, resCd: "W901" }));
    await given.pending({}, failure.id);
    expect(await confirms(id)).toBe(false);
    expect(await rowOf(failure.id)).toMatchObject({ state: "pending" });
  });
});
