// Where notifications stand: what the consumer, the dead letters and the sweep need to know of a row. Reads only.
import type { Source } from "../rules/notification.ts";
import type { State } from "./insert.ts";

/** Where a notification stands. */
export interface Standing {
  readonly id: string;
  readonly state: State;
  readonly attempts: number;
  readonly tries: number;
  readonly nextAttemptAt: number;
  readonly claimedAt: number;
  readonly leaseUntil: number | null;
  readonly confirm: "asking" | "confirmed" | null;
  readonly source: Source;
  readonly receivedAt: number;
  readonly mallId: string | null;
  readonly pgCno: string | null;
  readonly shopOrderNo: string | null;
}

/** The columns of a Standing. */
export const STANDING = `id, state, attempts, tries, next_attempt_at AS nextAttemptAt, claimed_at AS claimedAt,
  lease_until AS leaseUntil, confirm, source, received_at AS receivedAt, mall_id AS mallId, pg_cno AS pgCno,
  shop_order_no AS shopOrderNo`;

/** Where each of `ids` stands. Ids that D1 does not know are missing. */
export async function standings(db: D1Database, ids: readonly string[]): Promise<Map<string, Standing>> {
  return byId((await standingStatement(db, ids).run<Standing>()).results);
}

export function standingStatement(db: D1Database, ids: readonly string[]): D1PreparedStatement {
  return db
    .prepare(`SELECT ${STANDING} FROM notifications WHERE id IN (SELECT value FROM json_each(?))`)
    .bind(JSON.stringify(ids));
}

export function byId(rows: readonly Standing[]): Map<string, Standing> {
  return new Map(rows.map((row) => [row.id, row]));
}
