// The announced cancellations: announce, read, list, prune. What settles them is in arrivals.ts and inquiry.ts.
import type { Announced as AnnouncedEvent } from "../kinds/status-notification.ts";
import { lookAtNewest, lookAtOne } from "./arrivals.ts";

/** A cancellation always has its own id. */
export type Announced = AnnouncedEvent & { readonly cancelPgCno: string };

export type CancellationState = "expected" | "notified" | "reconciled" | "failed" | "unresolved";

export interface CancellationRow extends Announced {
  readonly kind: string;
  readonly state: CancellationState;
  readonly announcedAt: number;
  readonly dueAfterMs: number;
  /** When KICC is asked next, while it is expected. */
  readonly dueAt: number | null;
  readonly asks: number;
  readonly notificationId: string | null;
  /** JSON: QueryEntry[]. */
  readonly history: string;
}

/** One query as it is kept. */
export interface QueryEntry {
  readonly at: number;
  readonly status: string | null;
  readonly text: string;
}

/** The columns of a CancellationRow. */
export const CANCELLATION = `kind, cancel_pg_cno AS cancelPgCno, mall_id AS mallId, pg_cno AS pgCno,
  shop_order_no AS shopOrderNo, reference, state, announced_at AS announcedAt, due_after_ms AS dueAfterMs,
  due_at AS dueAt, asks, notification_id AS notificationId, history`;

/** What one of the two leaves out contradicts nothing. */
function agrees(column: string): string {
  return `(${column} IS NULL OR excluded.${column} IS NULL OR ${column} = excluded.${column})`;
}

/**
 * Announces a cancellation. Announcing it again changes nothing but what was missing: the schedule is the first one's.
 * A success that came before settles it. One round trip.
 * @returns null where it was announced with another mallId, pgCno, shopOrderNo or reference
 */
export async function announce(
  db: D1Database,
  { cancelPgCno, mallId, pgCno, shopOrderNo, reference }: Announced,
  dueAfterMs: number,
  now: number,
): Promise<CancellationRow | null> {
  const announcing = db
    .prepare(
      `INSERT INTO cancellations (cancel_pg_cno, mall_id, pg_cno, shop_order_no, reference, state, announced_at,
         due_after_ms, due_at)
       VALUES (?1, ?2, ?3, ?4, ?5, 'expected', ?6, ?7, ?6 + ?7)
       ON CONFLICT (cancel_pg_cno) DO UPDATE SET
         shop_order_no = coalesce(shop_order_no, excluded.shop_order_no),
         reference = coalesce(reference, excluded.reference)
       WHERE ${["mall_id", "pg_cno", "shop_order_no", "reference"].map(agrees).join(" AND ")}
       RETURNING cancel_pg_cno`,
    )
    .bind(cancelPgCno, mallId, pgCno, shopOrderNo, reference, now, dueAfterMs);
  const [announced, , row] = await db.batch<CancellationRow>([
    announcing,
    lookAtOne(db, cancelPgCno),
    readStatement(db, cancelPgCno),
  ]);
  return announced?.results.length === 0 ? null : (row?.results[0] ?? null);
}

export async function readCancellation(db: D1Database, cancelPgCno: string): Promise<CancellationRow | null> {
  return readStatement(db, cancelPgCno).first<CancellationRow>();
}

function readStatement(db: D1Database, cancelPgCno: string): D1PreparedStatement {
  return db.prepare(`SELECT ${CANCELLATION} FROM cancellations WHERE cancel_pg_cno = ?`).bind(cancelPgCno);
}

/** Where a page ended. */
export interface CancellationCursor {
  readonly announcedAt: number;
  readonly cancelPgCno: string;
}

/** Between two instants of asking the cron does not look whether a success came: whoever lists them does. */
const LOOKED_AT = 100;

/** Newest first, and those whose success has come are settled before. One round trip. @param state null for all */
export async function listCancellations(
  db: D1Database,
  state: CancellationState | null,
  after: CancellationCursor | null,
  limit: number,
): Promise<readonly CancellationRow[]> {
  const index = state === null ? "cancellations_by_time" : "cancellations_by_state";
  const page = db
    .prepare(
      `SELECT ${CANCELLATION} FROM cancellations INDEXED BY ${index}
       WHERE ${state === null ? "?1 IS NULL" : "state = ?1"}
         ${after === null ? "" : "AND (announced_at, cancel_pg_cno) < (?3, ?4)"}
       ORDER BY announced_at DESC, cancel_pg_cno DESC LIMIT ?2`,
    )
    .bind(state, limit, ...(after === null ? [] : [after.announcedAt, after.cancelPgCno]));
  const before = after?.announcedAt ?? Number.MAX_SAFE_INTEGER;
  const results = await db.batch<CancellationRow>([lookAtNewest(db, before, LOOKED_AT), page]);
  return results[1]?.results ?? [];
}

/** Deletes those announced before `before`; what is still expected stays. */
export async function pruneCancellations(db: D1Database, before: number, limit: number): Promise<number> {
  const { meta } = await db
    .prepare(
      `DELETE FROM cancellations WHERE cancel_pg_cno IN (
         SELECT cancel_pg_cno FROM cancellations INDEXED BY cancellations_by_time
         WHERE announced_at < ?1 AND state <> 'expected' ORDER BY announced_at LIMIT ?2)`,
    )
    .bind(before, limit)
    .run();
  return meta.changes;
}
