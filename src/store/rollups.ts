// The counts by hour, read back for plots and metrics.
import { DELAY_NAMES } from "../rules/histogram.ts";

export interface Hour {
  /** Its beginning, epoch ms; 0 for all time. */
  readonly hour: number;
  readonly received: number;
  readonly delivered: number;
  /** Attempts that failed, those answered 410 included. */
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

/** The hours in [from, to) of which there is something, oldest first. Some 22 rows an hour. */
export async function readHours(db: D1Database, from: number, to: number): Promise<Hour[]> {
  const { results } = await db
    .prepare("SELECT hour, name, count FROM rollups WHERE hour >= max(?1, 1) AND hour < ?2 ORDER BY hour")
    .bind(from, to)
    .run<Count>();
  return [...Map.groupBy(results, ({ hour }) => hour)].map(([hour, counts]) => hourOf(hour, counts));
}

/** What was counted ever. */
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

/** Deletes hours before `before`; the sums of all time stay. */
export async function pruneHours(db: D1Database, before: number): Promise<number> {
  const { meta } = await db.prepare("DELETE FROM rollups WHERE hour > 0 AND hour < ?").bind(before).run();
  return meta.changes;
}
