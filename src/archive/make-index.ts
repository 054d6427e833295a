// Makes the index object of a part. It can be made again at any time.
import type { IndexedPart } from "../store/archive-plan.ts";
import { eachLine } from "./bucket.ts";
import { type Indexed, entriesOf, sorted } from "./entries.ts";
import { writeIndex } from "./index-object.ts";

/** The index object of the parts in a manifest. */
export async function indexPart(bucket: R2Bucket, manifest: string): Promise<IndexedPart> {
  const { parts } = JSON.parse(manifest) as { parts: { name: string }[] };
  const entries: string[] = [];
  let bytes = 0;
  for (const { name } of parts) {
    const read = await eachLine(bucket, name, (line, index) => {
      entries.push(...entriesOf(JSON.parse(line) as Indexed, { part: name, line: index }));
    });
    bytes += read?.storedBytes ?? 0;
  }
  const name = `index/0/${(parts[0]?.name ?? "").replaceAll("/", "-").replace(".ndjson.gz", "")}`;
  const index = sorted(entries);
  await writeIndex(bucket, name, index);
  return { name, bytes: bytes + index.reduce((sum, entry) => sum + entry.length + 1, 0) };
}
