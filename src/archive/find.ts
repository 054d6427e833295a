// Finds archived notifications by a whole number: two reads of R2 for each index object, and one for each part with a
// match.
import { eachLine } from "./bucket.ts";
import type { ArchivedLine } from "./line.ts";
import type { LinePlace } from "./entries.ts";
import { lookUp } from "./index-lookup.ts";

/** From how many parts one search reads its matches, newest first. */
const PARTS = 10;
const MATCHES = 100;

/** Newest first. Of a notification that was restored and moved again, the newest line. */
export async function findArchived(bucket: R2Bucket, db: D1Database, number: string): Promise<ArchivedLine[]> {
  const byPart = new Map<string, Set<number>>();
  for (const { part, line } of await placesOf(bucket, db, number)) {
    byPart.set(part, (byPart.get(part) ?? new Set()).add(line));
  }
  const newest = [...byPart].toSorted(([a], [b]) => (a < b ? 1 : -1)).slice(0, PARTS);
  const found = new Map<string, ArchivedLine>();
  for (const [part, lines] of newest) {
    const ofPart: ArchivedLine[] = [];
    await eachLine(bucket, part, (line, index) => {
      if (lines.has(index)) ofPart.push(JSON.parse(line) as ArchivedLine);
    });
    for (const line of ofPart) if (!found.has(line.id)) found.set(line.id, line);
  }
  const rows = [...found.values()].toSorted((a, b) => (a.receivedAt < b.receivedAt ? 1 : -1));
  return rows.slice(0, MATCHES);
}

export async function readArchived(bucket: R2Bucket, db: D1Database, id: string): Promise<ArchivedLine | null> {
  const found = await findArchived(bucket, db, id);
  return found.find((line) => line.id === id) ?? null;
}

async function placesOf(bucket: R2Bucket, db: D1Database, number: string): Promise<readonly LinePlace[]> {
  const found = await lookUp(bucket, db, [number]);
  return found.kind === "found" ? (found.entries.get(number) ?? []) : [];
}
