// Durations in ms, and how times are written. Korea has no summer time: KST is always nine hours ahead. Pure.

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const KST_MS = 9 * HOUR_MS;

/** The KST day of a time, such as 2026-01-14. */
export function kstDay(instant: number): string {
  return new Date(instant + KST_MS).toISOString().slice(0, 10);
}

/** Such as 2026-01-14T00:12:10.000Z. */
export function rfc3339(instant: number): string {
  return new Date(instant).toISOString();
}
