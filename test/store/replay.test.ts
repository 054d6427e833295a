// Replays: which notifications are selected, and what is left of their past. Also closing, and a replay after it.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { claim } from "../../src/store/claim.ts";
import { closeOne } from "../../src/store/close.ts";
import { START } from "../../src/store/due-window.ts";
import { markOverdue } from "../../src/store/overdue.ts";
import { askReplayMany, replayNextPage } from "../../src/store/replay-many.ts";
import { replayOne } from "../../src/store/replay-one.ts";
import type { Selection } from "../../src/store/selection.ts";
import { clear, copied, kiccBody, rowOf, stored } from "../fixtures.ts";
import { type Columns, set } from "../given.ts";

const NOW = Date.UTC(2026, 0, 14);
const MINUTE_MS = 60_000;
const ENTRY = { at: NOW, who: "token", what: "replay", note: null };
const LEASE = { claimant: "one", now: NOW + 1, until: NOW + MINUTE_MS, maxTries: 16 };
const CANCELLED = { cancelPgCno: "C-1", pgCno: "P-1", mallId: "T0099001" };

beforeEach(clear);

/** Received an hour ago, and as it is since half an hour ago. */
async function settled(state: string, columns: Columns = {}, body: string = kiccBody()): Promise<string> {
  const { id } = await stored(body, { receivedAt: NOW - 60 * MINUTE_MS });
  await set(id, { state, settled_at: NOW - 30 * MINUTE_MS, lease_until: null, ...columns });
  return id;
}

async function again(id: string): Promise<boolean> {
  return (await replayOne(env.DB, id, { ...ENTRY, subject: id })).replayed !== null;
}

/** Asks for all of a state of the last day, and works off one page. */
async function allAgain(state: Selection["state"], wanted: Partial<Selection> = {}): Promise<string[]> {
  const many = {
    state,
    from: NOW - 24 * 60 * MINUTE_MS,
    to: NOW,
    kind: null,
    mallId: null,
    result: null,
    q: null,
    ...wanted,
  };
  await askReplayMany(env.DB, many, { ...ENTRY, subject: null });
  return nextPage();
}

async function nextPage(limit = 200): Promise<string[]> {
  return (await replayNextPage(env.DB, NOW + 1, limit)).map(({ id }) => id);
}

async function deliveredAt(id: string): Promise<number | null> {
  const row = await env.DB.prepare("SELECT delivered_at AS at FROM notifications WHERE id = ?")
    .bind(id)
    .first<{ at: number | null }>();
  return row?.at ?? null;
}

describe("one that is replayed", () => {
  it("no longer says that it was delivered, asked for alone or with many", async () => {
    const id = await settled("delivered", { delivered_at: NOW - 30 * MINUTE_MS });
    const other = await settled("delivered", { delivered_at: NOW - 30 * MINUTE_MS });
    expect(await again(id)).toBe(true);
    expect(await allAgain("delivered")).toEqual([other]);
    expect([await deliveredAt(id), await deliveredAt(other)]).toEqual([null, null]);
  });

  it("soon after it was enqueued is enqueued again: that message may be gone", async () => {
    const id = await settled("dead", { enqueued_at: NOW });
    await again(id);
    const wanted = { dueBy: NOW, enqueuedBefore: NOW - 5 * MINUTE_MS, maxTries: 16, now: NOW, limit: 1 };
    expect(await markOverdue(env.DB, { dueBy: NOW, from: START }, wanted)).toMatchObject([{ id }]);
  });

  it("as a success that was delivered leaves a failure on its way that a person replayed", async () => {
    const success = await settled("delivered", {}, kiccBody(CANCELLED));
    const failure = await settled("held", {}, kiccBody({ ...CANCELLED, resCd: "W901" }));
    await again(failure);
    await again(success);
    expect(await rowOf(failure)).toMatchObject({ state: "pending" });
  });

  it("as a held success holds the failure that waits: the origin hears of the success alone", async () => {
    const failed = kiccBody({ ...CANCELLED, resCd: "W901" });
    const failure = await settled("pending", {}, failed);
    const success = await settled("held", { reason: "foreign" }, kiccBody(CANCELLED));
    await again(success);
    expect(await rowOf(failure)).toMatchObject({ state: "held", reason: "superseded", contradicts: success });
  });

  it("as an approval leaves another merchant's payment of the same number on its way", async () => {
    const payment = { cancelPgCno: null, cancelDate: null, approvalDate: "20260113142131", pgCno: "P-1" };
    const failure = await settled("pending", {}, kiccBody({ ...payment, mallId: "T0011111", resCd: "W901" }));
    const success = await settled("held", { reason: "ambiguous" }, kiccBody({ ...payment, mallId: "T0099001" }));
    await again(success);
    expect(await rowOf(failure)).toMatchObject({ state: "pending" });
  });

  it("of a kind whose results say nothing of each other holds nothing", async () => {
    const other = await settled("pending", { kind: "online.escrow", res_cd: "W901" }, kiccBody(CANCELLED));
    const one = await settled("held", { kind: "online.escrow", cancel_pg_cno: "C-1" });
    await again(one);
    expect(await rowOf(other)).toMatchObject({ state: "pending" });
  });

  it("was closed while an attempt was open: the next one begins at once", async () => {
    const id = await settled("held", { reason: "superseded", attempts: 1, tries: 1, lease_until: NOW + MINUTE_MS });
    expect((await closeOne(env.DB, id, { ...ENTRY, what: "close", subject: id })).closed).toBe(true);
    await again(id);
    expect((await claim(env.DB, [id], LEASE)).claimed).toMatchObject([{ attempts: 2 }]);
  });
});

describe("a replay of many", () => {
  it("leaves out what died since it was asked for", async () => {
    const id = await settled("dead");
    const later = await settled("dead", { settled_at: NOW + 1 });
    expect(await allAgain("dead")).toEqual([id]);
    expect(await rowOf(later)).toMatchObject({ state: "dead" });
  });

  it("of delivered ones takes no dead, held or closed one of the same time", async () => {
    for (const state of ["dead", "held", "closed"]) await settled(state);
    const id = await settled("delivered");
    expect(await allAgain("delivered")).toEqual([id]);
  });

  it("takes one merchant's alone, and a product's kinds, but no other product's", async () => {
    const ours = await settled("dead", { mall_id: "M1" });
    const deposit = await settled("dead", { kind: "online.deposit", mall_id: "M2" });
    expect(await allAgain("dead", { mallId: "M1" })).toEqual([ours]);
    expect(await allAgain("dead", { kind: "online" })).toEqual([deposit]);
  });

  it("ends before the instant that it was asked for", async () => {
    const id = await settled("dead");
    expect(await allAgain("dead", { to: NOW - 60 * MINUTE_MS })).toEqual([]);
    expect(await allAgain("dead", { to: NOW - 60 * MINUTE_MS + 1 })).toEqual([id]);
  });

  it("reaches what lies behind thousands of another merchant's", { timeout: 60_000 }, async () => {
    const first = await settled("dead", { mall_id: "M1" });
    await copied(first, 4500);
    const last = await settled("dead", { mall_id: "M2" });
    const taken = await allAgain("dead", { mallId: "M2" });
    for (let page = 0; page < 5; page++) taken.push(...(await nextPage()));
    expect(taken).toEqual([last]);
  });

  it("takes each of those that came in one millisecond, though a page ends among them", async () => {
    const ids = [];
    for (let count = 0; count < 5; count++) ids.push(await settled("dead"));
    const many = {
      state: "dead",
      from: NOW - 61 * MINUTE_MS,
      to: NOW,
      kind: null,
      mallId: null,
      result: null,
      q: null,
    } as const;
    await askReplayMany(env.DB, many, { ...ENTRY, subject: null });
    const pages = [await nextPage(2), await nextPage(2), await nextPage(2)];
    expect(pages.flat().toSorted()).toEqual(ids.toSorted());
  });

  it.each([
    ["goes on with a failure whose success waits for KICC's word", { state: "pending", confirm: "asking" }, "pending"],
    ["goes on with a failure whose success is held", { state: "held", reason: "conflict" }, "pending"],
    ["holds a failure whose success is on its way", { state: "pending" }, "held"],
    ["holds a failure whose success a person closed", { state: "closed" }, "held"],
  ])("%s", async (_title, success, state) => {
    const failure = await settled("dead", {}, kiccBody({ ...CANCELLED, resCd: "W901" }));
    await settled("pending", success, kiccBody(CANCELLED));
    expect(await allAgain("dead")).toEqual(state === "pending" ? [failure] : []);
    expect(await rowOf(failure)).toMatchObject({ state });
  });

  it("asks KICC about none that it takes, nor does one alone", async () => {
    const [many, alone] = [await asked(), await asked()];
    await again(alone);
    expect(await allAgain("held")).toEqual([many]);
    expect((await claim(env.DB, [many, alone], LEASE)).claimed).toHaveLength(2);
  });
});

/** Held while KICC was asked about it. */
async function asked(): Promise<string> {
  return settled("held", { reason: "contradicts", confirm: "asking" });
}
