// Finds other notifications of a payment: those of every kind with the same pgCno or shopOrderNo. The number is
// bounded.
import { LISTED, type ListedRow } from "./search.ts";

export const RELATED_AT_MOST = 50;

/**
 * Newest first, without the notification itself. One round trip. It reads two indexes, however many rows share a
 * number.
 */
export async function findRelated(db: D1Database, id: string): Promise<ListedRow[]> {
  const sharing = (column: string) =>
    `SELECT * FROM (SELECT seq FROM notifications WHERE ${column} = (SELECT ${column} FROM notifications WHERE id = ?1)
       ORDER BY seq DESC LIMIT ${RELATED_AT_MOST + 1})`;
  const { results } = await db
    .prepare(
      `WITH page AS (${sharing("pg_cno")} UNION ${sharing("shop_order_no")} ORDER BY seq DESC LIMIT ${RELATED_AT_MOST + 1})
       SELECT ${LISTED} FROM page CROSS JOIN notifications AS n ON n.seq = page.seq
       WHERE n.id <> ?1 ORDER BY page.seq DESC LIMIT ${RELATED_AT_MOST}`,
    )
    .bind(id)
    .run<ListedRow>();
  return results;
}
