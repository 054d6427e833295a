// Reads what the metrics show of now. Counting stops at a bound, so it costs the same with 100,000 rows.
import { receivedAtOf, isState } from "./insert.ts";
import { pendingSeqs } from "./pending.ts";
import { type Hour, hourOf, totalsStatement } from "./rollup-reads.ts";

/** A count that reaches this means "at least". Nobody needs a larger number. */
export const METRICS_COUNT_AT_MOST = 400;

export interface MetricCounts {
  /** Of all time. */
  readonly totals: Hour;
  /** When the oldest pending rows were received, epoch ms, oldest first. */
  readonly pending: readonly number[];
  readonly held: number;
  readonly dead: number;
  readonly quarantine: readonly { readonly reason: string; readonly count: number }[];
}

/** One round trip of four statements. Measured with 100,000 rows: at most 1,650 rows read. */
export async function readMetricCounts(db: D1Database): Promise<MetricCounts> {
  const [totals, pending, stuck, quarantine] = await db.batch([
    totalsStatement(db),
    db.prepare(pendingSeqs(METRICS_COUNT_AT_MOST / 2)),
    db.prepare(`SELECT ${boundedCount("held")} AS held, ${boundedCount("dead")} AS dead`),
    db.prepare(
      `SELECT reason, count(*) AS count FROM (SELECT reason FROM quarantine LIMIT ${METRICS_COUNT_AT_MOST}) GROUP BY reason`,
    ),
  ]);
  const { held = 0, dead = 0 } = (stuck?.results[0] ?? {}) as { held?: number; dead?: number };
  const seqs = ((pending?.results ?? []) as { seq: number }[]).map(({ seq }) => seq);
  return {
    totals: hourOf(0, (totals?.results ?? []) as Parameters<typeof hourOf>[1]),
    pending: [...new Set(seqs)].toSorted((a, b) => a - b).map(receivedAtOf),
    held,
    dead,
    quarantine: (quarantine?.results ?? []) as { reason: string; count: number }[],
  };
}

function boundedCount(state: "held" | "dead"): string {
  return `(SELECT count(*) FROM (SELECT 1 FROM notifications WHERE ${isState(state)} LIMIT ${METRICS_COUNT_AT_MOST}))`;
}
