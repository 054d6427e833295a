// Whether D1 answers with the table that receiving needs, and when the cron last wrote to it.

/** @returns the cron's last heartbeat, null where it never ran. @throws whatever D1 throws, a missing migration included */
export async function probeD1(db: D1Database): Promise<number | null> {
  const [heartbeat] = await db.batch<{ readonly at: number }>([
    db.prepare("SELECT at FROM heartbeat"),
    db.prepare("SELECT 1 AS at FROM notifications LIMIT 1"),
  ]);
  return heartbeat?.results[0]?.at ?? null;
}
