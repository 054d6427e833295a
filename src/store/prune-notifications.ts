// Deletes finished notifications that are older than RETENTION_DAYS, in bounded pages.
import { type State, seqAt } from "./insert.ts";

export interface Pruned {
  readonly deleted: number;
  /** How many rows it looked at. */
  readonly looked: number;
}

/**
 * Deletes finished notifications (delivered or closed) received before `before`, epoch ms. Pending, dead and held ones
 * stay for good, and must not be read again each minute. So each page looks at the next `limit` old rows after the page
 * before. At the end it begins anew.
 */
export async function pruneNotifications(db: D1Database, before: number, limit: number): Promise<Pruned> {
  const [cursor, old] = await db.batch<{ readonly seq: number; readonly state: State }>([
    db.prepare("SELECT seq FROM prune_cursor"),
    db
      .prepare(
        `SELECT seq, state FROM notifications WHERE seq > (SELECT seq FROM prune_cursor) AND seq < ?
         ORDER BY seq LIMIT ?`,
      )
      .bind(seqAt(before), limit),
  ]);
  const rows = old?.results ?? [];
  const isAtEnd = rows.length < limit;
  if (rows.length === 0 && cursor?.results[0]?.seq === 0) return { deleted: 0, looked: 0 };
  const finished = rows.filter(({ state }) => state === "delivered" || state === "closed").map(({ seq }) => seq);
  const [deleted] = await db.batch([
    db
      .prepare(
        `DELETE FROM notifications WHERE seq IN (SELECT value FROM json_each(?))
         AND state IN ('delivered', 'closed')`,
      )
      .bind(JSON.stringify(finished)),
    db.prepare("UPDATE prune_cursor SET seq = ?1 WHERE seq <> ?1").bind(isAtEnd ? 0 : (rows.at(-1)?.seq ?? 0)),
  ]);
  return { deleted: deleted?.meta.changes ?? 0, looked: rows.length };
}
