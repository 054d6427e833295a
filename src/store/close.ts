// Closing: a person dealt with a dead or held notification by hand.
import { type Entry, auditOfChange } from "./audit.ts";
import { unreported } from "./settle.ts";
import { type ListedRow, listedStatement } from "./search.ts";

export interface Closed {
  /** false where it was neither dead nor held: nothing changed. */
  readonly closed: boolean;
  /** As it stands now; null where it is unknown. */
  readonly row: ListedRow | null;
}

/** Closes it with the entry's note. Why it was dead or held is kept; an open attempt ends. One round trip. */
export async function close(db: D1Database, id: string, entry: Entry): Promise<Closed> {
  const [closed, , row] = await db.batch<ListedRow>([
    db
      .prepare(
        `UPDATE notifications SET state = 'closed', note = ?2, lease_until = NULL, history = iif(lease_until IS NULL,
           history, json_insert(history, '$[#]', ${unreported("'no report before it was closed'")}))
         WHERE id = ?1 AND state IN ('dead', 'held')`,
      )
      .bind(id, entry.note),
    auditOfChange(db, entry),
    listedStatement(db, id),
  ]);
  return { closed: (closed?.meta.changes ?? 0) > 0, row: row?.results[0] ?? null };
}
