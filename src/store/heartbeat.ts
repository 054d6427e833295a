// The cron's heartbeat: each run writes it first, and so proves that D1 takes writes. It also notes when the cron was away.
import type { Absence } from "../rules/alert-words.ts";

/** No run of the cron for longer than this is an absence. */
export const AWAY_MS = 5 * 60 * 1000;
const SPANS_TOLD = 10;

/** @param receives whether the settings that receiving needs are right: where not, KICC is answered 5001 */
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
  /** What a run tells, it tells only while this is what it read. */
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

/** Remembers where people reach the console, for links in alerts. It writes where that changed alone. */
export async function rememberConsole(db: D1Database, console: string): Promise<void> {
  await db.prepare("UPDATE heartbeat SET console = ?1 WHERE console IS NOT ?1").bind(console).run();
}

/** The last KST day of which the daily line was told; null where none was. */
export async function lastDaily(db: D1Database): Promise<{ day: string | null; console: string | null } | null> {
  return db.prepare("SELECT daily AS day, console FROM heartbeat").first();
}
