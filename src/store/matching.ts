// Which notifications a search text names: by one of their numbers exactly, or by the beginning of one. Indexes alone, no LIKE.
import type { Binding } from "./filters.ts";

const SEARCHED = ["id", "cancel_pg_cno", "pg_cno", "shop_order_no", "reference"];

/** Shorter texts are looked for as whole numbers alone. */
const SHORTEST_BEGINNING = 4;

/** Of each column. An index has longer numbers in their own order, not in that of their receipt: all of them are read. */
const LONGER_AT_MOST = 100;

/** Whether more numbers begin with `q` than are read: one row, `many`. */
export function hasManyLonger(db: D1Database, q: string): D1PreparedStatement {
  const end = endOf(q);
  if (end === null) return db.prepare("SELECT 0 AS many");
  const more = SEARCHED.map(
    (column) =>
      `(SELECT count(*) FROM (${longer(column, "?1", "?2")} LIMIT ${LONGER_AT_MOST + 1})) > ${LONGER_AT_MOST}`,
  );
  return db.prepare(`SELECT ${more.join(" OR ")} AS many`).bind(q, end);
}

/**
 * The seqs of those that match, newest first. Complete where no column has many longer ones.
 * @param range bounds of `seq`
 */
export function matchingSeqs(q: string, range: string, limit: number, { bind }: Binding): string {
  const [number, end] = [bind(q), endOf(q)];
  const exactly = SEARCHED.map(
    (column) =>
      `SELECT * FROM (SELECT seq FROM notifications WHERE ${column} = ${number} AND ${range} ORDER BY seq DESC LIMIT ${limit})`,
  );
  if (end === null) return `${exactly.join(" UNION ")} ORDER BY seq DESC LIMIT ${limit}`;
  const next = bind(end);
  const beginning = SEARCHED.map(
    (column) => `SELECT seq FROM (${longer(column, number, next)} LIMIT ${LONGER_AT_MOST}) WHERE ${range}`,
  );
  // D1 compounds at most five SELECTs: as many as there are columns.
  return `SELECT * FROM (${exactly.join(" UNION ")}) UNION SELECT * FROM (${beginning.join(" UNION ")})
    ORDER BY seq DESC LIMIT ${limit}`;
}

/** The same as a condition of `notifications AS n`, for a look at row after row. */
export function matchingCondition(q: string, { bind }: Binding): string {
  const [number, end] = [bind(q), endOf(q)];
  if (end === null) return SEARCHED.map((column) => `n.${column} = ${number}`).join(" OR ");
  const next = bind(end);
  return SEARCHED.map((column) => `n.${column} >= ${number} AND n.${column} < ${next}`).join(" OR ");
}

function longer(column: string, number: string, next: string): string {
  return `SELECT seq FROM notifications WHERE ${column} > ${number} AND ${column} < ${next}`;
}

/** The first text behind all that begin with `q`: SQLite compares by code points. null where `q` is too short for that. */
function endOf(q: string): string | null {
  const points = Array.from(q, (character) => character.codePointAt(0) ?? 0);
  if (points.length < SHORTEST_BEGINNING) return null;
  while (points.length > 0) {
    const last = points.pop() ?? 0;
    if (last < 0x10_ff_ff) return String.fromCodePoint(...points, last === 0xd7_ff ? 0xe0_00 : last + 1);
  }
  return null;
}
