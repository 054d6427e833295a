// D1's size, as D1 reports it, stored by day; and the oldest notification that should be in the archive by now.
import { FULL_BYTES, type Capacity, capacityOf } from "../rules/capacity.ts";
import { DAY_MS } from "../time.ts";
import { seqAt } from "./insert.ts";

const LOOKED_AT = 1000;
const BACK_DAYS = 7;
/** A change of the size that is worth a write. */
const STEP = FULL_BYTES / 1000;

/** Reads the size. It writes once a day, and when the size changed by STEP. @param day KST */
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
  const days = oldest === undefined ? 0 : (Date.parse(day) - Date.parse(oldest.day)) / DAY_MS;
  return capacityOf(bytes, oldest === undefined ? null : { bytes: oldest.bytes, days });
}

/**
 * The time of receipt of the oldest row that should be in the archive, epoch ms; null where there is none. It looks at the
 * part being moved, at the rows after the place where the last run ended, and at the audit. A run passes over unfinished
 * rows, so they are not looked at again. At most LOOKED_AT rows are read.
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
