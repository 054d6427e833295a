// How large D1 is, as D1 itself tells, remembered by day; and the oldest finished one that should be in the archive.
import { FULL_BYTES, type Capacity, capacityOf } from "../rules/capacity.ts";
import { seqAt } from "./insert.ts";

const LOOKED_AT = 1000;
const BACK_DAYS = 7;
/** So much, or a day, is worth a write. */
const STEP = FULL_BYTES / 1000;

/** One write a day, or when the size has changed by a thousandth of what D1 holds. @param day KST */
export async function readCapacity(db: D1Database, day: string): Promise<Capacity> {
  const { results, meta } = await db
    .prepare("SELECT day, bytes FROM sizes WHERE day <= ? ORDER BY day DESC LIMIT ?")
    .bind(day, BACK_DAYS + 1)
    .run<{ day: string; bytes: number }>();
  const bytes = meta.size_after;
  const [last] = results;
  if (last?.day !== day || Math.abs(last.bytes - bytes) >= STEP) {
    await db
      .prepare("INSERT INTO sizes (day, bytes) VALUES (?1, ?2) ON CONFLICT (day) DO UPDATE SET bytes = ?2")
      .bind(day, bytes)
      .run();
  }
  const oldest = results.at(-1);
  const days = oldest === undefined ? 0 : (Date.parse(day) - Date.parse(oldest.day)) / 86_400_000;
  return capacityOf(bytes, oldest === undefined ? null : { bytes: oldest.bytes, days });
}

/**
 * When the oldest one was received that should be in the archive: of the part under way, of what lies behind the place where
 * the last run ended, of the audit. null where there is none. The run passes over what is not finished, and so this does
 * not look at it again.
 */
export async function oldestUnarchived(db: D1Database, before: number): Promise<number | null> {
  return db
    .prepare(
      `SELECT min(at) AS at FROM (
         SELECT n.received_at AS at FROM archive_state AS a JOIN notifications AS n ON n.seq = a.plan ->> '$.rows[0][0]'
         WHERE a.stream = 'notifications'
         UNION ALL
         SELECT at FROM (
           SELECT received_at AS at, state FROM notifications
           WHERE seq > (SELECT cursor FROM archive_state WHERE stream = 'notifications') AND seq < ?1
           ORDER BY seq LIMIT ${LOOKED_AT})
         WHERE state IN ('delivered', 'closed')
         UNION ALL
         SELECT at FROM (SELECT at FROM audit ORDER BY id LIMIT 1))`,
    )
    .bind(seqAt(before))
    .first<number>("at");
}
