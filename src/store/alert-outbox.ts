// Alerts that are not sent yet: one row per alert and channel, so that one channel that fails does not hold up the
// others.
import { DAY_MS } from "../time.ts";

export interface Unsent {
  readonly id: number;
  readonly channel: string;
  readonly host: string;
  readonly subject: string;
  readonly text: string;
  readonly raisedAt: number;
  readonly tries: number;
  readonly error: string | null;
}

const COLUMNS = "id, channel, host, subject, text, raised_at AS raisedAt, tries, error";
/** An older alert is dropped: the console shows what holds now. */
const UNSENT_KEPT_MS = 3 * DAY_MS;
const UNSENT_KEPT = 200;

/** For a batch. @param guard SQL that holds while this run may alert */
export function putStatement(
  db: D1Database,
  channels: readonly { readonly key: string; readonly host: string }[],
  alert: { readonly subject: string; readonly text: string; readonly raisedAt: number },
  guard: string,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO alert_outbox (channel, host, subject, text, raised_at)
       SELECT value ->> 'key', value ->> 'host', ?2, ?3, ?4 FROM json_each(?1) WHERE ${guard}`,
    )
    .bind(JSON.stringify(channels.map(({ key, host }) => ({ key, host }))), alert.subject, alert.text, alert.raisedAt);
}

/** Takes the oldest alerts of the channel that no other run is sending. */
export async function takeUnsent(
  db: D1Database,
  channel: string,
  { now, until, limit }: { readonly now: number; readonly until: number; readonly limit: number },
): Promise<Unsent[]> {
  const { results } = await db
    .prepare(
      `UPDATE alert_outbox SET tries = tries + 1, taken_until = ?3 WHERE id IN (
         SELECT id FROM alert_outbox WHERE channel = ?1 AND (taken_until IS NULL OR taken_until <= ?2)
         ORDER BY id LIMIT ?4)
       RETURNING ${COLUMNS}`,
    )
    .bind(channel, now, until, limit)
    .run<Unsent>();
  return results.toSorted((a, b) => a.id - b.id);
}

export async function forgetSent(db: D1Database, id: number): Promise<void> {
  await db.prepare("DELETE FROM alert_outbox WHERE id = ?").bind(id).run();
}

/** They could not be sent: the next run tries again. */
export async function keepUnsent(db: D1Database, ids: readonly number[], error: string): Promise<void> {
  await db
    .prepare("UPDATE alert_outbox SET taken_until = NULL, error = ?2 WHERE id IN (SELECT value FROM json_each(?1))")
    .bind(JSON.stringify(ids), error)
    .run();
}

/**
 * Deletes alerts of channels that are no longer set, old alerts, and the oldest where there are too many.
 * @returns how many
 */
export async function dropStale(db: D1Database, channels: readonly string[], now: number): Promise<number> {
  const { meta } = await db
    .prepare(
      `DELETE FROM alert_outbox WHERE channel NOT IN (SELECT value FROM json_each(?1)) OR raised_at < ?2
       OR id <= (SELECT id FROM alert_outbox ORDER BY id DESC LIMIT 1 OFFSET ${UNSENT_KEPT})`,
    )
    .bind(JSON.stringify(channels), now - UNSENT_KEPT_MS)
    .run();
  return meta.changes;
}

/** The alerts that could not be sent, oldest first, for the console. */
export async function listUnsent(db: D1Database, limit: number): Promise<Unsent[]> {
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} FROM alert_outbox WHERE error IS NOT NULL ORDER BY id LIMIT ?`)
    .bind(limit)
    .run<Unsent>();
  return results;
}
