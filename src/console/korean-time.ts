// Korean time as people type it, in the form of a browser's field: 2026-01-14T09:12. Korea has no summer time. Pure.
import { DAY_MS, KST_MS } from "../time.ts";

/** The beginning of the span that contains the time. A span of a day begins at midnight KST. */
export function beginningOf(instant: number, spanMs: number): number {
  return Math.floor((instant + KST_MS) / spanMs) * spanMs - KST_MS;
}

export function midnightOf(instant: number): number {
  return beginningOf(instant, DAY_MS);
}

/** 2026-01-14T09:12 */
export function clockText(instant: number): string {
  return new Date(instant + KST_MS).toISOString().slice(0, 16);
}

const CLOCK = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?$/;

/**
 * A day means its midnight. RFC 3339 with an offset is read too, because links in alerts have it. Returns null for
 * anything else.
 */
export function instantOf(text: string): number | null {
  const clock = text.length === 10 ? `${text}T00:00` : text;
  const at = Date.parse(CLOCK.test(text) ? `${clock}+09:00` : /(Z|[+-]\d\d:\d\d)$/.test(text) ? text : "");
  return Number.isNaN(at) ? null : at;
}
