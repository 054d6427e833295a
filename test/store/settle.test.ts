// Settling against its truth table: every state, with and without an open attempt, by every way an attempt ends.
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeEach, expect, it } from "vitest";
import { ENTRY, attemptsOf } from "../../src/store/history.ts";
import { settle } from "../../src/store/settle.ts";
import { clear } from "../fixtures.ts";

const NOW = 1_768_349_600_000;

const row = fc.record({
  state: fc.constantFrom("pending", "delivered", "dead", "held", "closed"),
  reason: fc.constantFrom(null, "superseded", "exhausted"),
  attempts: fc.integer({ min: 0, max: 3 }),
  tries: fc.integer({ min: 0, max: 3 }),
  leaseUntil: fc.constantFrom(null, NOW - 5, NOW + 5),
  number: fc.integer({ min: 1, max: 3 }),
  decision: fc.constantFrom(
    { state: "delivered" } as const,
    { state: "pending", nextAttemptAt: NOW + 15_000 } as const,
    { state: "dead", reason: "exhausted" } as const,
    { state: "dead", reason: "gone" } as const,
  ),
  history: fc.constantFrom(
    "[]",
    '[{"number":1,"outcome":"failed"}]',
    '[{"number":1,"outcome":"accepted"}]',
    '[[1,2,200,"short"]]',
  ),
});
type Case = typeof row extends fc.Arbitrary<infer T> ? T : never;

beforeEach(clear);

async function fill(cases: readonly Case[]): Promise<void> {
  await clear();
  const each = cases.map((one, index) => [
    index,
    one.state,
    one.state === "pending" ? null : one.reason,
    one.attempts,
    one.tries,
    one.leaseUntil,
    one.history,
  ]);
  await env.DB.prepare(
    `INSERT INTO notifications (seq, id, state, reason, source, res_cd, res_msg, received_at, receipt, attempts, tries,
       next_attempt_at, claimed_at, lease_until, history, body)
     SELECT value ->> 0, 'ntf_' || (value ->> 0), value ->> 1, value ->> 2, 'notification', '0000', 'OK', 1, 'r', value ->> 3,
       value ->> 4, 1, 7, value ->> 5, value ->> 6, '' FROM json_each(?)`,
  )
    .bind(JSON.stringify(each))
    .run();
}

function settlementsOf(cases: readonly Case[]) {
  return cases.map(({ number, decision }, index) => ({
    id: `ntf_${index}`,
    attempt: {
      number,
      startedAt: 1,
      durationMs: 2,
      outcome: decision.state === "delivered" ? ("accepted" as const) : ("failed" as const),
      status: 200,
      error: null,
      answer: "it's",
    },
    decision,
  }));
}

interface Ended {
  readonly state: string;
  readonly reason: string | null;
  readonly nextAttemptAt: number | null;
  readonly leaseUntil: number | null;
  readonly deliveredAt: number | null;
  /** Number and outcome of each entry. */
  readonly history: string;
}

/** The table of src/store/settle.ts in words of TypeScript. */
function endOf({ state, reason, tries, attempts, leaseUntil, number, decision, history: known }: Case): Ended {
  const entries = attemptsOf(known, 1).map((one) => `${one.number} ${one.outcome}`);
  const was = { state, reason: state === "pending" ? null : reason, nextAttemptAt: 1, leaseUntil, deliveredAt: null };
  const unchanged = { ...was, history: entries.join() };
  if (decision.state === "delivered") {
    const counts = ["pending", "held", "dead"].includes(state) && number <= attempts;
    if (!counts || entries.includes(`${number} accepted`)) return unchanged;
    const unreported = leaseUntil !== null && number < attempts ? [`${attempts} failed`] : [];
    const history = [...entries, ...unreported, `${number} accepted`].join();
    return {
      ...was,
      state: "delivered",
      reason: null,
      nextAttemptAt: null,
      leaseUntil: null,
      deliveredAt: NOW,
      history,
    };
  }
  if ((state !== "pending" && state !== "held") || number !== attempts || leaseUntil === null) return unchanged;
  const failed = { ...was, leaseUntil: null, history: [...entries, `${number} failed`].join() };
  if (decision.state === "pending") return { ...failed, nextAttemptAt: decision.nextAttemptAt };
  return state === "pending" && tries > 0 ? { ...failed, state: "dead", reason: decision.reason } : failed;
}

async function rows(): Promise<Ended[]> {
  const { results } = await env.DB.prepare(
    `SELECT state, reason, next_attempt_at AS nextAttemptAt, lease_until AS leaseUntil, delivered_at AS deliveredAt,
       (SELECT coalesce(group_concat(${ENTRY.number} || ' ' || ${ENTRY.outcome}), '') FROM json_each(history)) AS history
     FROM notifications ORDER BY seq`,
  ).run<Ended>();
  return results;
}

it("ends every attempt as the table says, whatever became of the notification meanwhile, and once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 300, maxLength: 300 }), fc.boolean(), async (cases, twice) => {
      await fill(cases);
      await settle(env.DB, settlementsOf(cases), NOW);
      if (twice) await settle(env.DB, settlementsOf(cases), NOW);
      expect(await rows()).toEqual(cases.map(endOf));
    }),
    { numRuns: 10 },
  );
});
