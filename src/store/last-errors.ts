// The last error of some notifications, for lists. It reads only their rows.
import { attemptOfEntry } from "./history.ts";

/** The error or status of the last attempt, by id. Those whose last attempt did not fail are missing. */
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
