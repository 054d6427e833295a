// Keeps the number of index objects small: eight runs of a level become one run of the next level. A run of the cron
// writes some pieces of it, and may die at any of them.
import { type Run, readRuns } from "../store/archive-index.ts";
import { type Merge, beginMerge, endMerge, notePiece, readMerge } from "../store/archive-merge.ts";
import { sha256Of } from "./bucket.ts";
import { forgetMerged } from "./forget.ts";
import { PIECE_BYTES, mergePiece } from "./merge-piece.ts";

/** So many runs of one level become one of the next. A search reads at most 7 runs of each level. */
export const FAN_OUT = 8;
const MERGE_FOR_MS = 10_000;

/** @param bytes the size of a piece */
export async function mergeIndexes(bucket: R2Bucket, db: D1Database, now: number, bytes = PIECE_BYTES): Promise<void> {
  const until = Date.now() + MERGE_FOR_MS;
  while (await mergeNext(bucket, db, now, bytes)) if (Date.now() >= until) return;
}

/** @returns whether there may be more to do */
async function mergeNext(bucket: R2Bucket, db: D1Database, now: number, bytes: number): Promise<boolean> {
  const merge = (await readMerge(db)) ?? (await begin(db, now));
  if (merge === null) return false;
  const runs = await readRuns(db);
  const sources = merge.sources.flatMap((name) => runs.find(({ run }) => run === name) ?? []);
  // Another run of the cron has finished it since.
  if (sources.length < merge.sources.length) return false;
  const name = `${merge.run}/${String(merge.pieces.length + 1).padStart(4, "0")}`;
  const { piece, after, isEnd } = await mergePiece(bucket, sources, merge.after, { name, bytes });
  if (!isEnd && piece !== null) {
    await notePiece(db, merge, piece, after);
    return true;
  }
  await endMerge(db, { ...merge, pieces: piece === null ? merge.pieces : [...merge.pieces, piece] });
  await forgetMerged(bucket, db, merge.level - 1, now);
  return true;
}

/** Takes the oldest runs of the lowest full level. */
async function begin(db: D1Database, now: number): Promise<Merge | null> {
  const byLevel = new Map<number, Run[]>();
  for (const run of await readRuns(db)) byLevel.set(run.level, [...(byLevel.get(run.level) ?? []), run]);
  const full = [...byLevel].find(([, runs]) => runs.length >= FAN_OUT);
  if (full === undefined) return null;
  const level = full[0] + 1;
  const sources = full[1].slice(0, FAN_OUT).map(({ run }) => run);
  // Names sort by this time, and no other merge has the same.
  const time = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, "");
  await beginMerge(db, {
    run: `index/${level}/${time}-${(await sha256Of(sources.join())).slice(0, 16)}`,
    level,
    sources,
  });
  return readMerge(db);
}
