// Asks D1 whether it has the table that receiving needs, and when the cron last wrote.

/**
 * @returns the time of the last heartbeat, epoch ms; null where the cron never ran
 * @throws whatever D1 throws, also for a missing migration
 */
export async function probeD1(db: D1Database): Promise<number | null> {
  const [heartbeat] = await db.batch<{ readonly at: number }>([
    db.prepare("SELECT at FROM heartbeat"),
    db.prepare("SELECT 1 AS at FROM notifications LIMIT 1"),
  ]);
  return heartbeat?.results[0]?.at ?? null;
}
