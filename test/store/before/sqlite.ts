// A D1 of one SQLite database in memory: the calls that storing uses, and nothing else of D1.
import { readFileSync, readdirSync } from "node:fs";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";

export function databaseOf(migrations: string): { readonly sqlite: DatabaseSync; readonly db: D1Database } {
  const sqlite = new DatabaseSync(":memory:");
  for (const file of readdirSync(migrations).toSorted()) sqlite.exec(readFileSync(`${migrations}/${file}`, "utf8"));
  const cache = new Map<string, ReturnType<DatabaseSync["prepare"]>>();
  const prepare = (sql: string) => {
    const known = cache.get(sql) ?? sqlite.prepare(sql);
    cache.set(sql, known);
    const statement = (values: readonly SQLInputValue[]) => ({
      bind: (...bound: SQLInputValue[]) => statement(bound),
      all: () => ({ results: known.all(...values) }),
      run: async () => ({ results: known.all(...values) }),
      first: async () => known.get(...values) ?? null,
    });
    return statement([]);
  };
  const batch = async (statements: readonly { all(): unknown }[]) => {
    sqlite.exec("BEGIN");
    const results = statements.map((each) => each.all());
    sqlite.exec("COMMIT");
    return results;
  };
  return { sqlite, db: { prepare, batch } as unknown as D1Database };
}
