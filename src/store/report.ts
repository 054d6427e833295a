// Settles what a puller, or the Worker that consumes the queue, reports about one attempt.
import { type Settlement, settleStatements } from "./settle.ts";
import { type Entry, auditOfChange } from "./audit.ts";
import { BODY_COLUMNS, type StoredBody } from "./stored-body.ts";
import { ENTRY } from "./history.ts";
import type { State } from "./insert.ts";
import { type ListedRow, listedStatement } from "./search.ts";

export interface Reported extends StoredBody {
  readonly state: State;
  readonly attempts: number;
  readonly tries: number;
  /** 1: the last attempt, number `attempts`, is open. */
  readonly open: 0 | 1;
  /** When the reported attempt began, epoch ms; null where that is not known any more. */
  readonly startedAt: number | null;
}

/** @param attempt null for the last one @returns null for an unknown notification */
export async function readReported(db: D1Database, id: string, attempt: number | null): Promise<Reported | null> {
  return db
    .prepare(
      `SELECT state, attempts, tries, lease_until IS NOT NULL AS open,
         iif(attempts = coalesce(?2, attempts), claimed_at,
           (SELECT ${ENTRY.startedAt} FROM json_each(history) WHERE ${ENTRY.number} = ?2)) AS startedAt, ${BODY_COLUMNS}
       FROM notifications WHERE id = ?1`,
    )
    .bind(id, attempt)
    .first<Reported>();
}

/**
 * Settles one attempt as `settle` does.
 * @param entry for the audit; null where no person reported it
 * @returns the notification as it stands then; null where it was deleted
 */
export async function settleReported(
  db: D1Database,
  settlement: Settlement,
  now: number,
  entry: Entry | null,
): Promise<ListedRow | null> {
  const results = await db.batch<ListedRow>([
    ...settleStatements(db, [settlement], now),
    ...(entry === null ? [] : [auditOfChange(db, entry)]),
    listedStatement(db, settlement.id),
  ]);
  return results.at(-1)?.results[0] ?? null;
}

/** One notification as lists show it; null where there is none. */
export async function findListed(db: D1Database, id: string): Promise<ListedRow | null> {
  return listedStatement(db, id).first<ListedRow>();
}
