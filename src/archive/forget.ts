// Deletes index objects that were merged into others long ago. Otherwise each entry would be stored four times.
// Bounded.
import { readRuns } from "../store/archive-index.ts";
import { DAY_MS } from "../time.ts";
import { deleteObjects, listObjects } from "./bucket.ts";

/** D1 can be set back by up to 30 days (Time Travel). It then names the objects of that day. */
const MERGED_KEPT_MS = 31 * DAY_MS;
const PAGES = 5;
const SPARSE = ".sparse.json";

/** For one level. Objects that D1 names stay, and so do young ones: one may be just being written. */
export async function forgetMerged(bucket: R2Bucket, db: D1Database, level: number, now: number): Promise<void> {
  const named = new Set((await readRuns(db)).flatMap(({ pieces }) => pieces.map(({ name }) => name)));
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const listed = await listObjects(bucket, `index/${level}/`, cursor);
    const merged = listed.objects
      .filter(({ key, uploaded }) => !named.has(key.replace(SPARSE, "")) && uploaded.getTime() < now - MERGED_KEPT_MS)
      .map(({ key }) => key);
    if (merged.length > 0) await deleteObjects(bucket, merged);
    if (!listed.truncated) return;
    cursor = listed.cursor;
  }
}
