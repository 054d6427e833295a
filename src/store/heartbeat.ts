// The cron's heartbeat: each run writes it first, which proves that D1 takes writes. It also records when the cron was
// away.
import type { Absence } from "../rules/alert-words.ts";

/** The cron was away if it did not run for longer than this. */
export const AWAY_MS = 5 * 60 * 1000;
const SPANS_TOLD = 10;

/** @param receives false while a setting that receiving needs is wrong: then KICC is answered 5001 */
export async function beat(db: D1Database, now: number, receives: boolean): Promise<void> {
  await db.batch([
    db
      .prepare(
        `INSERT INTO absences (reason, from_at, to_at)
         SELECT 'cron', at, ?1 FROM heartbeat WHERE at < ?1 - ${AWAY_MS}
         UNION ALL
         SELECT 'refused', refusing_since, ?1 FROM heartbeat WHERE ?2 AND refusing_since < ?1 - ${AWAY_MS}`,
      )
      .bind(now, receives ? 1 : 0),
    db
      .prepare(
        `INSERT INTO heartbeat (one, at, refusing_since) VALUES (1, ?1, iif(?2, NULL, ?1))
         ON CONFLICT (one) DO UPDATE SET at = ?1, refusing_since = iif(?2, NULL, coalesce(refusing_since, ?1))`,
      )
      .bind(now, receives ? 1 : 0),
  ]);
}

export interface Heartbeat {
  readonly at: number;
  /** Counts the runs that alerted. A run alerts only if no other run did since it read this. */
  readonly toldRun: number;
  readonly console: string | null;
}

export function heartbeatStatement(db: D1Database): D1PreparedStatement {
  return db.prepare("SELECT at, told_run AS toldRun, console FROM heartbeat");
}

export interface UntoldAbsence extends Absence {
  readonly id: number;
}

export function absencesStatement(db: D1Database): D1PreparedStatement {
  return db.prepare(
    `SELECT id, reason, from_at AS fromAt, to_at AS toAt FROM absences WHERE told_at IS NULL ORDER BY id LIMIT ${SPANS_TOLD}`,
  );
}

/** Remembers the console's address, for links in alerts. It writes only where the address changed. */
export async function rememberConsole(db: D1Database, console: string): Promise<void> {
  await db.prepare("UPDATE heartbeat SET console = ?1 WHERE console IS NOT ?1").bind(console).run();
}

/** The last KST day that the daily line was about; null where there was none. */
export async function lastDaily(db: D1Database): Promise<{ day: string | null; console: string | null } | null> {
  return db.prepare("SELECT daily AS day, console FROM heartbeat").first();
}
