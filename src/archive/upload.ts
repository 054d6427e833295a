// Writes an object while its text is made: in one put, or in an upload of parts that becomes an object only at its end.
// ASCII only.
import { before } from "../deadline.ts";
import { MINUTE_MS } from "../time.ts";
import { putIndex } from "./bucket.ts";

/** R2 wants all parts of an upload but the last to have the same size, 5 MiB or more. */
const PART = 8 * 1024 * 1024;
const WRITE_WITHIN_MS = MINUTE_MS;

export function upload(bucket: R2Bucket, name: string) {
  let parts: R2MultipartUpload | null = null;
  const sent: R2UploadedPart[] = [];
  let [held, heldSize]: [string[], number] = [[], 0];
  return {
    /** @returns whether a part must be sent before more is added */
    add(text: string): boolean {
      held.push(text);
      heldSize += text.length;
      return heldSize >= PART;
    },
    async send(): Promise<void> {
      const joined = held.join("");
      parts ??= await within(bucket.createMultipartUpload(name));
      sent.push(await within(parts.uploadPart(sent.length + 1, joined.slice(0, PART))));
      [held, heldSize] = [[joined.slice(PART)], joined.length - PART];
    },
    async end(): Promise<void> {
      const joined = held.join("");
      if (parts === null) return putIndex(bucket, name, joined);
      if (joined !== "") sent.push(await within(parts.uploadPart(sent.length + 1, joined)));
      await within(parts.complete(sent));
    },
  };
}

async function within<T>(work: Promise<T>): Promise<T> {
  return before(Date.now() + WRITE_WITHIN_MS, "write an index", work);
}
