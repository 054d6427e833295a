// The real D1 with a counter: round trips, and rows read and written as Cloudflare bills them.

export interface Work {
  readonly trips: number;
  readonly read: number;
  readonly written: number;
}

export interface MeteredD1 {
  readonly db: D1Database;
  /** What was asked for since the last call. */
  readonly take: () => Work;
  /** The most rows that one round trip read, and that one wrote. */
  readonly largest: () => Omit<Work, "trips">;
  /** How many statements there were in all: each one of a batch is a query to D1. */
  readonly queries: () => number;
}

export function meteredD1(db: D1Database): MeteredD1 {
  const originals = new WeakMap<object, D1PreparedStatement>();
  let work = { trips: 0, read: 0, written: 0 };
  let queries = 0;
  let largest = { read: 0, written: 0 };
  const count = (results: readonly D1Result[]) => {
    const read = results.reduce((sum, { meta }) => sum + meta.rows_read, 0);
    const written = results.reduce((sum, { meta }) => sum + meta.rows_written, 0);
    queries += results.length;
    work = { trips: work.trips + 1, read: work.read + read, written: work.written + written };
    largest = { read: Math.max(largest.read, read), written: Math.max(largest.written, written) };
  };
  const counted = async <T>(asked: Promise<D1Result<T>>): Promise<D1Result<T>> => {
    const result = await asked;
    count([result]);
    return result;
  };
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      run: () => counted(statement.run()),
      all: () => counted(statement.all()),
      // first() tells no meta
      first: async () => (await counted(statement.all())).results[0] ?? null,
    } as unknown as D1PreparedStatement;
    originals.set(wrapped, statement);
    return wrapped;
  };
  const metered = {
    prepare: (sql: string) => wrap(db.prepare(sql)),
    batch: async (statements: readonly D1PreparedStatement[]) => {
      const results = await db.batch(statements.map((statement) => originals.get(statement) ?? statement));
      count(results);
      return results;
    },
  } as unknown as D1Database;
  return {
    db: metered,
    take: () => {
      const taken = work;
      work = { trips: 0, read: 0, written: 0 };
      return taken;
    },
    largest: () => largest,
    queries: () => queries,
  };
}
