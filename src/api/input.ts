// What operations take in common: pages, instants, people's words. Each schema's text says what it wants.
import * as z from "zod/mini";

function within(lowest: number, highest: number) {
  const message = `must be a whole number from ${lowest} to ${highest}`;
  return z.int(message).check(z.gte(lowest, message), z.lte(highest, message));
}

/** A whole number of a JSON body. */
export function wholeNumber(lowest: number, highest: number) {
  return within(lowest, highest);
}

/** A whole number of a query, where it comes as digits. */
export function queryNumber(lowest: number, highest: number) {
  const digits = z.transform((given: unknown) =>
    typeof given === "string" && /^\d+$/.test(given) ? Number(given) : given,
  );
  return z.pipe(digits, within(lowest, highest));
}

/** How many of a list. */
export const limit = z._default(queryNumber(1, 100), 25);

/** RFC 3339, any offset. */
export const instant = z.iso.datetime({ offset: true, error: "must be an instant as in 2026-01-14T00:12:10Z" });

/** A person's words: trimmed, not empty, at most `longest` characters. */
export function words(longest: number) {
  const message = `must be text of 1 to ${longest} characters`;
  return z.string(message).check(
    z.overwrite((text) => text.toWellFormed().trim()),
    z.minLength(1, message),
    z.maxLength(longest, message),
  );
}

/** A program's words: cut to `longest` characters rather than refused, so that nothing is lost by them. */
export function report(longest: number) {
  const message = "must be text that is not empty";
  return z.string(message).check(
    z.overwrite((text) => text.trim().slice(0, longest).toWellFormed()),
    z.minLength(1, message),
  );
}

const CURSOR = "must be a cursor that a list answered";

/** A cursor that `read` understands: it gets what `cursorOf` was given, or something else altogether. */
function cursor<T>(read: (key: unknown) => T | null) {
  return z.pipe(
    z.string(CURSOR),
    z.transform((text: string, context): T => {
      try {
        const bytes = Uint8Array.fromBase64(text, { alphabet: "base64url" });
        const key = read(JSON.parse(new TextDecoder().decode(bytes)));
        if (key !== null) return key;
      } catch {
        // no base64url, or no JSON: the message below says so
      }
      context.issues.push({ code: "custom", message: CURSOR, input: text });
      return z.NEVER;
    }),
  );
}

/** Where a list goes on: after this serial number. */
export const serialCursor = cursor((key) => (Number.isSafeInteger(key) ? (key as number) : null));

/** Opaque to whoever gets it; null on the last page. */
export function cursorOf(key: number | null): string | null {
  if (key === null) return null;
  const text = JSON.stringify(key);
  return new TextEncoder().encode(text).toBase64({ alphabet: "base64url", omitPadding: true });
}
