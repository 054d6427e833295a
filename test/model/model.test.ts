// Compares the store with the model of contract section 4, through random interleavings of everything that happens to
// notifications.
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { type Outcome, failed } from "../../src/rules/outcome.ts";
import { decide } from "../../src/rules/retry.ts";
import { claim } from "../../src/store/claim.ts";
import { attemptOf, settle } from "../../src/store/settle.ts";
import { findExpired, findExpiredHeld, settleExpired } from "../../src/store/expired.ts";
import { storeNotification } from "../../src/intake.ts";
import { closeOne } from "../../src/store/close.ts";
import { replayOne } from "../../src/store/replay-one.ts";
import { START } from "../../src/store/due-window.ts";
import { buryExhausted, markOverdue } from "../../src/store/overdue.ts";
import { pruneNotifications } from "../../src/store/prune-notifications.ts";
import { clear, kiccBody, notificationFrom } from "../fixtures.ts";
import * as model from "./model.ts";

const LEASE_MS = 40_000;
const GRACE_MS = 60_000;
const AGAIN_MS = 300_000;
const DELAYS_MS = [15_000, 30_000];
const MAX_TRIES = DELAYS_MS.length + 1;
const LIMIT = 100;

const message = fc.record({
  cancellation: fc.integer({ min: 0, max: 1 }),
  success: fc.boolean(),
  amount: fc.constantFrom("100" as const, "200" as const, null),
});

/** `which` is an index, modulo the number of candidates. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant("receive" as const), message, twice: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant("claim" as const), twice: fc.boolean() }) },
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constant("settle" as const),
      which: fc.nat(20),
      kind: fc.constantFrom("accepted" as const, "failed" as const, "gone" as const),
      twice: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ does: fc.constant("wait" as const), ms: fc.constantFrom(1, 15_000, 45_000, 300_000) }),
  },
  { weight: 3, arbitrary: fc.record({ does: fc.constant("sweep" as const) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("replay" as const), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("close" as const), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("prune" as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/**
 * Found by this test: a held notification was replayed while its attempt was still open, and died when that attempt's
 * lease ran out.
 */
const REPLAYED_WHILE_LEASED: Step[] = [
  { does: "receive", message: { cancellation: 1, success: false, amount: "100" }, twice: false },
  { does: "claim", twice: false },
  { does: "receive", message: { cancellation: 1, success: true, amount: "100" }, twice: false },
  { does: "replay", which: 0 },
  { does: "wait", ms: 45_000 },
  { does: "sweep" },
];

interface Delivery {
  readonly name: string;
  readonly attempt: number;
  readonly tries: number;
  readonly until: number;
}

/** Runs the steps on D1 and on the model side by side, and compares them after each. */
async function runBoth(steps: readonly Step[]): Promise<void> {
  await clear();
  const rows: model.Model = new Map();
  const names = new Map<string, string>();
  const deliveries: Delivery[] = [];
  /** The names of successes that the origin accepted, and of notifications that a person had delivered again. */
  const accepted = new Set<string>();
  const replayed = new Set<string>();
  let now = Date.UTC(2026, 0, 14);
  let serial = 0;

  const idsOf = (wanted: readonly string[]) =>
    [...names].flatMap(([id, name]) => (wanted.includes(name) ? [id] : [])).toSorted();
  const idOf = (name: string) => idsOf([name])[0] ?? "";

  const does: { readonly [K in Step["does"]]: (step: Extract<Step, { does: K }>) => Promise<void> } = {
    async receive({ message: sent, twice }) {
      const notification = notificationFrom(bodyOf(sent), { receivedAt: now });
      const storing = {
        oursAmong: null,
        foreign: false,
        confirm: null,
        attemptOpenUntil: null,
        receipt: `receipt-${(serial += 1)}`,
      };
      const name = model.receive(rows, sent, now);
      let stored = await storeNotification(env.DB, notification, storing);
      if (twice) stored = await storeNotification(env.DB, notification, storing);
      // A notification that is held as a conflict has its own id.
      if (!names.has(stored.id)) {
        for (const id of idsOf([name])) names.delete(id);
        names.set(stored.id, name);
      }
      expect(names.get(stored.id)).toBe(name);
    },
    async claim({ twice }) {
      const lease = { claimant: `claimant-${(serial += 1)}`, now, until: now + LEASE_MS, maxTries: MAX_TRIES };
      const all = [...names.keys()];
      let { claimed } = await claim(env.DB, all, lease);
      // A claim whose reply was lost.
      if (twice) ({ claimed } = await claim(env.DB, all, lease));
      const taken = model.claim(rows, now, lease.until, MAX_TRIES);
      expect(claimed.map(({ id }) => id).toSorted()).toEqual(idsOf(taken));
      for (const { id, attempts, tries } of claimed) {
        deliveries.push({ name: names.get(id) ?? "", attempt: attempts, tries, until: lease.until });
      }
    },
    async settle({ which, kind, twice }) {
      const delivery = deliveries[which % deliveries.length];
      const row = delivery && rows.get(delivery.name);
      if (!delivery || !row) return;
      const outcome = outcomeOf(kind);
      const decision = decide(outcome, delivery.tries, DELAYS_MS, now, 0.5);
      const attempt = attemptOf(delivery.attempt, now, now, outcome);
      for (let time = 0; time < (twice ? 2 : 1); time++) {
        await settle(env.DB, [{ id: idOf(delivery.name), attempt, decision }], now);
      }
      model.settle(row, delivery.attempt, kind, decision);
      if (kind === "accepted" && row.message.success) accepted.add(delivery.name);
    },
    async wait({ ms }) {
      now += ms;
    },
    async sweep() {
      const window = { dueBy: now, from: START };
      const expired = [
        ...(await findExpired(env.DB, window, now, LIMIT)),
        ...(await findExpiredHeld(env.DB, now, LIMIT)),
      ];
      expect(expired.map(({ id }) => id).toSorted()).toEqual(idsOf(model.expired(rows, now)));
      for (const [id, decision] of await settleExpired(env.DB, expired, DELAYS_MS, now)) {
        const row = rows.get(names.get(id) ?? "");
        if (row) model.settle(row, row.attempts, "failed", decision);
      }
      await buryExhausted(env.DB, window, MAX_TRIES, now, LIMIT);
      model.bury(rows, now, MAX_TRIES);
      const [dueBy, enqueuedBefore] = [now - GRACE_MS, now - AGAIN_MS];
      const taken = await markOverdue(env.DB, window, {
        dueBy,
        enqueuedBefore,
        maxTries: MAX_TRIES,
        now,
        limit: LIMIT,
      });
      expect(taken.map(({ id }) => id).toSorted()).toEqual(idsOf(model.markOverdue(rows, dueBy, enqueuedBefore, now)));
    },
    async replay({ which }) {
      const [name, row] = [...rows][which % rows.size] ?? [];
      if (name === undefined || row === undefined) return;
      const { replayed: pendingAgain } = await replayOne(env.DB, idOf(name), entryOf("replay", idOf(name), now));
      expect(pendingAgain !== null).toBe(model.replay(rows, row, now));
      replayed.add(name);
    },
    async close({ which }) {
      const [name, row] = [...rows][which % rows.size] ?? [];
      if (name === undefined || row === undefined) return;
      const { closed } = await closeOne(env.DB, idOf(name), entryOf("close", idOf(name), now));
      expect(closed).toBe(model.close(row));
    },
    async prune() {
      await pruneNotifications(env.DB, now - GRACE_MS, LIMIT);
      model.prune(rows, now - GRACE_MS);
      for (const name of names.values()) {
        if (!rows.has(name)) [accepted, replayed].forEach((set) => set.delete(name));
      }
    },
  };

  for (const taken of steps) {
    now += 1;
    await (does[taken.does] as (step: Step) => Promise<void>)(taken);
    expect(await rowsInD1(names)).toEqual(shown(rows));
    const unasked = [...accepted.difference(replayed)].map((name) => rows.get(name)?.message.cancellation);
    expect(unasked).toEqual([...new Set(unasked)]);
  }
}

function bodyOf({ cancellation, success, amount }: model.Message): string {
  return kiccBody({
    resCd: success ? "0000" : "W901",
    shopOrderNo: "ORD-1",
    pgCno: "26011314205510990001",
    cancelPgCno: `2601140912031099000${cancellation}`,
    amountInfo: amount === null ? undefined : { currency: "KRW", amount },
  });
}

function outcomeOf(kind: Outcome["kind"]): Outcome {
  if (kind === "failed") return failed("origin answered 500", { status: 500 });
  return kind === "gone"
    ? { kind, status: 410, error: "origin answered 410", answer: null }
    : { kind, status: 200, answer: null };
}

function entryOf(what: string, subject: string, at: number) {
  return { at, who: "token", what, subject, note: null };
}

type Shown = Pick<
  model.ModelRow,
  "state" | "reason" | "amount" | "attempts" | "tries" | "receipts" | "nextAttemptAt" | "leaseUntil" | "enqueuedAt"
>;

function shown(rows: model.Model): Record<string, Shown> {
  const compared = ({
    state,
    reason,
    amount,
    attempts,
    tries,
    receipts,
    nextAttemptAt,
    leaseUntil,
    enqueuedAt,
  }: Shown) => ({
    state,
    reason,
    amount,
    attempts,
    tries,
    receipts,
    nextAttemptAt,
    leaseUntil,
    enqueuedAt,
  });
  return Object.fromEntries([...rows].map(([name, row]) => [name, compared(row)]));
}

async function rowsInD1(names: ReadonlyMap<string, string>): Promise<Record<string, Shown>> {
  const { results } = await env.DB.prepare(
    `SELECT id, state, reason, amount, attempts, tries, receipts, next_attempt_at AS nextAttemptAt,
       lease_until AS leaseUntil, enqueued_at AS enqueuedAt FROM notifications`,
  ).run<Shown & { id: string }>();
  return Object.fromEntries(results.map(({ id, ...row }) => [names.get(id) ?? id, row]));
}

it("keeps what the contract says of states, attempts and one success, whatever happens in whatever order", async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), runBoth), {
    numRuns: 60,
    // `npm run check` runs the same interleavings each time. 800 interleavings of each of four other seeds were run as
    // well.
    seed: 1,
    examples: [[REPLAYED_WHILE_LEASED]],
  });
}, 120_000);
