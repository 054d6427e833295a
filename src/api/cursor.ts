// The one codec of every list's cursor. A cursor hides nothing; what it contains is checked when it is read.
import * as z from "zod/mini";

const CURSOR = "must be a cursor that a list answered";
// Far longer than any cursor.
const LONGEST = 1000;

/** A cursor in a call's input. It is refused if its content does not fit `key`. */
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

/** For a list in the order of one whole number. */
export const serialCursor = cursorOf(z.int());

/** For a list in the order of a time, and of an id where two have the same time. */
export const timedCursor = cursorOf(z.tuple([z.int(), z.string().check(z.maxLength(LONGEST))]));

/** Writes the cursor; null on the last page. Callers must not look into it. */
export function writeCursor(key: number | readonly [at: number, id: string] | null): string | null {
  if (key === null) return null;
  const text = JSON.stringify(key);
  return new TextEncoder().encode(text).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Returns undefined where it is not base64url or not JSON. */
function decode(text: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(text, { alphabet: "base64url" })));
  } catch {
    return undefined;
  }
}
