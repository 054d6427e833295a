// Where a list goes on, as text: the one codec of every list's cursor. It hides nothing, and what it reads is checked.
import * as z from "zod/mini";

const CURSOR = "must be a cursor that a list answered";
// Far longer than any key is.
const LONGEST = 1000;

/** A cursor of a call's input. What it holds must fit `key`, or it is refused. */
export function cursorOf<T>(key: z.ZodMiniType<T>) {
  return z.pipe(
    z.string(CURSOR).check(z.maxLength(LONGEST, CURSOR)),
    z.transform((text: string, context): T => {
      const read = key.safeParse(decode(text));
      if (read.success) return read.data;
      context.issues.push({ code: "custom", message: CURSOR, input: text });
      return z.NEVER;
    }),
  );
}

/** Of a list in the order of one whole number. */
export const serialCursor = cursorOf(z.int());

/** Of a list in the order of an instant; where two share it, of an id. */
export const timedCursor = cursorOf(z.tuple([z.int(), z.string().check(z.maxLength(LONGEST))]));

/** Opaque to whoever gets it; null on the last page. */
export function writeCursor(key: number | readonly [at: number, id: string] | null): string | null {
  if (key === null) return null;
  const text = JSON.stringify(key);
  return new TextEncoder().encode(text).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** undefined where it is no base64url, or no JSON. */
function decode(text: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(text, { alphabet: "base64url" })));
  } catch {
    return undefined;
  }
}
