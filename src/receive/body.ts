// Reads a request's body: at most 64 KiB, until a deadline. Never throws: it returns what came.
import { type Before, before } from "../deadline.ts";
import { gather, joined } from "../gather.ts";

const LARGEST_BODY_BYTES = 64 * 1024;
const BEGINNING_BYTES = 4 * 1024;

export interface Body {
  /** All bytes; if it is too large its first 4 KiB; if it broke off what came in time. */
  readonly bytes: Uint8Array;
  readonly end: "whole" | "too-large" | "broken";
}

/**
 * For a caller that is allowed to send. Quicker than readBody where the length is announced; but a body that breaks off
 * is not kept.
 */
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
  const { chunks, end: ends, stop } = gather(request.body, announced ? BEGINNING_BYTES : LARGEST_BODY_BYTES);
  let end: Body["end"] = "broken";
  try {
    end = await before(deadline, "read the body", ends);
  } catch {
    stop(); // what came is kept
  }
  const bytes = await joined(chunks);
  if (announced || end === "too-large") return { bytes: bytes.subarray(0, BEGINNING_BYTES), end: "too-large" };
  return { bytes, end };
}
