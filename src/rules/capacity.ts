// How full D1 is, when it will be full, and how long finished notifications may stay in it. Pure.
import { DAY_MS } from "../time.ts";

/** The largest size of one D1 database, 10 GB. */
export const FULL_BYTES = 10_000_000_000;
const NEAR = 0.8;
const URGENT = 0.95;
/** Finished notifications stay at least this long, however full D1 is: a resend is recognised by its row. */
const LEAST_DAYS = 7;

export interface Capacity {
  readonly bytes: number;
  readonly share: number;
  readonly level: "room" | "near" | "urgent";
  /** At the growth of the last days; null where D1 does not grow, or where the growth is not known yet. */
  readonly daysUntilFull: number | null;
}

/** @param before the size `days` days ago */
export function capacityOf(bytes: number, before: { readonly bytes: number; readonly days: number } | null): Capacity {
  const share = bytes / FULL_BYTES;
  const level = share >= URGENT ? "urgent" : share >= NEAR ? "near" : "room";
  const perDay = before === null || before.days <= 0 ? 0 : (bytes - before.bytes) / before.days;
  const daysUntilFull = perDay > 0 ? Math.max(0, Math.floor((FULL_BYTES - bytes) / perDay)) : null;
  return { bytes, share, level, daysUntilFull };
}

/** When D1 is nearly full, finished notifications leave as soon as they may. */
export function hotDaysAt(hotDays: number, { level }: Pick<Capacity, "level">): number {
  return level === "urgent" ? Math.min(hotDays, LEAST_DAYS) : hotDays;
}

/** A day leaves D1 soon after midnight. Rows that are still there two days later mean that archiving fails. */
const BEHIND_MS = 2 * DAY_MS;

/** How late the archive is, in ms; null where it keeps up or is less than BEHIND_MS late. */
export function archiveBehind(oldestFinishedAt: number | null, hotDays: number, now: number): number | null {
  if (oldestFinishedAt === null) return null;
  const lateMs = now - oldestFinishedAt - hotDays * DAY_MS;
  return lateMs > BEHIND_MS ? lateMs : null;
}
