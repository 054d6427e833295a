// Makes index objects: one of a part, and one of several. All can be made again from the parts.
import { readIndexes, replaceIndexes } from "../store/archive-index.ts";
import { eachLine, sha256Of } from "./bucket.ts";
import { type Indexed, entriesOf, sorted } from "./entries.ts";
import { forgetMerged } from "./forget.ts";
import { writeIndex } from "./index-object.ts";
import { mergeObjects } from "./merge.ts";

/** Objects of one level become one of the next. */
export const FAN_OUT = 8;
/** Above this level objects stay as they are: one of it holds what FAN_OUT ** LEVELS parts have. */
export const LEVELS = 3;

/** The index object of a part that its manifest vouches for. */
export async function indexPart(bucket: R2Bucket, manifest: string): Promise<string> {
  const { parts } = JSON.parse(manifest) as { parts: { name: string }[] };
  const entries: string[] = [];
  for (const { name } of parts) {
    await eachLine(bucket, name, (line, index) => {
      entries.push(...entriesOf(JSON.parse(line) as Indexed, { part: name, line: index }));
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
