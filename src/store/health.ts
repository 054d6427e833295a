// Whether D1 answers, with the table that receiving needs.

/** @throws whatever D1 throws, a missing migration included */
export async function ask(db: D1Database): Promise<void> {
  await db.prepare("SELECT 1 FROM notifications LIMIT 1").run();
}
