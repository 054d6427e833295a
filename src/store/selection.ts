// Which notifications a person selected to replay or close at once: by state, time of receipt, kind and mallId. SQL
// only.
import { isState } from "./insert.ts";

/** `from` and `to` are times of receipt, epoch ms, half-open. null for every kind or mallId. */
export interface Selection {
  readonly state: "dead" | "held" | "delivered";
  readonly from: number;
  readonly to: number;
  readonly kind: string | null;
  readonly mallId: string | null;
}

/** SQL: the first rows from ?1 to ?2, by an index on the state where there is one. */
export function selectedRows(state: Selection["state"], limit: number): string {
  return `SELECT seq, state, kind, mall_id, settled_at, received_at FROM notifications
    WHERE ${state === "delivered" ? "true" : isState(state)} AND seq >= ?1 AND seq < ?2 ORDER BY seq LIMIT ${limit}`;
}

// SQL: ?3 state, ?4 kind or product, ?5 mallId, ?6 when the person asked. What was settled after that is not selected:
// neither what died since, nor what was just delivered again.
export const IS_SELECTED = `state = ?3 AND (?4 IS NULL OR kind = ?4 OR kind LIKE ?4 || '.%') AND (?5 IS NULL OR mall_id = ?5)
  AND coalesce(settled_at, received_at) <= ?6`;
