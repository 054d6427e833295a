// Replaying many notifications: a person asks once, and the cron works it off page by page.
import { SUCCESS } from "../rules/notification.ts";
import { type Entry, audit } from "./audit.ts";
import { binding } from "./filters.ts";
import { seqAt } from "./insert.ts";
import { isSameEvent } from "./replay-one.ts";
import { DELIVERABLE, type DeliverableRow } from "./rows.ts";
import { type Selection, rowsToLookAt, selectedSeqs } from "./selection.ts";

/** Counting on would cost a row read each, and nobody needs a larger number. */
export const REPLAY_COUNTS_AT_MOST = 1000;

/** How many selected rows one run looks at. */
const LOOKED_AT = 2000;

/** SQL: the columns of a selection, named like the fields of Selection. */
export const SELECTION = `from_at AS "from", to_at AS "to", state, kind, mall_id AS mallId, result, q`;

/**
 * Asks for a replay of everything that is selected now. One round trip.
 * @returns how many, counted up to REPLAY_COUNTS_AT_MOST; all of them are replayed
 */
export async function askReplayMany(db: D1Database, wanted: Selection, entry: Entry): Promise<number> {
  const { state, from, to, kind, mallId, result, q } = wanted;
  const values = binding();
  const seqs = selectedSeqs(wanted, entry.at, REPLAY_COUNTS_AT_MOST, values);
  const [, , counted] = await db.batch<{ found: number }>([
    db
      .prepare(
        `INSERT INTO replays (from_at, to_at, asked_at, state, kind, mall_id, result, q) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .bind(from, to, entry.at, state, kind, mallId, result, q),
    audit(db, entry),
    db
      .prepare(
        `UPDATE replays SET total = (SELECT count(*) FROM (${seqs}))
         WHERE id = (SELECT max(id) FROM replays) RETURNING total AS found`,
      )
      .bind(...values.values),
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
    .prepare(`SELECT id, asked_at AS askedAt, ${SELECTION} FROM replays ORDER BY id LIMIT 1`)
    .first<Selection & { id: number; askedAt: number }>();
  if (asked === null) return [];
  const [looking, taking] = [binding(), binding()];
  const rows = rowsToLookAt(asked, LOOKED_AT, looking);
  const seqs = selectedSeqs(asked, asked.askedAt, LOOKED_AT, taking);
  const dueAt = taking.bind(now);
  const [looked, replayed] = await db.batch<
    DeliverableRow & { last: number; looked: number; state: string; seq: number }
  >([
    db.prepare(`SELECT max(seq) AS last, count(*) AS looked FROM (${rows})`).bind(...looking.values),
    db
      .prepare(
        `UPDATE notifications SET tries = 0, next_attempt_at = ${dueAt}, enqueued_at = NULL, delivered_at = NULL,
           confirm = iif(confirm = 'asking', NULL, confirm),
           state = iif(${SUCCESS_BESIDE} IS NULL, 'pending', 'held'),
           reason = iif(${SUCCESS_BESIDE} IS NULL, NULL, 'superseded'),
           contradicts = coalesce(${SUCCESS_BESIDE}, contradicts)
         WHERE seq IN (${seqs} LIMIT ${limit})
         RETURNING ${DELIVERABLE}, state, seq`,
      )
      .bind(...taking.values),
  ]);
  const taken = replayed?.results ?? [];
  const [seen] = looked?.results ?? [];
  const isFull = taken.length === limit;
  if (!isFull && (seen?.looked ?? 0) < LOOKED_AT) {
    await db.prepare("DELETE FROM replays WHERE id = ?").bind(asked.id).run();
  } else {
    const last = isFull ? Math.max(...taken.map(({ seq }) => seq)) : (seen?.last ?? 0);
    // A run that dies before this looks at the same rows again: they are pending or settled by then.
    await db
      .prepare("UPDATE replays SET from_at = ?2 WHERE id = ?1")
      .bind(asked.id, Math.floor(last / seqAt(1)))
      .run();
  }
  return taken.filter(({ state }) => state === "pending");
}
