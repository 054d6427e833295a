// Makes the index object of a part. It can be made again at any time.
import { eachLine } from "./bucket.ts";
import { type Indexed, entriesOf, sorted } from "./entries.ts";
import { writeIndex } from "./index-object.ts";

/** The index object of the parts in a manifest. */
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
