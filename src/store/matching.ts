// Finds the notifications whose id or number is the search text, or begins with it. It uses indexes only, no LIKE.
import type { Binding } from "./filters.ts";

const SEARCHED = ["id", "cancel_pg_cno", "pg_cno", "shop_order_no", "reference"];

/** A shorter text must be a whole number. */
const SHORTEST_BEGINNING = 4;

/**
 * For each column. Such numbers are listed in their own order, not by time of receipt, so all of them have to be read.
 */
const LONGER_AT_MOST = 100;

/** Whether more numbers begin with `q` than are read. One row, `many`. */
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
 * SQL: the seqs of the matching rows, newest or oldest first. It is complete unless `hasManyLonger`.
 * @param range condition on `seq`
 */
export function matchingSeqs(
  q: string,
  range: string,
  limit: number,
  { bind }: Binding,
  first: "newest" | "oldest" = "newest",
): string {
  const order = `ORDER BY seq ${first === "newest" ? "DESC" : "ASC"}`;
  const [number, end] = [bind(q), endOf(q)];
  const exactly = SEARCHED.map(
    (column) =>
      `SELECT * FROM (SELECT seq FROM notifications WHERE ${column} = ${number} AND ${range} ${order} LIMIT ${limit})`,
  );
  if (end === null) return `${exactly.join(" UNION ")} ${order} LIMIT ${limit}`;
  const next = bind(end);
  const beginning = SEARCHED.map(
    (column) => `SELECT seq FROM (${longer(column, number, next)} LIMIT ${LONGER_AT_MOST}) WHERE ${range}`,
  );
  // D1 allows at most five SELECTs in one compound: as many as there are columns.
  return `SELECT * FROM (${exactly.join(" UNION ")}) UNION SELECT * FROM (${beginning.join(" UNION ")})
    ${order} LIMIT ${limit}`;
}

/** The same as a condition on `notifications AS n`, for reading row by row. */
export function matchingCondition(q: string, { bind }: Binding): string {
  const [number, end] = [bind(q), endOf(q)];
  if (end === null) return SEARCHED.map((column) => `n.${column} = ${number}`).join(" OR ");
  const next = bind(end);
  return SEARCHED.map((column) => `n.${column} >= ${number} AND n.${column} < ${next}`).join(" OR ");
}

function longer(column: string, number: string, next: string): string {
  return `SELECT seq FROM notifications WHERE ${column} > ${number} AND ${column} < ${next}`;
}

/**
 * The first text after all texts that begin with `q`: SQLite compares by code points. null where `q` is too short to be
 * a beginning.
 */
function endOf(q: string): string | null {
  const points = Array.from(q, (character) => character.codePointAt(0) ?? 0);
  if (points.length < SHORTEST_BEGINNING) return null;
  while (points.length > 0) {
    const last = points.pop() ?? 0;
    if (last < 0x10_ff_ff) return String.fromCodePoint(...points, last === 0xd7_ff ? 0xe0_00 : last + 1);
  }
  return null;
}
