// The ranges of time of the overview's plots, and the spans of each range. Pure.
import { DAY_MS, HOUR_MS, KST_MS } from "../../time.ts";
import { beginningOf } from "../korean-time.ts";
import { percentile } from "../../rules/histogram.ts";
import type { Hour } from "../../store/rollup-reads.ts";

export const RANGES = {
  day: { spanMs: HOUR_MS, spans: 24 },
  week: { spanMs: 6 * HOUR_MS, spans: 28 },
  month: { spanMs: DAY_MS, spans: 30 },
} as const;

export type Range = keyof typeof RANGES;

export function rangeNamed(name: string | null): Range {
  return name === "week" || name === "month" ? name : "day";
}

/** The beginning of the range that ends at `now`. */
export function startOf(range: Range, now: number): number {
  const { spanMs, spans } = RANGES[range];
  return beginningOf(now, spanMs) - (spans - 1) * spanMs;
}

/** The values of one span in a plot. */
export interface Span {
  /** Its beginning, epoch ms. */
  readonly at: number;
  readonly received: number;
  readonly delivered: number;
  readonly failed: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

const EMPTY = { received: 0, delivered: 0, failed: 0, p50Ms: null, p95Ms: null };

/** Every span of the range, oldest first. A span without counts is empty. */
export function spansOf(known: readonly Hour[], range: Range, now: number): Span[] {
  const { spanMs, spans } = RANGES[range];
  const start = startOf(range, now);
  return Array.from({ length: spans }, (_none, index) => {
    const at = start + index * spanMs;
    const found = known.find(({ hour }) => hour === at);
    if (found === undefined) return { ...EMPTY, at };
    const { received, delivered, failed, delays } = found;
    return { at, received, delivered, failed, p50Ms: percentile(delays, 0.5), p95Ms: percentile(delays, 0.95) };
  });
}

/** For the whole range; null where nothing was delivered. */
export function delaysOf(known: readonly Hour[]): { readonly p50Ms: number; readonly p95Ms: number } | null {
  const sums = (known[0]?.delays ?? []).map((_none, index) =>
    known.reduce((sum, { delays }) => sum + (delays[index] ?? 0), 0),
  );
  const [p50Ms, p95Ms] = [percentile(sums, 0.5), percentile(sums, 0.95)];
  return p50Ms === null || p95Ms === null ? null : { p50Ms, p95Ms };
}

/** 14:00 for an hour, 01-14 for a day, both for a span of some hours in a range of days. */
export function spanText(at: number, range: Range): string {
  const text = new Date(at + KST_MS).toISOString().slice(5, 16).replace("T", " ");
  return range === "day" ? text.slice(6) : range === "month" ? text.slice(0, 5) : text;
}
