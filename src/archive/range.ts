// All archived notifications of a time, newest first: day after day, part after part. Parts that overlap are read
// together.
import { log } from "../log.ts";
import { readArchivedDays } from "../store/archive-days.ts";
import { kstDay } from "../time.ts";
import { eachLine, readText } from "./bucket.ts";
import type { ArchivedLine } from "./line.ts";
import { manifestName } from "./manifest.ts";

/** Epoch ms, half-open. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

interface Part {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

interface Kept<T> {
  readonly at: number;
  readonly part: string;
  readonly what: T;
}

const FIRST = Date.parse("1970-01-02T00:00:00Z");
const LAST = Date.parse("9999-12-30T00:00:00Z");

/**
 * Parts that lifecycle rules have deleted are skipped. A notification that was restored and moved again comes twice,
 * the newer line first.
 * @param keep what to keep of a line while its part is read; null leaves it out
 */
export async function* archivedBetween<T>(
  bucket: R2Bucket,
  db: D1Database,
  { from, to }: TimeRange,
  keep: (line: ArchivedLine) => T | null,
): AsyncGenerator<T[], void> {
  const time = { from: Math.max(from, FIRST), to: Math.min(to, LAST) };
  if (time.from >= time.to) return;
  for (const { day, manifests } of await readArchivedDays(db, kstDay(time.from), kstDay(time.to - 1))) {
    const parts: Part[] = [];
    for (let manifest = 1; manifest <= manifests; manifest++) {
      parts.push(...(await partsOf(bucket, manifestName("notifications", { day, manifest }))));
    }
    yield* ofDay(
      bucket,
      parts.filter((part) => part.from < time.to && part.to >= time.from),
      (line) => (isWithin(line, time) ? keep(line) : null),
    );
  }
}

async function partsOf(bucket: R2Bucket, manifest: string): Promise<Part[]> {
  const text = await readText(bucket, manifest);
  if (text === null) return [];
  const { parts } = JSON.parse(text) as { parts: { name: string; from: string; to: string }[] };
  return parts.map(({ name, from, to }) => ({ name, from: Date.parse(from), to: Date.parse(to) }));
}

/** Passes on the lines that are newer than every part that is not read yet. It keeps back the others. */
async function* ofDay<T>(
  bucket: R2Bucket,
  parts: readonly Part[],
  keep: (line: ArchivedLine) => T | null,
): AsyncGenerator<T[], void> {
  const unread = parts.toSorted((a, b) => b.to - a.to);
  let held: Kept<T>[] = [];
  for (const [index, { name }] of unread.entries()) {
    held.push(...(await linesOf(bucket, name, keep)));
    held.sort((a, b) => b.at - a.at || (a.part < b.part ? 1 : a.part > b.part ? -1 : 0));
    const newest = unread[index + 1]?.to ?? Number.NEGATIVE_INFINITY;
    const ready = held.filter(({ at }) => at > newest);
    held = held.slice(ready.length);
    if (ready.length > 0) yield ready.map(({ what }) => what);
  }
}

async function linesOf<T>(bucket: R2Bucket, part: string, keep: (line: ArchivedLine) => T | null): Promise<Kept<T>[]> {
  const kept: Kept<T>[] = [];
  const read = await eachLine(bucket, part, (text) => {
    const line = JSON.parse(text) as ArchivedLine;
    const what = keep(line);
    if (what !== null) kept.push({ at: Date.parse(line.receivedAt), part, what });
  });
  if (read === null) log("archive.gone", { part });
  // Of lines with the same time the later row comes first, as in D1's lists.
  return kept.toReversed();
}

function isWithin({ receivedAt }: ArchivedLine, { from, to }: TimeRange): boolean {
  const at = Date.parse(receivedAt);
  return at >= from && at < to;
}
