// R2 with deadlines. An object is written once and never overwritten. Only what is read back counts.
import { before } from "../deadline.ts";

const R2_WITHIN_MS = 15_000;

/** Writes an object unless it exists. Whether this call wrote it does not matter: the caller reads it back. */
export async function putOnce(bucket: R2Bucket, name: string, bytes: Uint8Array | string): Promise<void> {
  await within("put", bucket.put(name, bytes, { onlyIf: { etagDoesNotMatch: "*" } }));
}

export async function putIndex(bucket: R2Bucket, name: string, bytes: Uint8Array | string): Promise<void> {
  await within("put", bucket.put(name, bytes));
}

export async function listObjects(bucket: R2Bucket, prefix: string, cursor: string | undefined): Promise<R2Objects> {
  return within("list", bucket.list({ prefix, ...(cursor === undefined ? {} : { cursor }) }));
}

export async function deleteObjects(bucket: R2Bucket, names: readonly string[]): Promise<void> {
  await within("delete", bucket.delete([...names]));
}

export async function readText(bucket: R2Bucket, name: string, range?: R2Range): Promise<string | null> {
  return within(
    "get",
    (async () => {
      const object = await bucket.get(name, range === undefined ? {} : { range });
      return object === null ? null : object.text();
    })(),
  );
}

/** What was read of an object. */
export interface ReadLines {
  /** Of the uncompressed bytes. */
  readonly sha256: string;
  readonly bytes: number;
  readonly lines: number;
  readonly storedBytes: number;
}

/** Passes on the lines of a gzipped object one at a time. Memory is bounded by the longest line. */
export async function eachLine(
  bucket: R2Bucket,
  name: string,
  take: (line: string, index: number) => boolean | void,
): Promise<ReadLines | null> {
  return within("get", readLines(bucket, name, take));
}

async function readLines(
  bucket: R2Bucket,
  name: string,
  take: (line: string, index: number) => boolean | void,
): Promise<ReadLines | null> {
  const object = await bucket.get(name);
  if (object === null) return null;
  const digest = new crypto.DigestStream("SHA-256");
  const sink = digest.getWriter();
  const decoder = new TextDecoder();
  let rest = "";
  let [bytes, lines] = [0, 0];
  for await (const chunk of object.body.pipeThrough(new DecompressionStream("gzip"))) {
    bytes += chunk.length;
    await sink.write(chunk);
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) take(line, lines++);
  }
  await sink.close();
  return { sha256: new Uint8Array(await digest.digest).toHex(), bytes, lines, storedBytes: object.size };
}

export async function sha256Of(text: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
}

async function within<T>(what: string, work: Promise<T>): Promise<T> {
  return before(Date.now() + R2_WITHIN_MS, `archive ${what}`, work);
}
