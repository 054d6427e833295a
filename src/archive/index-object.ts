// An index object: sorted entries, and beside it a sparse table that says where each block of entries begins.
import { putIndex, readText } from "./bucket.ts";
import { type IndexEntry, entryOf, keyIn } from "./entries.ts";

/** The distance between entries of the sparse table, in bytes. */
export const BLOCK = 32 * 1024;
/**
 * Very many notifications may share a number, for example one order number. Of such a number the entries of so many
 * blocks are read, the newest.
 */
const BLOCKS = 4;
/** One read may cover several blocks: up to this distance between them, and up to so many bytes. */
const APART = 4;
const MOST_BYTES = 1024 * 1024;

/** The first key of each block and its offset. The last row is "" and the size of the object. */
export type IndexTable = readonly (readonly [begins: string, offset: number])[];

/** Bytes of an object that are read at once. */
export interface ByteRange {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
}

export async function writeIndex(bucket: R2Bucket, name: string, entries: readonly string[]): Promise<void> {
  const table = tableMaker();
  for (const entry of entries) table.add(entry);
  await putIndex(bucket, name, entries.map((entry) => `${entry}\n`).join(""));
  await putTable(bucket, name, table.end());
}

/** Makes the table while entries are written one after another. Each entry is a line of ASCII. */
export function tableMaker() {
  const table: [string, number][] = [];
  let [size, next] = [0, 0];
  return {
    size: () => size,
    add(entry: string): void {
      if (size >= next) {
        table.push([keyIn(entry), size]);
        next = size + BLOCK;
      }
      size += entry.length + 1;
    },
    end: (): IndexTable => [...table, ["", size]],
  };
}

export async function putTable(bucket: R2Bucket, name: string, table: IndexTable): Promise<void> {
  await putIndex(bucket, `${name}.sparse.json`, JSON.stringify(table));
}

export async function readTable(bucket: R2Bucket, name: string): Promise<IndexTable> {
  const text = await readText(bucket, `${name}.sparse.json`);
  if (text === null) throw new Error(`Cannot search: ${name}.sparse.json is not there`);
  return JSON.parse(text) as IndexTable;
}

/** What to read of an object for these keys. Blocks that are close together are read at once. */
export function rangesOf(name: string, table: IndexTable, keys: readonly string[]): ByteRange[] {
  const spans = keys
    .map((key) => blocksOf(table, key))
    .filter(([first, end]) => first < end)
    .toSorted(([a], [b]) => a - b);
  const pieces: [first: number, end: number][] = [];
  const offsetOf = (block: number) => table[block]?.[1] ?? 0;
  for (const [first, end] of spans) {
    const last = pieces.at(-1);
    if (last && first <= last[1] + APART && offsetOf(end) - offsetOf(last[0]) <= MOST_BYTES)
      last[1] = Math.max(last[1], end);
    else pieces.push([first, end]);
  }
  return pieces.map(([first, end]) => ({ name, offset: offsetOf(first), length: offsetOf(end) - offsetOf(first) }));
}

/** The entries of these keys in a part of the object. */
export async function readEntries(
  bucket: R2Bucket,
  { name, offset, length }: ByteRange,
  keys: ReadonlySet<string>,
): Promise<[key: string, entry: IndexEntry][]> {
  const text = await readText(bucket, name, { offset, length });
  if (text === null) throw new Error(`Cannot search: ${name} is not there`);
  return text
    .split("\n")
    .filter((entry) => keys.has(keyIn(entry)))
    .map((entry) => [keyIn(entry), entryOf(entry)]);
}

/** The blocks that may have the key. It may begin in the block before the first block that begins with it. */
function blocksOf(table: IndexTable, key: string): readonly [first: number, end: number] {
  const before = firstBlock(table, (begins) => begins >= key);
  const end = firstBlock(table, (begins) => begins > key);
  return [Math.max(0, before - 1, end - BLOCKS), end];
}

/** The offset from which the entries of the key follow. */
export function offsetFor(table: IndexTable, key: string): number {
  return table[Math.max(0, firstBlock(table, (begins) => begins >= key) - 1)]?.[1] ?? 0;
}

/**
 * The first block for which `is` holds. It must hold for all later blocks. Returns the number of blocks where it holds
 * for none.
 */
function firstBlock(table: IndexTable, is: (begins: string) => boolean): number {
  let [low, high] = [0, table.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (is(table[middle]?.[0] ?? "")) high = middle;
    else low = middle + 1;
  }
  return low;
}
