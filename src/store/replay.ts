// Replay: a person asks for a new delivery, of one or of many. Attempts count on, the delays start anew.
import { SUCCESS } from "../rules/notification.ts";
import { KINDS } from "../kinds/registry.ts";
import { type Entry, audit, auditOfChange } from "./audit.ts";
import { isState, seqAt } from "./insert.ts";
import { DELIVERABLE, type DeliverableRow } from "./rows.ts";
import { type ListedRow, listedStatement } from "./search.ts";

// One that was held while an attempt was open keeps its lease; having no tries, it does not die of that attempt.
const REPLAY = `state = 'pending', reason = NULL, tries = 0, next_attempt_at = ?2, enqueued_at = NULL,
  delivered_at = NULL, confirm = iif(confirm = 'asking', NULL, confirm)`;

export interface Replayed {
  /** null where it is pending or unknown: nothing changed. */
  readonly replayed: DeliverableRow | null;
  /** As it stands now; null where it is unknown. */
  readonly row: ListedRow | null;
}

/** SQL: the names of the kinds in which a failure and a success are results of one event. */
const JUDGED = KINDS.filter(({ identity }) => identity.judgesResults)
  .map(({ name }) => `'${name}'`)
  .join(", ");

/** SQL: `other` tells of the same event as the row `table`. */
function isSameEvent(other: string, table: string): string {
  return `${other}.kind = ${table}.kind AND ${table}.kind IN (${JUDGED})
    AND (${other}.cancel_pg_cno = ${table}.cancel_pg_cno
      OR ${table}.cancel_pg_cno IS NULL AND ${other}.cancel_pg_cno IS NULL AND ${other}.pg_cno = ${table}.pg_cno
        AND ${other}.mall_id IS ${table}.mall_id)`;
}

/** A success that was held superseded no failure when it was stored: it does when it goes its way after all. */
const SUPERSEDE = `
  UPDATE notifications SET state = 'held', reason = 'superseded', contradicts = ?1
  WHERE +state = 'pending' AND res_cd <> '${SUCCESS}' AND seq IN (
    SELECT failure.seq FROM notifications AS success, notifications AS failure
    WHERE success.id = ?1 AND success.state = 'held' AND success.res_cd = '${SUCCESS}'
      AND ${isSameEvent("failure", "success")})`;

/** Makes one pending again, due now. What a person replays, KICC is not asked about. One round trip. */
export async function replay(db: D1Database, id: string, entry: Entry): Promise<Replayed> {
  const [, replayed, , row] = await db.batch([
    db.prepare(SUPERSEDE).bind(id),
    db
      .prepare(
        `UPDATE notifications SET ${REPLAY} WHERE id = ?1 AND state <> 'pending'
         RETURNING ${DELIVERABLE}`,
      )
      .bind(id, entry.at),
    auditOfChange(db, entry),
    listedStatement(db, id),
  ]);
  return {
    replayed: (replayed?.results[0] as DeliverableRow | undefined) ?? null,
    row: (row?.results[0] as ListedRow | undefined) ?? null,
  };
}

/** Nobody waits for a count of more: reading on would cost a row each. */
export const REPLAYS_COUNT_AT_MOST = 1900;

/** How many rows of a range one run looks at. */
const LOOKED_AT = 2000;

/** What a person wants delivered again. Instants are epoch ms, of the receipt, half-open. */
export interface ReplayMany {
  readonly state: "dead" | "held" | "delivered";
  readonly from: number;
  readonly to: number;
  readonly kind: string | null;
  readonly mallId: string | null;
}

/**
 * Asks for a replay of all that are so now. One round trip.
 * @returns how many, counted up to REPLAYS_COUNT_AT_MOST; all of them are replayed
 */
export async function askReplay(db: D1Database, wanted: ReplayMany, entry: Entry): Promise<number> {
  const { state, from, to, kind, mallId } = wanted;
  const [, , counted] = await db.batch<{ found: number }>([
    db
      .prepare("INSERT INTO replays (from_at, to_at, asked_at, state, kind, mall_id) VALUES (?, ?, ?, ?, ?, ?)")
      .bind(from, to, entry.at, state, kind, mallId),
    audit(db, entry),
    db
      .prepare(
        `UPDATE replays SET total = (SELECT count(*) FROM (SELECT * FROM (${windowOf(state, REPLAYS_COUNT_AT_MOST)})
           WHERE ${IS_WANTED}))
         WHERE id = (SELECT max(id) FROM replays) RETURNING total AS found`,
      )
      .bind(seqAt(from), seqAt(to), state, kind, mallId, entry.at),
  ]);
  return counted?.results[0]?.found ?? 0;
}

/** SQL: the first rows from ?1 to ?2, by an index that knows the state, where there is one. */
export function windowOf(state: ReplayMany["state"], limit: number): string {
  return `SELECT seq, state, kind, mall_id, settled_at, received_at FROM notifications
    WHERE ${state === "delivered" ? "true" : isState(state)} AND seq >= ?1 AND seq < ?2 ORDER BY seq LIMIT ${limit}`;
}

// What is settled after the asking is not part of it: neither what died since, nor what was just delivered again.
export const IS_WANTED = `state = ?3 AND (?4 IS NULL OR kind = ?4 OR kind LIKE ?4 || '.%') AND (?5 IS NULL OR mall_id = ?5)
  AND coalesce(settled_at, received_at) <= ?6`;

/** A failure whose success goes or went its way needs a person, as when it had been pending. */
const SUCCESS_BESIDE = `(SELECT success.id FROM notifications AS success
  WHERE ${isSameEvent("success", "notifications")} AND notifications.res_cd <> '${SUCCESS}'
    AND success.res_cd = '${SUCCESS}' AND success.state <> 'held' AND success.confirm IS NOT 'asking' LIMIT 1)`;

/** Takes the next page of the oldest asked replay; one with nothing left is forgotten. Rows read are bounded. */
export async function replayNext(db: D1Database, now: number, limit: number): Promise<DeliverableRow[]> {
  const asked = await db
    .prepare(
      `SELECT id, from_at AS "from", to_at AS "to", asked_at AS askedAt, state, kind, mall_id AS mallId
       FROM replays ORDER BY id LIMIT 1`,
    )
    .first<ReplayMany & { id: number; askedAt: number }>();
  if (asked === null) return [];
  const window = windowOf(asked.state, LOOKED_AT);
  const bound = [seqAt(asked.from), seqAt(asked.to), asked.state, asked.kind, asked.mallId, asked.askedAt];
  const [looked, replayed] = await db.batch<
    DeliverableRow & { last: number; looked: number; state: string; seq: number }
  >([
    db.prepare(`SELECT max(seq) AS last, count(*) AS looked FROM (${window})`).bind(...bound.slice(0, 2)),
    db
      .prepare(
        `UPDATE notifications SET tries = 0, next_attempt_at = ?7, enqueued_at = NULL, delivered_at = NULL,
           confirm = iif(confirm = 'asking', NULL, confirm),
           state = iif(${SUCCESS_BESIDE} IS NULL, 'pending', 'held'),
           reason = iif(${SUCCESS_BESIDE} IS NULL, NULL, 'superseded'),
           contradicts = coalesce(${SUCCESS_BESIDE}, contradicts)
         WHERE seq IN (SELECT seq FROM (${window}) WHERE ${IS_WANTED} ORDER BY seq LIMIT ?8)
         RETURNING ${DELIVERABLE}, state, seq`,
      )
      .bind(...bound, now, limit),
  ]);
  const rows = replayed?.results ?? [];
  const [seen] = looked?.results ?? [];
  const isFull = rows.length === limit;
  if (!isFull && (seen?.looked ?? 0) < LOOKED_AT) {
    await db.prepare("DELETE FROM replays WHERE id = ?").bind(asked.id).run();
  } else {
    const last = isFull ? Math.max(...rows.map(({ seq }) => seq)) : (seen?.last ?? 0);
    // Whoever dies before this looks at the same ones again: they are pending or settled since.
    await db
      .prepare("UPDATE replays SET from_at = ?2 WHERE id = ?1")
      .bind(asked.id, Math.floor(last / seqAt(1)))
      .run();
  }
  return rows.filter(({ state }) => state === "pending");
}
