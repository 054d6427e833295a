// Settling: records how attempts ended, in one statement for accepted ones and one for failed ones. It sends nothing.
import type { Attempt, Outcome } from "../rules/outcome.ts";
import type { Decision } from "../rules/retry.ts";
import { shortened, shortTextOf } from "./stored-body.ts";
import { ENTRY, shortEntry, withoutLongAnswer } from "./history.ts";

export interface Settlement {
  readonly id: string;
  readonly attempt: Attempt;
  readonly decision: Decision;
  /** The delivered bytes. An accepted row is stored short by them; without them it stays as it is. */
  readonly body?: Uint8Array;
}

/*
 * What a row becomes when an attempt is settled. A dash: nothing changes.
 *
 *   state     | accepted: any attempt made,  | failed, tried again:       | failed for good:
 *             | settled for the first time   | only the open attempt      | only the open attempt
 *   ----------|------------------------------|----------------------------|---------------------------------
 *   pending   | delivered                    | pending, due after the wait| dead; pending if replayed since
 *   held      | delivered                    | held, same reason          | held, same reason
 *   dead      | delivered                    | -                          | -
 *   delivered | -                            | -                          | -
 *   closed    | -                            | -                          | -
 *
 * Settling twice is the same as settling once: an accepted attempt that is in the history already changes nothing, also if a
 * person replayed the notification since. If an earlier attempt than the open one is accepted, the open one ends too. A row
 * that was replayed during its attempt has tries = 0: it cannot die of that attempt.
 */
const ENDED = `(
    SELECT value ->> '$.id' AS id, value -> '$.attempt' AS attempt, value ->> '$.attempt.number' AS number,
      value ->> '$.decision.state' AS state, value ->> '$.decision.reason' AS reason,
      value ->> '$.decision.nextAttemptAt' AS nextAttemptAt, value ->> '$.text' AS plain, value ->> '$.base64' AS base64
    FROM json_each(?2)
  ) AS ended`;

const ACCEPT = `
  UPDATE notifications SET state = 'delivered', reason = NULL, delivered_at = ?1, lease_until = NULL, settled_at = ?1,
    claim = NULL, claimed_at = NULL, next_attempt_at = NULL, ${shortened("ended.plain", "ended.base64")},
    history = CASE WHEN history = '[]' AND attempts = 1 THEN json_array(${shortEntry("ended.attempt")})
      ELSE json_insert(iif(lease_until IS NOT NULL AND attempts > ended.number,
        json_insert(${withoutLongAnswer("history")}, '$[#]',
          ${unreported("'no report before attempt ' || ended.number || ' was accepted'")}),
        ${withoutLongAnswer("history")}), '$[#]', json(ended.attempt)) END
  FROM ${ENDED}
  WHERE notifications.id = ended.id AND notifications.state IN ('pending', 'held', 'dead')
    AND attempts >= ended.number
    AND NOT EXISTS (
      SELECT 1 FROM json_each(notifications.history)
      WHERE ${ENTRY.number} = ended.number AND ${ENTRY.outcome} = 'accepted')`;

const FAIL = `
  UPDATE notifications SET lease_until = NULL, settled_at = ?1,
    history = json_insert(${withoutLongAnswer("history")}, '$[#]', json(ended.attempt)),
    state = iif(notifications.state = 'pending' AND tries > 0, ended.state, notifications.state),
    reason = iif(notifications.state = 'pending' AND tries > 0, ended.reason, notifications.reason),
    next_attempt_at = coalesce(ended.nextAttemptAt, next_attempt_at)
  FROM ${ENDED}
  WHERE notifications.id = ended.id AND notifications.state IN ('pending', 'held')
    AND attempts = ended.number AND lease_until IS NOT NULL`;

/** SQL: the history entry of an open attempt that nobody will report any more. @param error an SQL expression */
export function unreported(error: string): string {
  return `json_object('number', attempts, 'startedAt', claimed_at, 'durationMs', NULL, 'outcome', 'failed',
    'status', NULL, 'error', ${error}, 'answer', NULL)`;
}

/** One statement for the accepted ones and one for the failed ones. A single settlement makes exactly one. */
export function settleStatements(
  db: D1Database,
  settlements: readonly Settlement[],
  now: number,
): readonly D1PreparedStatement[] {
  const isAccepted = ({ decision }: Settlement) => decision.state === "delivered";
  const accepted = settlements.filter(isAccepted);
  const failed = settlements
    .filter((each) => !isAccepted(each))
    .map(({ id, attempt, decision }) => ({ id, attempt, decision }));
  const statement = (sql: string, ended: readonly Settlement[]) =>
    ended.length === 0 ? [] : [db.prepare(sql).bind(now, JSON.stringify(ended))];
  return [...statement(ACCEPT, accepted.map(withText)), ...statement(FAIL, failed)];
}

function withText({
  body,
  ...settlement
}: Settlement): Settlement & { readonly text?: string; readonly base64?: string } {
  const text = body === undefined ? null : shortTextOf(body);
  return body === undefined || text === null ? settlement : { ...settlement, text, base64: body.toBase64() };
}

/** One round trip. */
export async function settle(db: D1Database, settlements: readonly Settlement[], now: number): Promise<void> {
  const [first, ...more] = settleStatements(db, settlements, now);
  if (first === undefined) return;
  if (more.length === 0) await first.run();
  else await db.batch([first, ...more]);
}

/** Makes the history entry of an attempt. */
export function attemptOf(number: number, startedAt: number, endedAt: number | null, outcome: Outcome): Attempt {
  return {
    number,
    startedAt,
    durationMs: endedAt === null ? null : endedAt - startedAt,
    outcome: outcome.kind,
    status: outcome.status,
    error: outcome.kind === "accepted" ? null : outcome.error,
    answer: outcome.answer,
    ...(outcome.kind === "accepted" || !outcome.head ? {} : { head: outcome.head }),
  };
}
