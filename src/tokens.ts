// Compares a given token with the valid ones in constant time, so that the time does not show how many characters were
// right.
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
