// Sorted index objects: number → part and line. A search reads two ranges of each; merging keeps them few. All can be made again from the parts.
import { replaceIndexes, readIndexes } from "../store/archive-index.ts";
import { BLOCK, type Place, entryOf, keyOf, numberOf, placeOf, sorted } from "./entries.ts";
import { forgetMerged } from "./forget.ts";
import { mergeObjects } from "./merge.ts";
import { eachLine, putIndex, readText, sha256Of } from "./bucket.ts";

/** Objects of one level become one of the next. */
export const FAN_OUT = 8;
/** Above this level objects stay as they are: one of it holds what FAN_OUT ** LEVELS parts have. */
export const LEVELS = 3;
const BLOCKS = 4;

/** The index object of a part that its manifest vouches for. */
export async function indexPart(bucket: R2Bucket, manifest: string): Promise<string> {
  const { parts } = JSON.parse(manifest) as { parts: { name: string }[] };
  const entries: string[] = [];
  for (const { name } of parts) {
    await eachLine(bucket, name, (line, index) => {
      const one = JSON.parse(line) as Record<"id" | "pgCno" | "cancelPgCno" | "shopOrderNo", string | null>;
      for (const number of new Set([one.id, one.pgCno, one.cancelPgCno, one.shopOrderNo])) {
        if (number !== null) entries.push(entryOf(number, { part: name, line: index }));
      }
    });
  }
  const name = `index/0/${(parts[0]?.name ?? "").replaceAll("/", "-").replace(".ndjson.gz", "")}`;
  await writeIndex(bucket, name, sorted(entries));
  return name;
}

/** One merge a run: the objects of the lowest full level become one. Dying halfway leaves those that were. */
export async function mergeIndexes(bucket: R2Bucket, db: D1Database, now: number): Promise<void> {
  const all = await readIndexes(db);
  for (let level = 0; level < LEVELS; level++) {
    const full = all.filter((index) => index.level === level).slice(0, FAN_OUT);
    if (full.length < FAN_OUT) continue;
    const names = full.map((index) => index.name);
    // Named after what is in it: two crons that see different ones never write one object.
    const name = `index/${level + 1}/${(await sha256Of(names.join())).slice(0, 32)}`;
    await mergeObjects(bucket, names, name);
    await replaceIndexes(db, names, { name, level: level + 1 });
    await forgetMerged(bucket, db, level, now);
    return;
  }
}

async function writeIndex(bucket: R2Bucket, name: string, entries: readonly string[]): Promise<void> {
  const sparse: [string, number][] = [];
  const encoder = new TextEncoder();
  let [offset, next] = [0, 0];
  for (const entry of entries) {
    if (offset >= next) {
      sparse.push([numberOf(entry), offset]);
      next = offset + BLOCK;
    }
    offset += encoder.encode(entry).length + 1;
  }
  await putIndex(bucket, name, entries.map((entry) => `${entry}\n`).join(""));
  await putIndex(bucket, `${name}.sparse.json`, JSON.stringify([...sparse, ["", offset]]));
}

/** Two reads of R2: the sparse table, and the blocks that may have the number. */
export async function lookUp(bucket: R2Bucket, name: string, number: string): Promise<Place[]> {
  const table = await readText(bucket, `${name}.sparse.json`);
  if (table === null) throw new Error(`Cannot search: ${name}.sparse.json is not there`);
  const sparse = JSON.parse(table) as [string, number][];
  const blocks = sparse.slice(0, -1);
  const key = keyOf(number);
  const first = Math.max(
    0,
    blocks.findLastIndex(([begins]) => begins < key),
  );
  const after = blocks.findIndex(([begins]) => begins > key);
  const end = Math.min(after === -1 ? sparse.length - 1 : after, first + BLOCKS);
  const offset = sparse[first]?.[1] ?? 0;
  const length = (sparse[end]?.[1] ?? 0) - offset;
  if (length <= 0) return [];
  const text = (await readText(bucket, name, { offset, length })) ?? "";
  return text
    .split("\n")
    .filter((entry) => entry.startsWith(`${key}\t`))
    .map(placeOf);
}
