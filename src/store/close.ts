// Closing: a person dealt with dead or held notifications by hand.
import { type Entry, auditOfChange } from "./audit.ts";
import { binding } from "./filters.ts";
import { type Selection, rowsToLookAt, selectedSeqs } from "./selection.ts";
import { receivedAtOf } from "./insert.ts";
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
const MOST_CLOSED = 2000;
/** One page looks at so many rows to find the selected ones. */
const LOOKED_AT = 5000;
const MOST_PAGES = 20;

/**
 * Closes the selected notifications, oldest first, at most MOST_CLOSED of them, each page in its own transaction.
 * @returns how many, and whether there may be more
 */
export async function closeMany(
  db: D1Database,
  selection: Selection,
  entry: Entry,
): Promise<{ closed: number; more: boolean }> {
  let closed = 0;
  let { from } = selection;
  for (let page = 0; page < MOST_PAGES && closed < MOST_CLOSED; page++) {
    const { count, last } = await closePage(db, { ...selection, from }, entry);
    closed += count;
    if (count < PAGE && last === null) return { closed, more: false };
    if (last !== null && count < PAGE) from = last;
  }
  return { closed, more: true };
}

/**
 * @returns how many were closed, and the time of receipt of the last row that was looked at; null where none comes
 * after it
 */
async function closePage(
  db: D1Database,
  selection: Selection,
  entry: Entry,
): Promise<{ readonly count: number; readonly last: number | null }> {
  const [looking, taking] = [binding(), binding()];
  const rows = rowsToLookAt(selection, LOOKED_AT, looking);
  const seqs = selectedSeqs(selection, entry.at, LOOKED_AT, taking);
  const note = taking.bind(entry.note ?? "");
  const [looked, result] = await db.batch<{ readonly last: number; readonly looked: number }>([
    db.prepare(`SELECT max(seq) AS last, count(*) AS looked FROM (${rows})`).bind(...looking.values),
    db
      .prepare(
        `UPDATE notifications SET ${closing(note)} WHERE state IN ('dead', 'held') AND seq IN (${seqs} LIMIT ${PAGE})
         RETURNING id`,
      )
      .bind(...taking.values),
    auditOfChange(db, entry),
  ]);
  const [seen] = looked?.results ?? [];
  const isAll = (seen?.looked ?? 0) < LOOKED_AT;
  return { count: result?.results.length ?? 0, last: isAll || seen === undefined ? null : receivedAtOf(seen.last) };
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
