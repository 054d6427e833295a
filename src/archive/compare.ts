// Finds which of many numbers are in the archive. The index objects name the owner of each number, so no part is read.
import type { Flow, NumberName } from "../store/filters.ts";
import type { IndexEntry, Owner } from "./entries.ts";
import { lookUp } from "./index-lookup.ts";

/** Reads of R2 for one comparison: tables and pieces of index objects. Six at once, they take some seconds. */
export const MOST_READS = 800;

export type ComparedArchived =
  | { readonly kind: "compared"; readonly owners: ReadonlyMap<string, Owner> }
  /** That many of the numbers can be compared at once. */
  | { readonly kind: "too-many"; readonly atOnce: number };

/**
 * For each number the notification that counts most. As in D1 a success counts before a failure, and a newer one before
 * an older one.
 */
export async function compareArchived(
  bucket: R2Bucket,
  db: D1Database,
  by: NumberName,
  numbers: readonly string[],
  flow: Flow | null,
): Promise<ComparedArchived> {
  const found = await lookUp(bucket, db, numbers, MOST_READS);
  if (found.kind === "too-far") {
    return { kind: "too-many", atOnce: Math.max(1, Math.floor((numbers.length * MOST_READS) / found.reads)) };
  }
  const isWanted = (of: Owner) => of.says !== "test" && of.as.includes(by) && (flow === null || of.flow === flow);
  const owners = new Map<string, Owner>();
  for (const [number, entries] of found.entries) {
    const first = newest(entries)
      .flatMap(({ of }) => (of !== null && isWanted(of) ? [of] : []))
      .toSorted((a, b) => Number(a.says !== "success") - Number(b.says !== "success"))[0];
    if (first !== undefined) owners.set(number, first);
  }
  return { kind: "compared", owners };
}

/** Of a notification that was restored and moved again only the last entry counts. */
function newest(entries: readonly IndexEntry[]): IndexEntry[] {
  const last = new Map<string, IndexEntry>();
  for (const entry of entries.toSorted((a, b) => (isBefore(a, b) ? -1 : 1))) {
    last.delete(entry.of?.id ?? "");
    last.set(entry.of?.id ?? "", entry);
  }
  return [...last.values()].toReversed();
}

function isBefore(a: IndexEntry, b: IndexEntry): boolean {
  return a.part === b.part ? a.line < b.line : a.part < b.part;
}
