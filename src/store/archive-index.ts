// The index objects that a search of the archive reads: sorted runs, each of one or more pieces.

export interface Piece {
  readonly name: string;
  /** The smallest key in it. */
  readonly begins: string;
}

export interface Run {
  readonly run: string;
  readonly level: number;
  /** Sorted by their keys. */
  readonly pieces: readonly Piece[];
}

/**
 * The older runs of a level first. The name of a run begins with the time when it was made, or with the day of its
 * part.
 */
export async function readRuns(db: D1Database): Promise<Run[]> {
  const { results } = await db
    .prepare("SELECT name, level, coalesce(run, name) AS run, begins FROM archive_index ORDER BY level, 3, begins")
    .run<Piece & Omit<Run, "pieces">>();
  const runs: { run: string; level: number; pieces: Piece[] }[] = [];
  for (const { name, begins, run, level } of results) {
    const last = runs.at(-1);
    if (last?.run === run) last.pieces.push({ name, begins });
    else runs.push({ run, level, pieces: [{ name, begins }] });
  }
  return runs;
}
