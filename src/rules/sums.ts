// Counts and sums by kind and currency, as names of the hourly rollups: made there, read by the daily line. Pure.
import { SUCCESS } from "./notification.ts";

/** Currencies have two decimals at most, and D1 adds whole numbers exactly. */
const PARTS = 100;
const LARGEST = 1e13;

/** What is added to the hour of receipt. A success counts with its amount; of a failure the amount says nothing. */
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

/** The other way round, of the counts of a day. */
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
