// Replaying many notifications: a person asks once, and the cron works it off page by page.
import { SUCCESS } from "../rules/notification.ts";
import { type Entry, audit } from "./audit.ts";
import { seqAt } from "./insert.ts";
import { isSameEvent } from "./replay-one.ts";
import { DELIVERABLE, type DeliverableRow } from "./rows.ts";
import { IS_SELECTED, type Selection, selectedRows } from "./selection.ts";

/** Counting on would cost a row read each, and nobody needs a larger number. */
export const REPLAY_COUNTS_AT_MOST = 1900;

/** How many selected rows one run looks at. */
const LOOKED_AT = 2000;

/**
 * Asks for a replay of everything that is selected now. One round trip.
 * @returns how many, counted up to REPLAY_COUNTS_AT_MOST; all of them are replayed
 */
export async function askReplayMany(db: D1Database, wanted: Selection, entry: Entry): Promise<number> {
  const { state, from, to, kind, mallId } = wanted;
  const [, , counted] = await db.batch<{ found: number }>([
    db
      .prepare("INSERT INTO replays (from_at, to_at, asked_at, state, kind, mall_id) VALUES (?, ?, ?, ?, ?, ?)")
      .bind(from, to, entry.at, state, kind, mallId),
    audit(db, entry),
    db
      .prepare(
        `UPDATE replays SET total = (SELECT count(*) FROM (SELECT * FROM (${selectedRows(state, REPLAY_COUNTS_AT_MOST)})
           WHERE ${IS_SELECTED}))
         WHERE id = (SELECT max(id) FROM replays) RETURNING total AS found`,
      )
      .bind(seqAt(from), seqAt(to), state, kind, mallId, entry.at),
  ]);
  return counted?.results[0]?.found ?? 0;
}

/**
 * SQL: the id of a success that counts for the same event. A failure with such a success is held, as it would have been
 * while pending.
 */
const SUCCESS_BESIDE = `(SELECT success.id FROM notifications AS success
  WHERE ${isSameEvent("success", "notifications")} AND notifications.res_cd <> '${SUCCESS}'
    AND success.res_cd = '${SUCCESS}' AND success.state <> 'held' AND success.confirm IS NOT 'asking' LIMIT 1)`;

/**
 * Takes the next page of the oldest replay. A replay with nothing left is deleted. The number of rows read is bounded.
 * @returns the rows that are pending now
 */
export async function replayNextPage(db: D1Database, now: number, limit: number): Promise<DeliverableRow[]> {
  const asked = await db
    .prepare(
      `SELECT id, from_at AS "from", to_at AS "to", asked_at AS askedAt, state, kind, mall_id AS mallId
       FROM replays ORDER BY id LIMIT 1`,
    )
    .first<Selection & { id: number; askedAt: number }>();
  if (asked === null) return [];
  const window = selectedRows(asked.state, LOOKED_AT);
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
         WHERE seq IN (SELECT seq FROM (${window}) WHERE ${IS_SELECTED} ORDER BY seq LIMIT ?8)
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
    // A run that dies before this looks at the same rows again: they are pending or settled by then.
    await db
      .prepare("UPDATE replays SET from_at = ?2 WHERE id = ?1")
      .bind(asked.id, Math.floor(last / seqAt(1)))
      .run();
  }
  return rows.filter(({ state }) => state === "pending");
}
