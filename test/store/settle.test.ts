// Settling against its truth table and, as long as that is kept here, against the one statement that it replaces.
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeEach, expect, it } from "vitest";
import { settle } from "../../src/store/settle.ts";
import { clear } from "../fixtures.ts";
import { OLD_SETTLE } from "./old-settle.ts";

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
  // Only numbers that the old statement cannot confuse: it did not know what the history has.
  history: fc.constantFrom("[]", '[{"number":9,"outcome":"accepted"}]'),
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

async function rows(): Promise<unknown[]> {
  return (await env.DB.prepare("SELECT * FROM notifications ORDER BY seq").run()).results;
}

it("does in two statements what the one did", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 300, maxLength: 300 }), async (cases) => {
      await fill(cases);
      await env.DB.prepare(OLD_SETTLE)
        .bind(NOW, JSON.stringify(settlementsOf(cases)))
        .run();
      const old = await rows();
      await fill(cases);
      await settle(env.DB, settlementsOf(cases), NOW);
      expect(await rows()).toEqual(old);
    }),
    { numRuns: 20 },
  );
});
