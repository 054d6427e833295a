// Cloudflare's list prices of November 2026 (paid plan), and the price of a month of given traffic. Arithmetic only.
import { BUDGET } from "./budget.ts";

export const MILLION = 1_000_000;
export const GB = 1_000_000_000;
export const MINUTES = 30.4 * 24 * 60;
/** Payments' records are kept so long. */
export const MONTHS_KEPT = 60;

/** What a month includes, and dollars per unit beyond. */
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

// Assumed, generously: here workerd spends it with D1 and the queue in it.
export const CPU_MS = 4;
/** Lines of a full part, and what moving one asks: object, manifest and index are written and read back, indexes merged. */
const PART = { lines: 5000, classA: 8, classB: 16, written: 10 } as const;
/** What the rollups read for each, and what the archive reads to move one. */
const READ_LATER = 10;

/** Measured bytes of one notification. */
export interface Sizes {
  readonly d1: number;
  readonly line: number;
  readonly index: number;
}

/** From its arrival to its deletion. */
export function rowsOf(what: "read" | "written"): number {
  return BUDGET.new[what] + BUDGET["delivered at once"][what] + BUDGET["pruned after 400 days"][what];
}

/** @param days in D1 @param archived for MONTHS_KEPT in R2 after them; else deleted */
export function monthOf(count: number, sizes: Sizes, days: number, archived: boolean): Readonly<Record<Item, number>> {
  const parts = archived ? Math.max(30.4, count / PART.lines) : 0;
  return {
    "Workers requests": 2 * count + MINUTES,
    "CPU ms": CPU_MS * count,
    "D1 rows written": rowsOf("written") * count + parts * PART.written,
    "D1 rows read": (rowsOf("read") + READ_LATER) * count + MINUTES * BUDGET["a minute of the cron, idle"].read,
    "D1 GB-months": (count * sizes.d1 * days) / 30.4 / GB,
    "queue operations": 3 * count,
    "log events": count,
    "R2 GB-months": archived ? (count * MONTHS_KEPT * (sizes.line + sizes.index)) / GB : 0,
    "R2 class A": parts * PART.classA,
    "R2 class B": parts * PART.classB,
  };
}

export function dollarsOf(used: Readonly<Record<Item, number>>): Readonly<Record<Item | "sum", number>> {
  const items = Object.keys(PRICES) as Item[];
  const dollars = items.map((item) => {
    const { included, per, dollars: price } = PRICES[item];
    return [item, (Math.max(0, used[item] - included) / per) * price] as const;
  });
  const sum = dollars.reduce((total, [, each]) => total + each, 0);
  return { ...(Object.fromEntries(dollars) as Record<Item, number>), sum };
}
