// The merge of index objects in progress: beginning it, noting a piece, ending it. Two runs of the cron that do the
// same step write the same.
import type { Piece } from "./archive-index.ts";

export interface Merge {
  readonly run: string;
  readonly level: number;
  /** The runs that are merged into one. */
  readonly sources: readonly string[];
  readonly pieces: readonly Piece[];
  /** The last entry that is written so far. */
  readonly after: string;
}

export async function readMerge(db: D1Database): Promise<Merge | null> {
  const row = await db
    .prepare("SELECT run, level, sources, pieces, after FROM archive_merge")
    .first<Omit<Merge, "sources" | "pieces"> & { readonly sources: string; readonly pieces: string }>();
  if (row === null) return null;
  return { ...row, sources: JSON.parse(row.sources) as string[], pieces: JSON.parse(row.pieces) as Piece[] };
}

/** It does nothing where a merge is in progress already. */
export async function beginMerge(
  db: D1Database,
  { run, level, sources }: Omit<Merge, "pieces" | "after">,
): Promise<void> {
  await db
    .prepare(
      "INSERT OR IGNORE INTO archive_merge (one, run, level, sources, pieces, after) VALUES (1, ?, ?, ?, '[]', '')",
    )
    .bind(run, level, JSON.stringify(sources))
    .run();
}

/** @param before the merge when the piece was written. It does nothing where another run has gone on since */
export async function notePiece(db: D1Database, before: Merge, piece: Piece, after: string): Promise<void> {
  await db
    .prepare("UPDATE archive_merge SET pieces = ?3, after = ?4 WHERE run = ?1 AND after = ?2")
    .bind(before.run, before.after, JSON.stringify([...before.pieces, piece]), after)
    .run();
}

/** One transaction: the result replaces the runs that it was made of. */
export async function endMerge(db: D1Database, { run, level, sources, pieces, after }: Merge): Promise<void> {
  const isSame = "EXISTS (SELECT 1 FROM archive_merge WHERE run = ?1 AND after = ?2)";
  await db.batch([
    db
      .prepare(
        `INSERT OR IGNORE INTO archive_index (name, level, run, begins)
         SELECT value ->> 'name', ?3, ?1, value ->> 'begins' FROM json_each(?4) WHERE ${isSame}`,
      )
      .bind(run, after, level, JSON.stringify(pieces)),
    db
      .prepare(`DELETE FROM archive_index WHERE coalesce(run, name) IN (SELECT value FROM json_each(?3)) AND ${isSame}`)
      .bind(run, after, JSON.stringify(sources)),
    db.prepare("DELETE FROM archive_merge WHERE run = ?1 AND after = ?2").bind(run, after),
  ]);
}
