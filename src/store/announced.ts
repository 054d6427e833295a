// What the merchant announced, cancellations or approvals: announce, read, list, prune. arrivals.ts and inquiry.ts
// settle it.
import type { AnnouncedFields } from "../kinds/status-notification.ts";
import { lookAtNewest, lookAtOne } from "./arrivals.ts";
import type { Register } from "./register.ts";

/** `id` is what it is announced by: the cancelPgCno, for an approval the pgCno. */
export type Announced = AnnouncedFields & { readonly id: string; readonly kind: string };

export type AnnouncedState = "expected" | "notified" | "reconciled" | "failed" | "unresolved";

export interface AnnouncedRow extends Announced {
  readonly state: AnnouncedState;
  readonly announcedAt: number;
  readonly dueAfterMs: number;
  /** When KICC is asked next. Only while the state is `expected`. */
  readonly dueAt: number | null;
  readonly asks: number;
  readonly notificationId: string | null;
  /** JSON: QueryEntry[]. */
  readonly history: string;
}

/** One query to KICC, as it is stored. */
export interface QueryEntry {
  readonly at: number;
  readonly status: string | null;
  readonly text: string;
}

/** SQL: the columns of an AnnouncedRow. */
export function columnsOf({ key, announcedBy }: Register): string {
  return `${key} AS id, ${announcedBy === "cancelPgCno" ? key : "NULL"} AS cancelPgCno, kind, mall_id AS mallId,
    pg_cno AS pgCno, shop_order_no AS shopOrderNo, reference, state, announced_at AS announcedAt,
    due_after_ms AS dueAfterMs, due_at AS dueAt, asks, notification_id AS notificationId, history`;
}

/** Equal, or missing in one of the two. */
function agrees(column: string): string {
  return `(${column} IS NULL OR excluded.${column} IS NULL OR ${column} = excluded.${column})`;
}

/**
 * Announces one event. Announcing it again only fills in what was missing; the schedule stays. A success that came
 * before settles it at once. One round trip.
 * @returns null where it was announced before with another kind, mallId, pgCno, shopOrderNo or reference
 */
export async function announce(
  db: D1Database,
  register: Register,
  { id, kind, mallId, pgCno, shopOrderNo, reference }: Announced,
  dueAfterMs: number,
  now: number,
): Promise<AnnouncedRow | null> {
  const { table, key } = register;
  // The id of an announced approval is the payment's pgCno, so it has no other column for it.
  const payment = key === "pg_cno" ? { column: "", value: "" } : { column: "pg_cno,", value: "?8," };
  const announcing = db
    .prepare(
      `INSERT INTO ${table} (${key}, ${payment.column} kind, mall_id, shop_order_no, reference, state, announced_at,
         due_after_ms, due_at)
       VALUES (?1, ${payment.value} ?2, ?3, ?4, ?5, 'expected', ?6, ?7, ?6 + ?7)
       ON CONFLICT (${key}) DO UPDATE SET
         shop_order_no = coalesce(shop_order_no, excluded.shop_order_no),
         reference = coalesce(reference, excluded.reference)
       WHERE ${["kind", "mall_id", "pg_cno", "shop_order_no", "reference"].map(agrees).join(" AND ")}
       RETURNING ${key}`,
    )
    .bind(id, kind, mallId, shopOrderNo, reference, now, dueAfterMs, ...(key === "pg_cno" ? [] : [pgCno]));
  const [announced, , row] = await db.batch<AnnouncedRow>([
    announcing,
    lookAtOne(db, register, id),
    readStatement(db, register, id),
  ]);
  return announced?.results.length === 0 ? null : (row?.results[0] ?? null);
}

export async function readAnnounced(db: D1Database, register: Register, id: string): Promise<AnnouncedRow | null> {
  return readStatement(db, register, id).first<AnnouncedRow>();
}

function readStatement(db: D1Database, register: Register, id: string): D1PreparedStatement {
  return db.prepare(`SELECT ${columnsOf(register)} FROM ${register.table} WHERE ${register.key} = ?`).bind(id);
}

/** Reads those of `ids` that were announced. */
export async function readAnnouncedOf(
  db: D1Database,
  register: Register,
  ids: readonly string[],
): Promise<readonly AnnouncedRow[]> {
  const { results } = await db
    .prepare(
      `SELECT ${columnsOf(register)} FROM json_each(?1) AS one CROSS JOIN ${register.table} ON ${register.key} = one.value`,
    )
    .bind(JSON.stringify(ids))
    .run<AnnouncedRow>();
  return results;
}

/** Where a page of the list ended. */
export interface AnnouncedCursor {
  readonly announcedAt: number;
  readonly id: string;
}

/** Between two queries the cron does not look whether a success came: listing does. */
const LOOKED_AT = 100;

/**
 * Lists a page, newest first. Before that it settles those whose success has come. One round trip.
 * @param state null for all
 */
export async function listAnnounced(
  db: D1Database,
  register: Register,
  state: AnnouncedState | null,
  after: AnnouncedCursor | null,
  limit: number,
): Promise<readonly AnnouncedRow[]> {
  const { table, key } = register;
  const index = `${table}_${state === null ? "by_time" : "by_state"}`;
  const page = db
    .prepare(
      `SELECT ${columnsOf(register)} FROM ${table} INDEXED BY ${index}
       WHERE ${state === null ? "?1 IS NULL" : "state = ?1"}
         ${after === null ? "" : `AND (announced_at, ${key}) < (?3, ?4)`}
       ORDER BY announced_at DESC, ${key} DESC LIMIT ?2`,
    )
    .bind(state, limit, ...(after === null ? [] : [after.announcedAt, after.id]));
  const before = after?.announcedAt ?? Number.MAX_SAFE_INTEGER;
  const results = await db.batch<AnnouncedRow>([lookAtNewest(db, register, before, LOOKED_AT), page]);
  return results[1]?.results ?? [];
}

/** Deletes those announced before `before`, epoch ms. Expected ones stay. */
export function pruneAnnounced(
  db: D1Database,
  { table, key }: Register,
  before: number,
  limit: number,
): D1PreparedStatement {
  return db
    .prepare(
      `DELETE FROM ${table} WHERE ${key} IN (
         SELECT ${key} FROM ${table} INDEXED BY ${table}_by_time
         WHERE announced_at < ?1 AND state <> 'expected' ORDER BY announced_at LIMIT ?2)`,
    )
    .bind(before, limit);
}
