// An index object: sorted entries, and beside it a sparse table that says where a block of them begins.
import { putIndex, readText } from "./bucket.ts";
import { type Entry, entryOf, keyIn } from "./entries.ts";

/** How far apart the sparse table's entries are, in bytes. */
export const BLOCK = 32 * 1024;
/** Of a number that very many have, such as one order number for all, the entries of so many blocks are read: the newest. */
const BLOCKS = 4;
/** One read: blocks no further apart than this, as long as that is no more than so many bytes. */
const APART = 4;
const MOST_BYTES = 1024 * 1024;

/** The first key of each block and where it begins; behind the last one "" and the object's size. */
export type Table = readonly (readonly [begins: string, offset: number])[];

/** Bytes of an object to read in one piece. */
export interface Range {
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

/** Makes the table while entries are written one after the other: each is a line of ASCII. */
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
    end: (): Table => [...table, ["", size]],
  };
}

export async function putTable(bucket: R2Bucket, name: string, table: Table): Promise<void> {
  await putIndex(bucket, `${name}.sparse.json`, JSON.stringify(table));
}

export async function readTable(bucket: R2Bucket, name: string): Promise<Table> {
  const text = await readText(bucket, `${name}.sparse.json`);
  if (text === null) throw new Error(`Cannot search: ${name}.sparse.json is not there`);
  return JSON.parse(text) as Table;
}

/** What to read of an object for these keys: blocks that are close together in one piece. */
export function rangesOf(name: string, table: Table, keys: readonly string[]): Range[] {
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

/** The entries of these keys in a piece of the object. */
export async function readEntries(
  bucket: R2Bucket,
  { name, offset, length }: Range,
  keys: ReadonlySet<string>,
): Promise<[key: string, entry: Entry][]> {
  const text = await readText(bucket, name, { offset, length });
  if (text === null) throw new Error(`Cannot search: ${name} is not there`);
  return text
    .split("\n")
    .filter((entry) => keys.has(keyIn(entry)))
    .map((entry) => [keyIn(entry), entryOf(entry)]);
}

/** The blocks that may have the key: it may begin in the block before the first one that begins with it. */
function blocksOf(table: Table, key: string): readonly [first: number, end: number] {
  const before = firstBlock(table, (begins) => begins >= key);
  const end = firstBlock(table, (begins) => begins > key);
  return [Math.max(0, before - 1, end - BLOCKS), end];
}

/** From where on entries of the key and behind it are. */
export function offsetFor(table: Table, key: string): number {
  return table[Math.max(0, firstBlock(table, (begins) => begins >= key) - 1)]?.[1] ?? 0;
}

/** The first block whose key is what is asked for, as all behind it are; their number where none is. */
function firstBlock(table: Table, is: (begins: string) => boolean): number {
  let [low, high] = [0, table.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (is(table[middle]?.[0] ?? "")) high = middle;
    else low = middle + 1;
  }
  return low;
}
