// Merges sorted index objects into one, in memory bounded by a chunk of each: what is read and written in pieces is ASCII.
import { before } from "../deadline.ts";
import { putIndex, readText } from "./bucket.ts";
import { putTable, readTable, tableMaker } from "./index-object.ts";

const CHUNK = 1024 * 1024;
/** R2 wants all parts of one upload but the last to be of one size, 5 MiB or more. */
const PIECE = 8 * 1024 * 1024;
const WRITE_WITHIN_MS = 60_000;

export async function mergeObjects(bucket: R2Bucket, from: readonly string[], name: string): Promise<void> {
  const sources = from.map((each) => entriesOf(bucket, each));
  const heads = await Promise.all(sources.map((source) => source.next()));
  const table = tableMaker();
  const out = writer(bucket, name);
  let last = "";
  for (;;) {
    let least = -1;
    for (const [index, { value, done }] of heads.entries()) {
      if (done === true) continue;
      const known = least === -1 ? undefined : heads[least]?.value;
      if (known === undefined || value < known) least = index;
    }
    const entry = heads[least]?.value;
    const source = sources[least];
    if (entry === undefined || source === undefined) break;
    if (entry !== last) {
      table.add(entry);
      await out.add(`${entry}\n`);
      last = entry;
    }
    heads[least] = await source.next();
  }
  await out.end();
  await putTable(bucket, name, table.end());
}

async function* entriesOf(bucket: R2Bucket, name: string): AsyncGenerator<string, undefined> {
  const size = (await readTable(bucket, name)).at(-1)?.[1] ?? 0;
  let rest = "";
  for (let offset = 0; offset < size; offset += CHUNK) {
    const text = await readText(bucket, name, { offset, length: Math.min(CHUNK, size - offset) });
    if (text === null) throw new Error(`Cannot merge: ${name} is not there`);
    const entries = (rest + text).split("\n");
    rest = entries.pop() ?? "";
    yield* entries;
  }
}

/** One put, or an upload in pieces that is nothing until its end. */
function writer(bucket: R2Bucket, name: string) {
  let upload: R2MultipartUpload | null = null;
  const uploaded: R2UploadedPart[] = [];
  let [held, heldSize]: [string[], number] = [[], 0];
  return {
    async add(text: string) {
      held.push(text);
      heldSize += text.length;
      if (heldSize < PIECE) return;
      const joined = held.join("");
      upload ??= await within(bucket.createMultipartUpload(name));
      uploaded.push(await within(upload.uploadPart(uploaded.length + 1, joined.slice(0, PIECE))));
      [held, heldSize] = [[joined.slice(PIECE)], joined.length - PIECE];
    },
    async end() {
      const joined = held.join("");
      if (upload === null) return putIndex(bucket, name, joined);
      if (joined !== "") uploaded.push(await within(upload.uploadPart(uploaded.length + 1, joined)));
      await within(upload.complete(uploaded));
    },
  };
}

async function within<T>(work: Promise<T>): Promise<T> {
  return before(Date.now() + WRITE_WITHIN_MS, "write an index", work);
}
