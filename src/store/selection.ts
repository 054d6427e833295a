// The notifications that a person selected to replay or close at once, by the same filters as the lists have. SQL only.
import { type Binding, type Filters, conditionOf } from "./filters.ts";
import { isState, seqAt } from "./insert.ts";
import { hasManyLonger, matchingSeqs } from "./matching.ts";

/** `from` and `to` are times of receipt, epoch ms, half-open. null for every kind, mallId, result or number. */
export interface Selection {
  readonly state: "dead" | "held" | "delivered";
  readonly from: number;
  readonly to: number;
  readonly kind: string | null;
  readonly mallId: string | null;
  readonly result: NonNullable<Filters["result"]> | null;
  /** A number or the beginning of one, as in a search. */
  readonly q: string | null;
}

/** Later than the time of receipt of any row. */
export const END_OF_TIME = 8_640_000_000_000_000;

/** SQL: the columns that the selection and the preview need. */
const COLUMNS = "n.seq, n.state, n.kind, n.mall_id, n.res_cd, n.settled_at, n.received_at, n.currency, n.amount";

/** SQL: the first rows in the selection's time, oldest first. It uses an index on the state or on the number. */
export function rowsToLookAt({ state, from, to, q }: Selection, limit: number, values: Binding): string {
  const range = `seq >= ${values.bind(seqAt(from))} AND seq < ${values.bind(seqAt(to))}`;
  if (q === null) {
    return `SELECT ${COLUMNS} FROM notifications AS n
      WHERE ${state === "delivered" ? "true" : isState(state)} AND ${range} ORDER BY n.seq LIMIT ${limit}`;
  }
  return `SELECT ${COLUMNS} FROM (${matchingSeqs(q, range, limit, values, "oldest")}) AS m
    CROSS JOIN notifications AS n ON n.seq = m.seq ORDER BY n.seq`;
}

/**
 * SQL: the condition that the row `n` is selected. Rows that became dead, or were delivered, after the person asked are
 * not selected.
 */
export function isSelected({ state, kind, mallId, result }: Selection, askedAt: number, values: Binding): string {
  const others = conditionOf({ kind, mallId, result }, values);
  return `n.state = ${values.bind(state)} AND coalesce(n.settled_at, n.received_at) <= ${values.bind(askedAt)}
    ${others === null ? "" : `AND ${others}`}`;
}

/** SQL: the seqs of the selected rows among the first `limit` rows, oldest first. */
export function selectedSeqs(selection: Selection, askedAt: number, limit: number, values: Binding): string {
  const rows = rowsToLookAt(selection, limit, values);
  return `SELECT n.seq FROM (${rows}) AS n WHERE ${isSelected(selection, askedAt, values)} ORDER BY n.seq`;
}

/** Returns true where more numbers begin with `q` than are read. The selection would then be incomplete. */
export async function isTooShort(db: D1Database, q: string | null): Promise<boolean> {
  if (q === null) return false;
  return (await hasManyLonger(db, q).first<number>("many")) === 1;
}
