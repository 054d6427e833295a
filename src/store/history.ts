// The history of a row: one object per attempt. If the first attempt was accepted, it is a short array instead. The
// last failure keeps 4 KiB of the origin's answer and its headers; earlier failures keep 500 characters.
import type { Attempt } from "../rules/outcome.ts";

/** A first attempt that was accepted. Its start is counted from the receipt. */
type Short = readonly [sinceReceiptMs: number, durationMs: number | null, status: number | null, answer: string | null];

/** SQL: the short form of the first attempt. @param attempt an SQL expression for its JSON */
export function shortEntry(attempt: string): string {
  const of = (name: keyof Attempt) => `${attempt} ->> '$.${name}'`;
  return `json_array(${of("startedAt")} - received_at, ${of("durationMs")}, ${of("status")}, ${of("answer")})`;
}

/** Of an attempt that is not the last one. */
const LONGEST_EARLIER_ANSWER = 500;

/** SQL: the history before another attempt is added. It cuts the last answer and removes its headers. */
export function withoutLongAnswer(history: string): string {
  const answer = `substr(${history} ->> '$[#-1].answer', 1, ${LONGEST_EARLIER_ANSWER})`;
  return `json_replace(json_remove(${history}, '$[#-1].head'), '$[#-1].answer', ${answer})`;
}

/** SQL: the fields of a history entry, `value` of json_each, in either form. */
export const ENTRY = {
  number: "coalesce(value ->> '$.number', 1)",
  startedAt: "coalesce(value ->> '$.startedAt', received_at + (value ->> '$[0]'))",
  durationMs: "coalesce(value ->> '$.durationMs', value ->> '$[1]')",
  outcome: "coalesce(value ->> '$.outcome', 'accepted')",
} as const;

/** @param json the column: an array of entries */
export function attemptsOf(json: string, receivedAt: number): Attempt[] {
  return (JSON.parse(json) as (Attempt | Short)[]).map((entry) => attemptIn(entry, receivedAt));
}

/** @param json one entry of the column */
export function attemptOfEntry(json: string, receivedAt: number): Attempt {
  return attemptIn(JSON.parse(json) as Attempt | Short, receivedAt);
}

function attemptIn(entry: Attempt | Short, receivedAt: number): Attempt {
  if (!isShort(entry)) return entry;
  const [sinceReceiptMs, durationMs, status, answer] = entry;
  const startedAt = receivedAt + sinceReceiptMs;
  return { number: 1, startedAt, durationMs, outcome: "accepted", status, error: null, answer };
}

function isShort(entry: Attempt | Short): entry is Short {
  return Array.isArray(entry);
}
