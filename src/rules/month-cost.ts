// What a month costs at Cloudflare's list prices of November 2026, beyond the paid plan's own $5. Pure.

export const MILLION = 1_000_000;
export const GB = 1_000_000_000;
export const DAYS_A_MONTH = 30.4;
const MINUTES = DAYS_A_MONTH * 24 * 60;

/** What the plan includes, and dollars for each unit beyond it. */
export const PRICES = {
  "Workers requests": { included: 10 * MILLION, per: MILLION, dollars: 0.3 },
  "CPU ms": { included: 30 * MILLION, per: MILLION, dollars: 0.02 },
  "D1 rows written": { included: 50 * MILLION, per: MILLION, dollars: 1 },
  "D1 rows read": { included: 25_000 * MILLION, per: MILLION, dollars: 0.001 },
  "D1 GB-months": { included: 5, per: 1, dollars: 0.75 },
  "queue operations": { included: MILLION, per: MILLION, dollars: 0.4 },
  "log events": { included: 20 * MILLION, per: MILLION, dollars: 0.6 },
  "R2 GB-months": { included: 10, per: 1, dollars: 0.015 },
  "R2 class A": { included: MILLION, per: MILLION, dollars: 4.5 },
  "R2 class B": { included: 10 * MILLION, per: MILLION, dollars: 0.36 },
} as const;
export type Item = keyof typeof PRICES;
export type Usage = Readonly<Record<Item, number>>;

/** Of one notification that the origin takes at the first attempt, until it leaves D1. test/bench/budget.ts measures the rows. */
export const EACH = {
  requests: 2,
  /** Assumed, and more than it takes. */
  cpuMs: 4,
  rowsWritten: 9,
  /** Ten of them for counting and archiving it. */
  rowsRead: 35,
  queueOperations: 3,
  logEvents: 1,
} as const;
/** A run of the cron that has nothing to do. */
export const IDLE_MINUTE = { rowsRead: 56 } as const;
/** A full part of the archive, its index and what merging that takes. test/bench/archive.ts measures it. */
export const PART = { lines: 5000, classA: 8, classB: 16, rowsWritten: 10 } as const;

/** What is stored at the time, in bytes. */
export interface Stored {
  readonly d1: number;
  /** null without an archive. */
  readonly r2: number | null;
}

/** @param count notifications a month */
export function usageOf(count: number, { d1, r2 }: Stored): Usage {
  // A day has a part of its own, however few are in it.
  const parts = r2 === null ? 0 : Math.max(DAYS_A_MONTH, count / PART.lines);
  return {
    "Workers requests": EACH.requests * count + MINUTES,
    "CPU ms": EACH.cpuMs * count,
    "D1 rows written": EACH.rowsWritten * count + parts * PART.rowsWritten,
    "D1 rows read": EACH.rowsRead * count + MINUTES * IDLE_MINUTE.rowsRead,
    "D1 GB-months": d1 / GB,
    "queue operations": EACH.queueOperations * count,
    "log events": EACH.logEvents * count,
    "R2 GB-months": (r2 ?? 0) / GB,
    "R2 class A": parts * PART.classA,
    "R2 class B": parts * PART.classB,
  };
}

export function dollarsOf(used: Usage): Readonly<Record<Item | "sum", number>> {
  const items = Object.keys(PRICES) as Item[];
  const dollars = items.map((item) => {
    const { included, per, dollars: price } = PRICES[item];
    return [item, (Math.max(0, used[item] - included) / per) * price] as const;
  });
  const sum = dollars.reduce((total, [, each]) => total + each, 0);
  return { ...(Object.fromEntries(dollars) as Record<Item, number>), sum };
}
