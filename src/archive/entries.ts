// An entry of an index object, `number TAB part TAB line`: always ASCII, and sorted by code unit. Pure.

/** How far apart the sparse table's entries are, in bytes. */
export const BLOCK = 32 * 1024;

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
