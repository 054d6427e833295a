// Finds which of many numbers came, and for each the notification that counts most. Statements of bounded size, in one
// round trip.
import { SUCCESS } from "../rules/notification.ts";
import { type Flow, NUMBERS, type NumberName, kindsOf } from "./filters.ts";
import type { State } from "./insert.ts";

export interface ComparedRow {
  readonly number: string;
  readonly id: string;
  readonly kind: string;
  readonly state: State;
  /** 0 a success, 1 a failure, 2 held. */
  readonly rank: number;
  readonly result: "success" | "failure";
}

const NUMBERS_PER_STATEMENT = 500;
// Several events may share an order number. Of each number only the newest rows are read.
const LOOKED_AT = 20;

/**
 * Returns a row for each number that came. A success is preferred to a failure, and a held one comes last.
 * @param flow null for every kind. With a flow an order's approval does not count where its refund is looked for
 */
export async function findCompared(
  db: D1Database,
  by: NumberName,
  numbers: readonly string[],
  flow: Flow | null,
): Promise<readonly ComparedRow[]> {
  const column = NUMBERS[by];
  const statement = db.prepare(
    `SELECT one.value AS number, n.id, n.kind, n.state, iif(n.res_cd = '${SUCCESS}', 'success', 'failure') AS result, iif(n.state = 'held', 2, n.res_cd <> '${SUCCESS}') AS rank FROM json_each(?1) AS one CROSS JOIN notifications AS n ON n.seq = (
       SELECT seq FROM (SELECT seq, kind, state, res_cd FROM notifications WHERE ${column} = one.value AND source <> 'test'
         ORDER BY seq DESC LIMIT ${LOOKED_AT})
       WHERE ${flow === null ? "true" : `kind IN (${kindsOf(flow)})`}
       ORDER BY state = 'held', res_cd <> '${SUCCESS}', seq DESC LIMIT 1)`,
  );
  const pages = Array.from({ length: Math.ceil(numbers.length / NUMBERS_PER_STATEMENT) }, (_, page) =>
    numbers.slice(page * NUMBERS_PER_STATEMENT, (page + 1) * NUMBERS_PER_STATEMENT),
  );
  if (pages.length === 0) return [];
  const results = await db.batch<ComparedRow>(pages.map((page) => statement.bind(JSON.stringify(page))));
  return results.flatMap((result) => result.results);
}
