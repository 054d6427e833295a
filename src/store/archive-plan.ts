// What D1 knows of moving to the archive: the plan in progress, the rows to move, their deletion. Every change is
// guarded by `version`.
import type { Attempt } from "../rules/outcome.ts";
import { seqAt } from "./insert.ts";
import { BODY_COLUMNS, CONTENT_TYPE_SQL } from "./stored-body.ts";
import { LISTED, type ListedRow, type StoredWhole, wholeOf } from "./search.ts";

export type Stream = "notifications" | "audit";

/** A row as it was when it was planned: its key, attempts and receipts. The two counts only grow. */
export type Planned = readonly [key: number, attempts: number, receipts: number];

export interface PartPlan {
  readonly day: string;
  readonly part: number;
  readonly manifest: number;
  readonly rows: readonly Planned[];
}

export interface PreviousManifest {
  readonly name: string;
  readonly sha256: string;
}

export interface ArchiveState {
  readonly version: number;
  readonly cursor: number;
  readonly previous: PreviousManifest | null;
  readonly plan: PartPlan | null;
  readonly sealed: string | null;
}

export interface Candidate {
  readonly key: number;
  readonly at: number;
  readonly attempts: number;
  readonly receipts: number;
  readonly bytes: number;
  readonly finished: 0 | 1;
}

export interface ArchivedRow extends ListedRow {
  readonly seq: number;
  readonly kind: string;
  readonly eventDate: string | null;
  readonly repeats: string | null;
  readonly history: readonly Attempt[];
  readonly body: Uint8Array;
  readonly sourceAddress: string | null;
  readonly contentType: string | null;
  readonly contradicts: string | null;
  readonly note: string | null;
}

const FINISHED = "state IN ('delivered', 'closed')";

export async function readArchiveState(db: D1Database, stream: Stream): Promise<ArchiveState> {
  const row = await db
    .prepare("SELECT version, cursor, previous, plan, sealed FROM archive_state WHERE stream = ?")
    .bind(stream)
    .first<{ version: number; cursor: number; previous: string | null; plan: string | null; sealed: string | null }>();
  if (row === null) throw new Error(`Cannot archive: no state of ${stream}`);
  return {
    ...row,
    previous: row.previous === null ? null : (JSON.parse(row.previous) as PreviousManifest),
    plan: row.plan === null ? null : (JSON.parse(row.plan) as PartPlan),
  };
}

/**
 * The next old rows after the cursor, finished or not. Rows that no rollup has counted are left out: by one bound, since
 * SQLite looks for one, and would read all rows up to it to apply another.
 */
export async function readCandidates(db: D1Database, stream: Stream, after: number, before: number, limit: number) {
  const statement =
    stream === "audit"
      ? db
          .prepare(
            `SELECT id AS key, at, 0 AS attempts, 0 AS receipts, length(who) + length(what) + coalesce(length(note), 0) AS bytes,
               1 AS finished FROM audit WHERE id > ?1 AND at < ?2 ORDER BY id LIMIT ?3`,
          )
          .bind(after, before, limit)
      : db
          .prepare(
            `SELECT seq AS key, received_at AS at, attempts, receipts, 2 * length(body) + 3 * length(coalesce(content, '')) + 2 * length(history) + 1000 AS bytes,
               ${FINISHED} AS finished FROM notifications
             WHERE seq > ?1 AND seq < min(?2, (SELECT seq + 1 FROM rollup_cursor)) ORDER BY seq LIMIT ?3`,
          )
          .bind(after, seqAt(before), limit);
  return (await statement.run<Candidate>()).results;
}

/** The numbers of the day's next part and manifest. */
export async function nextNumbers(db: D1Database, stream: Stream, day: string) {
  const used = await db
    .prepare("SELECT parts, manifests FROM archive_days WHERE stream = ? AND day = ?")
    .bind(stream, day)
    .first<{ parts: number; manifests: number }>();
  return { part: (used?.parts ?? 0) + 1, manifest: (used?.manifests ?? 0) + 1 };
}

/** Writes a plan, or replaces it while nothing is sealed. @returns whether this caller wrote it */
export async function putPlan(db: D1Database, stream: Stream, version: number, plan: PartPlan | null, cursor: number) {
  const { meta } = await db
    .prepare(
      `UPDATE archive_state SET version = version + 1, plan = ?3, cursor = ?4
       WHERE stream = ?1 AND version = ?2 AND sealed IS NULL`,
    )
    .bind(stream, version, plan === null ? null : JSON.stringify(plan), cursor)
    .run();
  return meta.changes === 1;
}

/** Gives the sealed manifest another name, where an object has its name already. */
export async function renameManifest(db: D1Database, stream: Stream, version: number, plan: PartPlan) {
  const { meta } = await db
    .prepare(
      `UPDATE archive_state SET version = version + 1, plan = ?3
       WHERE stream = ?1 AND version = ?2 AND sealed IS NOT NULL`,
    )
    .bind(stream, version, JSON.stringify(plan))
    .run();
  return meta.changes === 1;
}

/** The planned rows that are as they were. Each is looked up by its key: the plan is read once, not once for each row. */
const UNCHANGED = `seq IN (SELECT n.seq FROM json_each(?3) AS p CROSS JOIN notifications AS n ON n.seq = p.value ->> 0
  WHERE n.attempts = p.value ->> 1 AND n.receipts = p.value ->> 2 AND n.${FINISHED})`;
const KEYS = "SELECT value ->> 0 FROM json_each(?3)";

/** Fixes the bytes of the manifest, unless a row has changed since it was planned. */
export async function seal(db: D1Database, stream: Stream, version: number, plan: PartPlan, manifest: string) {
  const attempts = plan.rows.reduce((sum, [, own]) => sum + own, 0);
  const receipts = plan.rows.reduce((sum, [, , own]) => sum + own, 0);
  const unchanged =
    stream === "audit"
      ? "?5 >= 0 AND ?6 >= 0 AND (SELECT count(*) FROM audit WHERE id IN (" + KEYS + ")) = ?7"
      : `(SELECT count(*) = ?7 AND sum(attempts) = ?5 AND sum(receipts) = ?6 FROM notifications
          WHERE seq IN (${KEYS}) AND ${FINISHED})`;
  const { meta } = await db
    .prepare(
      `UPDATE archive_state SET version = version + 1, sealed = ?4
       WHERE stream = ?1 AND version = ?2 AND sealed IS NULL AND ${unchanged}`,
    )
    .bind(stream, version, JSON.stringify(plan.rows), manifest, attempts, receipts, plan.rows.length)
    .run();
  return meta.changes === 1;
}

/** The index object of a part, and the size of both in R2. */
export interface IndexedPart {
  readonly name: string;
  readonly bytes: number;
}

/**
 * Ends a part in one transaction: its rows are deleted, its index object is added, and the chain of manifests goes on.
 */
export async function finishPlan(
  db: D1Database,
  stream: Stream,
  version: number,
  plan: PartPlan,
  about: { readonly previous: PreviousManifest; readonly index: IndexedPart | null },
): Promise<number> {
  const rows = JSON.stringify(plan.rows);
  const mine = "(SELECT version FROM archive_state WHERE stream = ?1) = ?2";
  const deletion =
    stream === "audit"
      ? `DELETE FROM audit WHERE id IN (${KEYS}) AND ${mine}`
      : `DELETE FROM notifications WHERE ${UNCHANGED} AND ${mine}`;
  const [deleted] = await db.batch([
    db.prepare(deletion).bind(stream, version, rows),
    db
      .prepare(
        `INSERT INTO archive_days (stream, day, parts, manifests, bytes) SELECT ?1, ?3, ?4, ?5, ?6 WHERE ${mine}
         ON CONFLICT (stream, day) DO UPDATE SET parts = max(parts, ?4), manifests = max(manifests, ?5), bytes = bytes + ?6`,
      )
      .bind(stream, version, plan.day, plan.part, plan.manifest, about.index?.bytes ?? 0),
    ...(about.index === null
      ? []
      : [
          db
            .prepare(`INSERT OR IGNORE INTO archive_index (name, level) SELECT ?3, 0 WHERE ${mine}`)
            .bind(stream, version, about.index.name),
        ]),
    db
      .prepare(
        `UPDATE archive_state SET version = version + 1, plan = NULL, sealed = NULL, previous = ?3
         WHERE stream = ?1 AND version = ?2`,
      )
      .bind(stream, version, JSON.stringify(about.previous)),
  ]);
  return deleted?.meta.changes ?? 0;
}

export async function readArchivable(db: D1Database, keys: readonly number[]): Promise<ArchivedRow[]> {
  const { results } = await db
    .prepare(
      `SELECT ${LISTED}, n.seq, n.history, ${BODY_COLUMNS},
         n.source_address AS sourceAddress, ${CONTENT_TYPE_SQL} AS contentType, n.contradicts, n.note
       FROM notifications AS n WHERE n.seq IN (SELECT value FROM json_each(?)) AND ${FINISHED} ORDER BY n.seq`,
    )
    .bind(JSON.stringify(keys))
    .run<StoredWhole<ArchivedRow>>();
  return results.map((row) => wholeOf(row));
}

export async function readAuditOf(db: D1Database, keys: readonly number[]) {
  const { results } = await db
    .prepare(
      "SELECT id, at, who, what, subject, note FROM audit WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
    )
    .bind(JSON.stringify(keys))
    .run<{ id: number; at: number; who: string; what: string; subject: string | null; note: string | null }>();
  return results;
}
