// Reads a request's body within bounds: at most 64 KiB, until a deadline. Never throws: what came is what there is.
import { type Before, before } from "../deadline.ts";

const LARGEST_BODY_BYTES = 64 * 1024;
const BEGINNING_BYTES = 4 * 1024;

export interface Body {
  /** All of it; of one that is too large its first 4 KiB; of one that broke off what came in time. */
  readonly bytes: Uint8Array;
  readonly end: "whole" | "too-large" | "broken";
}

/** For a caller that may send: quicker than readBody where the length is announced, but what breaks off is not kept. */
export async function readWhole(request: Request, deadline: number, wait: Before): Promise<Body> {
  const announced = Number(request.headers.get("content-length"));
  if (!(announced > 0 && announced <= LARGEST_BODY_BYTES)) return readBody(request, deadline);
  try {
    const bytes = await wait(deadline, "read the body", request.bytes());
    return bytes.length > LARGEST_BODY_BYTES
      ? { bytes: bytes.subarray(0, BEGINNING_BYTES), end: "too-large" }
      : { bytes, end: "whole" };
  } catch {
    return { bytes: new Uint8Array(0), end: "broken" };
  }
}

export async function readBody(request: Request, deadline: number): Promise<Body> {
  const announced = Number(request.headers.get("content-length")) > LARGEST_BODY_BYTES;
  const chunks: Uint8Array[] = [];
  const end = await collect(request, announced ? BEGINNING_BYTES : LARGEST_BODY_BYTES, chunks, deadline);
  const bytes = await joined(chunks);
  if (announced || end === "too-large") return { bytes: bytes.subarray(0, BEGINNING_BYTES), end: "too-large" };
  return { bytes, end };
}

async function collect(request: Request, most: number, chunks: Uint8Array[], deadline: number): Promise<Body["end"]> {
  const reader = request.body?.getReader();
  if (!reader) return "whole";
  const read = async (): Promise<Body["end"]> => {
    for (let length = 0; length <= most;) {
      const { done, value } = await reader.read();
      if (done) return "whole";
      chunks.push(value);
      length += value.length;
    }
    return "too-large";
  };
  let end: Body["end"] = "broken";
  try {
    end = await before(deadline, "read the body", read());
  } catch {
    // what came is kept
  }
  if (end !== "whole") void reader.cancel().catch(() => {});
  return end;
}

/** KICC's bodies come in one piece, and copying that costs more than reading it. */
async function joined(chunks: readonly Uint8Array[]): Promise<Uint8Array> {
  const [only] = chunks;
  return chunks.length === 1 && only ? only : new Uint8Array(await new Blob([...chunks]).arrayBuffer());
}
