// Counts and sums by kind and currency, as names of the hourly rollups: sumsOf writes them, readSums reads them. Pure.
import { SUCCESS } from "./notification.ts";

/** Currencies have at most two decimals. D1 adds whole numbers exactly. */
const PARTS = 100;
const LARGEST = 1e13;

/**
 * What is added to the hour of receipt. A success adds its count and its amount. A failure adds its count only: its
 * amount means nothing.
 */
export function sumsOf(row: {
  readonly kind: string;
  readonly currency: string | null;
  readonly amount: string | null;
  readonly resCd: string;
  readonly ours: 0 | 1;
}): [name: string, by: number][] {
  if (!row.ours) return [];
  if (row.resCd !== SUCCESS) return [[`failures:${row.kind}`, 1]];
  const currency = /^[A-Z0-9]{1,3}$/.test(row.currency ?? "") ? row.currency : "";
  const amount = Math.round(Number(row.amount ?? 0) * PARTS);
  const by = Number.isFinite(amount) && Math.abs(amount) <= LARGEST ? amount : 0;
  return [
    [`successes:${row.kind}:${currency}`, 1],
    [`sum:${row.kind}:${currency}`, by],
  ];
}

export interface KindSum {
  readonly kind: string;
  /** "" where KICC named none. */
  readonly currency: string;
  readonly successes: number;
  readonly sum: number;
}

export interface DaySums {
  readonly kinds: readonly KindSum[];
  readonly failures: ReadonlyMap<string, number>;
}

/** Reads the counts of a day back into sums. */
export function readSums(counts: readonly { readonly name: string; readonly count: number }[]): DaySums {
  const of = new Map(counts.map(({ name, count }) => [name, count]));
  const kinds = [...of].flatMap(([name, successes]) => {
    const [what, kind = "", currency = ""] = name.split(":");
    if (what !== "successes") return [];
    return [{ kind, currency, successes, sum: (of.get(`sum:${kind}:${currency}`) ?? 0) / PARTS }];
  });
  const failures = [...of].flatMap(([name, count]) => {
    const [what, kind = ""] = name.split(":");
    return what === "failures" ? [[kind, count] as const] : [];
  });
  return {
    kinds: kinds.toSorted((a, b) => `${a.kind}${a.currency}`.localeCompare(`${b.kind}${b.currency}`)),
    failures: new Map(failures),
  };
}
