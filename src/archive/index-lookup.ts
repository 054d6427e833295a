// Looks up numbers in the archive's index objects: the table of each, and the blocks that may have the numbers.
import { type Run, readRuns } from "../store/archive-index.ts";
import { type IndexEntry, keyOf } from "./entries.ts";
import { type ByteRange, rangesOf, readEntries, readTable } from "./index-object.ts";

/** An invocation has 6 connections. */
const AT_ONCE = 6;

export type LookedUp =
  | { readonly kind: "found"; readonly entries: ReadonlyMap<string, readonly IndexEntry[]> }
  /** The numbers are so far apart that looking them up would take more reads than allowed. */
  | { readonly kind: "too-far"; readonly reads: number };

/**
 * Returns the entries of each number, in no order. One number costs two reads of R2 per run, however large the run is.
 * @param mostReads checked before the blocks are read
 */
export async function lookUp(
  bucket: R2Bucket,
  db: D1Database,
  numbers: readonly string[],
  mostReads = Number.POSITIVE_INFINITY,
): Promise<LookedUp> {
  const byKey = new Map(numbers.map((number) => [keyOf(number), number]));
  const keys = [...byKey.keys()];
  const pieces = (await readRuns(db)).flatMap((run) => piecesWith(run, keys));
  if (pieces.length > mostReads) return { kind: "too-far", reads: 2 * pieces.length };
  const ranges: ByteRange[] = [];
  await each(pieces, async ([name, own]) => void ranges.push(...rangesOf(name, await readTable(bucket, name), own)));
  const reads = pieces.length + ranges.length;
  if (reads > mostReads) return { kind: "too-far", reads };
  const wanted = new Set(keys);
  const entries = new Map<string, IndexEntry[]>();
  await each(ranges, async (range) => {
    for (const [key, entry] of await readEntries(bucket, range, wanted)) {
      const number = byKey.get(key) ?? key;
      const known = entries.get(number);
      if (known === undefined) entries.set(number, [entry]);
      else known.push(entry);
    }
  });
  return { kind: "found", entries };
}

/** The pieces of the run that may have some of the keys, each with its keys. */
function piecesWith({ pieces }: Run, keys: readonly string[]): [name: string, keys: string[]][] {
  const found = new Map<string, string[]>();
  for (const key of keys) {
    const piece = pieces.findLast(({ begins }) => begins <= key);
    const known = piece === undefined ? undefined : found.get(piece.name);
    if (known !== undefined) known.push(key);
    else if (piece !== undefined) found.set(piece.name, [key]);
  }
  return [...found];
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += AT_ONCE) {
    await Promise.all(items.slice(start, start + AT_ONCE).map(work));
  }
}
