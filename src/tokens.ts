// Whether a given token is one of ours, in a time that does not tell how much of it was right.
import { timingSafeEqual } from "node:crypto";

export function isOneOf(tokens: readonly string[], given: string): boolean {
  const bytes = new TextEncoder().encode(given);
  let found = false;
  for (const token of tokens) {
    const wanted = new TextEncoder().encode(token);
    if (wanted.length === bytes.length && timingSafeEqual(wanted, bytes)) found = true;
  }
  return found;
}
