// When KICC is asked about an announced cancellation. Pure.

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** After the announcement; the first query is when the merchant says, these follow it. */
const LATER_MS = [15 * MINUTE_MS, HOUR_MS, 3 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS, 24 * HOUR_MS] as const;

interface Schedule {
  readonly announcedAt: number;
  readonly dueAfterMs: number;
}

/**
 * The first instant after `after` at which KICC is asked; null where there is none. Instants that a standing cron
 * missed are made up for by one query, not by several.
 */
export function nextAskAt({ announcedAt, dueAfterMs }: Schedule, after: number): number | null {
  const delays = [dueAfterMs, ...LATER_MS.filter((delay) => delay > dueAfterMs)];
  return delays.map((delay) => announcedAt + delay).find((instant) => instant > after) ?? null;
}
