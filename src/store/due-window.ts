// Windows over the pending rows that are due, oldest due first. A window bounds how many rows a statement reads.

/** A row that is due for longer than this is overdue: the sweep has run several times since. */
export const OVERDUE_MS = 5 * 60 * 1000;

/** How many rows one window has. */
export const WINDOW = 2000;

/** A window begins after this row. */
export interface DuePlace {
  readonly dueAt: number;
  readonly seq: number;
}

export const START: DuePlace = { dueAt: 0, seq: 0 };

export interface Window {
  /** Epoch ms. */
  readonly dueBy: number;
  readonly from: DuePlace;
}

/** The values for the first three parameters of a statement with `windowOf`. */
export function boundsOf({ dueBy, from }: Window): readonly [number, number, number] {
  return [dueBy, from.dueAt, from.seq];
}

/** SQL: the rows of a window, in order. ?1, ?2 and ?3 are its bounds. */
export function windowOf(columns: string, rows: number = WINDOW): string {
  return `SELECT ${columns} FROM notifications INDEXED BY due
    WHERE state = 'pending' AND next_attempt_at <= ?1 AND (next_attempt_at, seq) > (?2, ?3)
    ORDER BY next_attempt_at, seq LIMIT ${rows}`;
}

/** Where the next window begins; null where this one contains all remaining rows. */
export async function placeBehind(db: D1Database, window: Window): Promise<DuePlace | null> {
  return db
    .prepare(`SELECT * FROM (${windowOf("next_attempt_at AS dueAt, seq")}) LIMIT 1 OFFSET ${WINDOW - 1}`)
    .bind(...boundsOf(window))
    .first<DuePlace>();
}

/** Where the run before ended; null where one window contains all that is due. */
export async function readPlace(db: D1Database, dueBy: number): Promise<DuePlace | null> {
  return db
    .prepare(
      `SELECT due_at AS dueAt, seq FROM sweep_place
       WHERE (SELECT count(*) FROM (${windowOf("1")})) = ${WINDOW}`,
    )
    .bind(...boundsOf({ dueBy, from: START }))
    .first<DuePlace>();
}

export async function keepPlace(db: D1Database, { dueAt, seq }: DuePlace): Promise<void> {
  await db
    .prepare("UPDATE sweep_place SET due_at = ?1, seq = ?2 WHERE (due_at, seq) <> (?1, ?2)")
    .bind(dueAt, seq)
    .run();
}
