// The daily line: the hourly rollups of one day, and putting the line into the outbox once.
import { putStatement } from "./alert-outbox.ts";

/**
 * Sums the counts of [from, to), epoch ms, by name. 24 hours have some fifty rows each, however many notifications
 * there were.
 */
export async function readDay(
  db: D1Database,
  from: number,
  to: number,
): Promise<{ readonly name: string; readonly count: number }[]> {
  const { results } = await db
    .prepare(
      `SELECT name, sum(count) AS count FROM rollups
       WHERE hour >= ?1 AND hour < ?2 AND (name GLOB 'successes:*' OR name GLOB 'sum:*' OR name GLOB 'failures:*')
       GROUP BY name`,
    )
    .bind(from, to)
    .run<{ readonly name: string; readonly count: number }>();
  return results;
}

/**
 * Writes the alert and that this day was told in one transaction. So it is told once, also where two runs do it or one
 * dies.
 */
export async function putDaily(
  db: D1Database,
  day: string,
  channels: readonly { readonly key: string; readonly host: string }[],
  alert: { readonly subject: string; readonly text: string; readonly raisedAt: number },
): Promise<void> {
  await db.batch([
    putStatement(db, channels, alert, `(SELECT coalesce(daily, '') FROM heartbeat) < '${day}'`),
    db.prepare("UPDATE heartbeat SET daily = ?1 WHERE coalesce(daily, '') < ?1").bind(day),
  ]);
}
