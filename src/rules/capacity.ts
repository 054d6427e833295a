// How full D1 is, how long it lasts, and how old finished ones may get then. Pure.

/** What one D1 database holds at the most. */
export const FULL_BYTES = 10_000_000_000;
const NEAR = 0.8;
const URGENT = 0.95;
/** What stays in D1 whatever its size: a resend is told from a new one by its row. */
const LEAST_DAYS = 7;

export interface Capacity {
  readonly bytes: number;
  readonly share: number;
  readonly level: "room" | "near" | "urgent";
  /** At the growth of the last days; null where it does not grow, or nobody knows yet. */
  readonly daysUntilFull: number | null;
}

/** @param before the size some days ago */
export function capacityOf(bytes: number, before: { readonly bytes: number; readonly days: number } | null): Capacity {
  const share = bytes / FULL_BYTES;
  const level = share >= URGENT ? "urgent" : share >= NEAR ? "near" : "room";
  const perDay = before === null || before.days <= 0 ? 0 : (bytes - before.bytes) / before.days;
  const daysUntilFull = perDay > 0 ? Math.max(0, Math.floor((FULL_BYTES - bytes) / perDay)) : null;
  return { bytes, share, level, daysUntilFull };
}

/** Near the end finished ones leave as early as they may. */
export function hotDaysAt(hotDays: number, { level }: Pick<Capacity, "level">): number {
  return level === "urgent" ? Math.min(hotDays, LEAST_DAYS) : hotDays;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** A day leaves at midnight, some minutes long: what is still there so much later means that it does not work. */
const BEHIND_MS = 2 * DAY_MS;

/** How far the archive is behind, where that is worth telling; null where it keeps up. */
export function archiveBehind(oldestFinishedAt: number | null, hotDays: number, now: number): number | null {
  if (oldestFinishedAt === null) return null;
  const lateMs = now - oldestFinishedAt - hotDays * DAY_MS;
  return lateMs > BEHIND_MS ? lateMs : null;
}
