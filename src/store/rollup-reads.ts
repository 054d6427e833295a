// Reads the hourly counts for plots and metrics.
import { DELAY_NAMES } from "../rules/histogram.ts";
import { type DaySums, readSums } from "../rules/sums.ts";
import { DAY_MS, HOUR_MS, KST_MS } from "../time.ts";

export interface Hour {
  /** The beginning of the hour, epoch ms; 0 for all time. */
  readonly hour: number;
  readonly received: number;
  readonly delivered: number;
  /** Failed attempts, those answered 410 included. */
  readonly failed: number;
  readonly gone: number;
  /** Deliveries by their delay, in the buckets of DELAY_BOUNDS_MS. */
  readonly delays: readonly number[];
  readonly delaySumMs: number;
}

interface Count {
  readonly hour: number;
  readonly name: string;
  readonly count: number;
}

/**
 * Reads the hours of [from, to), epoch ms, and adds them up to spans of `spanMs`, oldest first. Empty spans are
 * missing. It reads some 22 rows an hour and the rows of the sums by kind. A span of a day begins at midnight KST.
 */
export async function readSpans(db: D1Database, from: number, to: number, spanMs: number = HOUR_MS): Promise<Hour[]> {
  const { results } = await db
    .prepare(
      `SELECT (hour + ${KST_MS}) / ?3 * ?3 - ${KST_MS} AS hour, name, sum(count) AS count FROM rollups
       WHERE hour >= max(?1, 1) AND hour < ?2 AND name NOT GLOB '*:*' GROUP BY 1, 2 ORDER BY 1`,
    )
    .bind(from, to, spanMs)
    .run<Count>();
  return [...Map.groupBy(results, ({ hour }) => hour)].map(([hour, counts]) => hourOf(hour, counts));
}

/** The counts and sums by kind of each KST day in [from, to), newest day first. It reads only their rows. */
export async function readDays(
  db: D1Database,
  from: number,
  to: number,
): Promise<{ readonly day: number; readonly sums: DaySums }[]> {
  const { results } = await db
    .prepare(
      `WITH RECURSIVE hours(at) AS (SELECT ?1 UNION ALL SELECT at + ${HOUR_MS} FROM hours WHERE at + ${HOUR_MS} < ?2),
         found AS (
           SELECT hour, name, count FROM hours CROSS JOIN rollups ON hour = at AND name >= 'failures:' AND name < 'failures;'
           UNION ALL
           SELECT hour, name, count FROM hours CROSS JOIN rollups ON hour = at AND name >= 'successes:' AND name < 'sum;')
       SELECT (hour + ${KST_MS}) / ${DAY_MS} * ${DAY_MS} - ${KST_MS} AS hour, name, sum(count) AS count
       FROM found GROUP BY 1, 2 ORDER BY 1 DESC`,
    )
    .bind(from, to)
    .run<Count>();
  return [...Map.groupBy(results, ({ hour }) => hour)].map(([day, counts]) => ({ day, sums: readSums(counts) }));
}

/** The counts of all time. */
export function totalsStatement(db: D1Database): D1PreparedStatement {
  return db.prepare("SELECT hour, name, count FROM rollups WHERE hour = 0");
}

export function hourOf(hour: number, counts: readonly Count[]): Hour {
  const of = (name: string) => counts.find((each) => each.name === name)?.count ?? 0;
  return {
    hour,
    received: of("received"),
    delivered: of("delivered"),
    failed: of("failed") + of("gone"),
    gone: of("gone"),
    delays: DELAY_NAMES.map(of),
    delaySumMs: of("delay_ms"),
  };
}

/** Deletes hours before `before`, epoch ms. The counts of all time stay. */
export async function pruneHours(db: D1Database, before: number): Promise<number> {
  const { meta } = await db.prepare("DELETE FROM rollups WHERE hour > 0 AND hour < ?").bind(before).run();
  return meta.changes;
}
