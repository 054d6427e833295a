// Counts delays from receipt to delivery in buckets, and estimates percentiles from these counts. Pure.

/**
 * Upper bounds of the buckets, ms. Narrow where a first attempt ends, then as wide as the waits between attempts. A
 * last bucket has no upper bound.
 */
export const DELAY_BOUNDS_MS = [
  250, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 120_000, 300_000, 900_000, 1_800_000, 3_600_000, 10_800_000,
  21_600_000, 43_200_000, 86_400_000,
] as const;

/** The name of each bucket in D1. */
export const DELAY_NAMES: readonly string[] = [...DELAY_BOUNDS_MS.map((bound) => `delay_${bound}`), "delay_more"];

/** The name of the bucket for this delay. */
export function delayName(delayMs: number): string {
  return `delay_${DELAY_BOUNDS_MS.find((bound) => delayMs <= bound) ?? "more"}`;
}

/**
 * Estimates the percentile `q` (0 to 1) by linear interpolation within its bucket. For the last bucket it returns the
 * lower bound.
 * @returns ms; null where nothing was counted
 */
export function percentile(counts: readonly number[], q: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let below = 0;
  for (const [index, count] of counts.entries()) {
    if (count > 0 && below + count >= q * total) {
      const lower = DELAY_BOUNDS_MS[index - 1] ?? 0;
      const upper = DELAY_BOUNDS_MS[index] ?? lower;
      return Math.round(lower + (upper - lower) * ((q * total - below) / count));
    }
    below += count;
  }
  return null;
}
