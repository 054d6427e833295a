// Replaying one notification: a person asks for a new delivery. Attempts count on; the delays start anew.
import { KINDS } from "../kinds/registry.ts";
import { SUCCESS } from "../rules/notification.ts";
import { type Entry, auditOfChange } from "./audit.ts";
import { DELIVERABLE, type DeliverableRow } from "./rows.ts";
import { type ListedRow, listedStatement } from "./search.ts";

// A row that became held during an attempt keeps its lease. It has tries = 0, so it cannot die of that attempt.
const REPLAY = `state = 'pending', reason = NULL, tries = 0, next_attempt_at = ?2, enqueued_at = NULL,
  delivered_at = NULL, confirm = iif(confirm = 'asking', NULL, confirm)`;

export interface Replayed {
  /** null where it is pending or unknown: then nothing changed. */
  readonly replayed: DeliverableRow | null;
  /** The row as it stands now; null for an unknown id. */
  readonly row: ListedRow | null;
}

/** SQL: the names of the kinds that report success and failure of one event. */
const JUDGED = KINDS.filter(({ identity }) => identity.judgesResults)
  .map(({ name }) => `'${name}'`)
  .join(", ");

/** SQL: `other` is about the same event as the row `table`. */
export function isSameEvent(other: string, table: string): string {
  return `${other}.kind = ${table}.kind AND ${table}.kind IN (${JUDGED})
    AND (${other}.cancel_pg_cno = ${table}.cancel_pg_cno
      OR ${table}.cancel_pg_cno IS NULL AND ${other}.cancel_pg_cno IS NULL AND ${other}.pg_cno = ${table}.pg_cno
        AND ${other}.mall_id IS ${table}.mall_id)`;
}

/** A success that was held superseded no failure when it was stored. Replayed, it does. */
const SUPERSEDE = `
  UPDATE notifications SET state = 'held', reason = 'superseded', contradicts = ?1
  WHERE +state = 'pending' AND res_cd <> '${SUCCESS}' AND seq IN (
    SELECT failure.seq FROM notifications AS success, notifications AS failure
    WHERE success.id = ?1 AND success.state = 'held' AND success.res_cd = '${SUCCESS}'
      AND ${isSameEvent("failure", "success")})`;

/** Makes one pending again, due now. KICC is not asked about what a person replays. One round trip. */
export async function replayOne(db: D1Database, id: string, entry: Entry): Promise<Replayed> {
  const [, replayed, , row] = await db.batch([
    db.prepare(SUPERSEDE).bind(id),
    db
      .prepare(
        `UPDATE notifications SET ${REPLAY} WHERE id = ?1 AND state <> 'pending'
         RETURNING ${DELIVERABLE}`,
      )
      .bind(id, entry.at),
    auditOfChange(db, entry),
    listedStatement(db, id),
  ]);
  return {
    replayed: (replayed?.results[0] as DeliverableRow | undefined) ?? null,
    row: (row?.results[0] as ListedRow | undefined) ?? null,
  };
}
