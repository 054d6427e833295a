// Merges sorted runs of index objects into one, piece by piece. Memory is bounded by one chunk of each run. Everything
// is ASCII.
import type { Piece, Run } from "../store/archive-index.ts";
import { readText } from "./bucket.ts";
import { keyIn } from "./entries.ts";
import { type IndexTable, offsetFor, putTable, readTable, tableMaker } from "./index-object.ts";
import { upload } from "./upload.ts";

const CHUNK = 1024 * 1024;
/** The size of a piece: its table stays small, and a run of the cron writes at least one in a few seconds. */
export const PIECE_BYTES = 64 * 1024 * 1024;

export interface Merged {
  /** null where no entry was left. */
  readonly piece: Piece | null;
  /** The last entry that is written now. */
  readonly after: string;
  readonly isEnd: boolean;
}

interface Source {
  entries: readonly string[];
  at: number;
  readonly more: () => Promise<readonly string[]>;
}

/**
 * Writes the entries after `after` as an object with this name. The same sources give the same bytes, whoever writes
 * them.
 */
export async function mergePiece(
  bucket: R2Bucket,
  runs: readonly Run[],
  after: string,
  { name, bytes }: { readonly name: string; readonly bytes: number },
): Promise<Merged> {
  const sources: Source[] = runs.map((run) => ({ entries: [], at: 0, more: reader(bucket, run, after) }));
  for (const source of sources) await refill(source);
  const table = tableMaker();
  const out = upload(bucket, name);
  let [first, last] = ["", after];
  for (;;) {
    const source = leastOf(sources);
    const entry = source?.entries[source.at];
    const isEnd = source === undefined || entry === undefined;
    if (isEnd || isFull(table.size(), bytes, last, entry)) {
      if (first === "") return { piece: null, after, isEnd };
      await out.end();
      await putTable(bucket, name, table.end());
      return { piece: { name, begins: keyIn(first) }, after: last, isEnd };
    }
    source.at += 1;
    if (source.at === source.entries.length) await refill(source);
    if (entry === last) continue;
    table.add(entry);
    if (out.add(`${entry}\n`)) await out.send();
    first ||= entry;
    last = entry;
  }
}

/**
 * The entries of one number stay in one piece, because a search reads one piece for them; unless they fill a whole
 * piece.
 */
function isFull(size: number, bytes: number, last: string, next: string): boolean {
  return size >= 2 * bytes || (size >= bytes && keyIn(next) !== keyIn(last));
}

function leastOf(sources: readonly Source[]): Source | undefined {
  let least: Source | undefined;
  for (const source of sources) {
    const entry = source.entries[source.at];
    const known = least?.entries[least.at];
    if (entry !== undefined && (known === undefined || entry < known)) least = source;
  }
  return least;
}

async function refill(source: Source): Promise<void> {
  source.entries = await source.more();
  source.at = 0;
}

/** Reads the entries of the run after `after`, a chunk at a time; null at its end. */
function reader(bucket: R2Bucket, { pieces }: Run, after: string): () => Promise<readonly string[]> {
  let place =
    after === ""
      ? 0
      : Math.max(
          0,
          pieces.findLastIndex(({ begins }) => begins <= keyIn(after)),
        );
  let table: IndexTable | null = null;
  let [offset, rest] = [0, ""];
  return async () => {
    for (let piece = pieces[place]; piece !== undefined; piece = pieces[place]) {
      if (table === null) {
        table = await readTable(bucket, piece.name);
        offset = offsetFor(table, keyIn(after));
      }
      const length = Math.min(CHUNK, (table.at(-1)?.[1] ?? 0) - offset);
      if (length <= 0) {
        [place, table, rest] = [place + 1, null, ""];
        continue;
      }
      const text = await readText(bucket, piece.name, { offset, length });
      if (text === null) throw new Error(`Cannot merge: ${piece.name} is not there`);
      offset += length;
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      const entries = lines.filter((entry) => entry > after);
      if (entries.length > 0) return entries;
    }
    return [];
  };
}
