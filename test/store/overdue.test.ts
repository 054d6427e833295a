// The sweep's pages: what a page takes, buries or gives back is nobody else's.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { START, type Window } from "../../src/store/due-window.ts";
import { buryExhausted, claimDue, markOverdue, unclaimDue, unmarkEnqueued } from "../../src/store/overdue.ts";
import { pruneNotifications } from "../../src/store/prune-notifications.ts";
import { clear, faultyD1, kiccBody, rowOf, stored } from "../fixtures.ts";
import { type Columns, given, set } from "../given.ts";

const NOW = Date.UTC(2026, 0, 14);
const MINUTE_MS = 60_000;
const WINDOW: Window = { dueBy: NOW, from: START };
const WANTED = { dueBy: NOW, enqueuedBefore: NOW - 5 * MINUTE_MS, maxTries: 3, now: NOW, limit: 9 };

beforeEach(clear);

async function due(columns: Columns = {}): Promise<string> {
  const { id } = await stored(kiccBody(), { receivedAt: NOW - 10 * MINUTE_MS });
  await set(id, columns);
  return id;
}

const enqueuedAt = (id: string) =>
  env.DB.prepare("SELECT enqueued_at AS at FROM notifications WHERE id = ?").bind(id).first<number>("at");

describe("enqueueing", () => {
  it("takes none without a try left, though burying it failed", async () => {
    await due({ attempts: 3, tries: 3 });
    const id = await due({ attempts: 2, tries: 2 });
    expect(await markOverdue(env.DB, WINDOW, WANTED)).toMatchObject([{ id }]);
  });

  it("that the queue refused is taken back, and not what another run enqueued since", async () => {
    const [mine, others] = [await due(), await due()];
    await markOverdue(env.DB, WINDOW, WANTED);
    await set(others, { enqueued_at: NOW + MINUTE_MS });
    await unmarkEnqueued(env.DB, [mine, others], NOW);
    expect([await enqueuedAt(mine), await enqueuedAt(others)]).toEqual([null, NOW + MINUTE_MS]);
  });
});

describe("a claim of a page", () => {
  const lease = (claimant: string) => ({ claimant, now: NOW, until: NOW + MINUTE_MS, maxTries: 3 });

  it("that is given back leaves what another claimed", async () => {
    await due();
    const [mine] = await claimDue(env.DB, WINDOW, lease("mine"), 9);
    await due();
    const [others] = await claimDue(env.DB, WINDOW, lease("another"), 9);
    await unclaimDue(env.DB, WINDOW, "mine");
    expect(await rowOf(mine?.id ?? "")).toMatchObject({ attempts: 0, leaseUntil: null });
    expect(await rowOf(others?.id ?? "")).toMatchObject({ attempts: 1, leaseUntil: NOW + MINUTE_MS });
  });

  it("takes none without a try left", async () => {
    await due({ attempts: 3, tries: 3 });
    expect(await claimDue(env.DB, WINDOW, lease("mine"), 9)).toEqual([]);
  });
});

it("one whose last try is open is not buried: its acceptance may yet come", async () => {
  const open = await due({ attempts: 3, tries: 3, lease_until: NOW + MINUTE_MS });
  const exhausted = await due({ attempts: 3, tries: 3 });
  expect(await buryExhausted(env.DB, WINDOW, 3, NOW, 9)).toBe(1);
  expect(await rowOf(open)).toMatchObject({ state: "pending" });
  expect(await rowOf(exhausted)).toMatchObject({ state: "dead", reason: "exhausted" });
});

it("one that a person replays while old ones are deleted stays", async () => {
  const [replayed, old] = [await due(), await due()];
  await given.delivered("all");
  const after = async (trip: number) => {
    if (trip === 1) await given.pending({}, replayed);
  };
  expect(await pruneNotifications(faultyD1(env.DB, { after }), NOW, 9)).toMatchObject({ deleted: 1 });
  expect(await rowOf(replayed)).toMatchObject({ state: "pending" });
  expect(await rowOf(old)).toBeNull();
});
