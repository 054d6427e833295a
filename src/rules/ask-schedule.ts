// When KICC is asked about an announced cancellation or approval. Pure.
import { HOUR_MS, MINUTE_MS } from "../time.ts";

/** Measured from the announcement. The merchant chooses when the first query is; these follow it. */
const LATER_MS = [15 * MINUTE_MS, HOUR_MS, 3 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS, 24 * HOUR_MS] as const;

interface Schedule {
  readonly announcedAt: number;
  readonly dueAfterMs: number;
}

/**
 * Returns the first time after `after` (epoch ms) at which KICC is asked; null after the last one. Where the cron
 * missed several of these times, one query makes up for all of them.
 */
export function nextAskAt({ announcedAt, dueAfterMs }: Schedule, after: number): number | null {
  const delays = [dueAfterMs, ...LATER_MS.filter((delay) => delay > dueAfterMs)];
  return delays.map((delay) => announcedAt + delay).find((instant) => instant > after) ?? null;
}
