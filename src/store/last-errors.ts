// What went wrong last with some notifications, for lists. It reads those rows alone.
import { attemptOfEntry } from "./history.ts";

/** The error of the last attempt, or its status, by id; those without an attempt that failed are missing. */
export async function readLastErrors(db: D1Database, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const { results } = await db
    .prepare(
      `SELECT id, received_at AS receivedAt, history -> '$[#-1]' AS attempt FROM notifications
       WHERE id IN (SELECT value FROM json_each(?)) AND history <> '[]'`,
    )
    .bind(JSON.stringify(ids))
    .run<{ readonly id: string; readonly receivedAt: number; readonly attempt: string }>();
  return new Map(
    results.flatMap(({ id, receivedAt, attempt }) => {
      const { outcome, error, status } = attemptOfEntry(attempt, receivedAt);
      const text = error ?? (status === null ? null : `HTTP ${status}`);
      return outcome === "accepted" || text === null ? [] : [[id, text] as const];
    }),
  );
}
