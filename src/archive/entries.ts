// An entry of an index object, `number TAB part TAB line`: always ASCII, and sorted by code unit. A part is told shortly. Pure.

/** How far apart the sparse table's entries are, in bytes. */
export const BLOCK = 32 * 1024;

const FOLDER = "notifications/";
const ENDING = ".ndjson.gz";

/** Where a number is: an object's name, and a line of it. */
export interface Place {
  readonly part: string;
  readonly line: number;
}

export function entryOf(number: string, { part, line }: Place): string {
  return `${keyOf(number)}\t${part.slice(FOLDER.length, -ENDING.length)}\t${line}`;
}

export function placeOf(entry: string): Place {
  const [, part = "", line = ""] = entry.split("\t");
  return { part: `${FOLDER}${part}${ENDING}`, line: Number(line) };
}

/** Without tabs and line ends, whatever KICC put into an order number. */
export function keyOf(number: string): string {
  return encodeURIComponent(number.toWellFormed());
}

export function numberOf(entry: string): string {
  return entry.slice(0, entry.indexOf("\t"));
}

export function sorted(entries: readonly string[]): string[] {
  return [...new Set(entries)].toSorted((a, b) => (a < b ? -1 : Number(a > b)));
}
