// D1's size, as D1 reports it, stored by day; what a month's cost depends on; and the oldest notification that should be in
// the archive by now.
import { FULL_BYTES, type Capacity, capacityOf } from "../rules/capacity.ts";
import { DAY_MS, HOUR_MS } from "../time.ts";
import { seqAt } from "./insert.ts";

const LOOKED_AT = 1000;
const BACK_DAYS = 7;
/** A change of the size that is worth a write. */
const STEP = FULL_BYTES / 1000;
const RATED_DAYS = 7;

interface Size {
  readonly day: string;
  readonly bytes: number;
}

/** Reads the size. It writes once a day, and when the size changed by STEP. @param day KST */
export async function readCapacity(db: D1Database, day: string): Promise<Capacity> {
  return capacityFrom(db, day, await sizesStatement(db, day).run<Size>());
}

export interface Month {
  readonly capacity: Capacity;
  /** How many came a day, on average of the last week, or of the time since the first one. */
  readonly perDay: number;
  /** What the parts and the index entries of the archive take in R2. */
  readonly archivedBytes: number;
}

/** The size, and what else a month's cost depends on, in one round trip. */
export async function readMonth(db: D1Database, day: string, now: number): Promise<Month> {
  const from = Math.floor(now / HOUR_MS) * HOUR_MS - RATED_DAYS * DAY_MS;
  const rate = db
    .prepare(
      `WITH RECURSIVE hours(at) AS (SELECT ?1 UNION ALL SELECT at + ${HOUR_MS} FROM hours WHERE at + ${HOUR_MS} < ?2)
       SELECT coalesce(sum(count), 0) AS count, min(hour) AS first,
         (SELECT coalesce(sum(bytes), 0) FROM archive_days) AS archivedBytes
       FROM hours CROSS JOIN rollups ON hour = at AND name = 'received'`,
    )
    .bind(from, now);
  const [sizes, rated] = await db.batch([sizesStatement(db, day), rate]);
  if (sizes === undefined) throw new Error("Cannot read the size: D1 returned no result");
  const [{ count, first, archivedBytes } = { count: 0, first: null, archivedBytes: 0 }] =
    (rated as D1Result<{ count: number; first: number | null; archivedBytes: number }> | undefined)?.results ?? [];
  const perDay = first === null ? 0 : count / Math.max(1, (now - first) / DAY_MS);
  return { capacity: await capacityFrom(db, day, sizes as D1Result<Size>), perDay, archivedBytes };
}

function sizesStatement(db: D1Database, day: string): D1PreparedStatement {
  return db.prepare("SELECT day, bytes FROM sizes WHERE day <= ? ORDER BY day DESC LIMIT ?").bind(day, BACK_DAYS + 1);
}

async function capacityFrom(db: D1Database, day: string, { results, meta }: D1Result<Size>): Promise<Capacity> {
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
