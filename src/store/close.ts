// Closing: a person dealt with dead or held notifications by hand.
import { type Entry, auditOfChange } from "./audit.ts";
import { seqAt } from "./insert.ts";
import { IS_SELECTED, type Selection, selectedRows } from "./selection.ts";
import { unreported } from "./settle.ts";
import { type ListedRow, listedStatement } from "./search.ts";

export interface Closed {
  /** false where it was neither dead nor held: then nothing changed. */
  readonly closed: boolean;
  /** The row as it stands now; null for an unknown id. */
  readonly row: ListedRow | null;
}

/** SQL: what closing sets. @param note the name of the parameter with the note */
function closing(note: string): string {
  return `state = 'closed', note = ${note}, lease_until = NULL, history = iif(lease_until IS NULL,
    history, json_insert(history, '$[#]', ${unreported("'no report before it was closed'")}))`;
}

const PAGE = 500;
const PAGES = 4;
/** How many rows of the state are looked through for a kind and a mallId. */
const LOOKED_AT = 5000;

/**
 * Closes the selected notifications, oldest first, at most PAGE × PAGES of them, each page in its own transaction.
 * @returns how many, and whether there may be more
 */
export async function closeMany(
  db: D1Database,
  { state, from, to, kind, mallId }: Selection,
  entry: Entry,
): Promise<{ closed: number; more: boolean }> {
  let closed = 0;
  for (let page = 0; page < PAGES; page++) {
    const [result] = await db.batch([
      db
        .prepare(
          `UPDATE notifications SET ${closing("?7")} WHERE state IN ('dead', 'held') AND seq IN (
             SELECT seq FROM (${selectedRows(state, LOOKED_AT)}) WHERE ${IS_SELECTED} ORDER BY seq LIMIT ${PAGE})
           RETURNING id`,
        )
        .bind(seqAt(from), seqAt(to), state, kind, mallId, entry.at, entry.note),
      auditOfChange(db, entry),
    ]);
    const count = result?.results.length ?? 0;
    closed += count;
    if (count < PAGE) return { closed, more: false };
  }
  return { closed, more: true };
}

/** Closes one with the entry's note. The reason why it was dead or held stays. An open attempt ends. One round trip. */
export async function closeOne(db: D1Database, id: string, entry: Entry): Promise<Closed> {
  const [closed, , row] = await db.batch<ListedRow>([
    db
      .prepare(
        `UPDATE notifications SET ${closing("?2")}
         WHERE id = ?1 AND state IN ('dead', 'held')`,
      )
      .bind(id, entry.note),
    auditOfChange(db, entry),
    listedStatement(db, id),
  ]);
  return { closed: (closed?.meta.changes ?? 0) > 0, row: row?.results[0] ?? null };
}
