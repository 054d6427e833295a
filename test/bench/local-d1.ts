// D1's interface over SQLite in memory, to fill it by the hundred thousand: without D1's limits, and without counting
// rows.
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";

const MIGRATIONS = path.join(import.meta.dirname, "../../migrations");

interface Bound {
  readonly statement: StatementSync;
  readonly values: readonly SQLInputValue[];
}

export interface LocalD1 {
  readonly db: D1Database;
  readonly file: DatabaseSync;
}

export function localD1(): LocalD1 {
  const file = new DatabaseSync(":memory:");
  for (const name of readdirSync(MIGRATIONS).toSorted()) {
    file.exec(readFileSync(path.join(MIGRATIONS, name), "utf8"));
  }
  const statements = new Map<string, StatementSync>();
  const bounds = new WeakMap<object, Bound>();
  function run({ statement, values }: Bound) {
    return { success: true, results: statement.all(...values), meta: {} };
  }
  function bound(statement: StatementSync, values: readonly SQLInputValue[]): object {
    const prepared = {
      bind: (...given: SQLInputValue[]) => bound(statement, given),
      run: async () => run({ statement, values }),
      all: async () => run({ statement, values }),
      first: async () => statement.all(...values)[0] ?? null,
    };
    bounds.set(prepared, { statement, values });
    return prepared;
  }
  const db = {
    prepare(sql: string) {
      const statement = statements.get(sql) ?? file.prepare(sql);
      statements.set(sql, statement);
      return bound(statement, []);
    },
    async batch(prepared: readonly object[]) {
      file.exec("BEGIN");
      try {
        const results = prepared.map((each) => run(bounds.get(each) as Bound));
        file.exec("COMMIT");
        return results;
      } catch (error) {
        file.exec("ROLLBACK");
        throw error;
      }
    },
  };
  return { db: db as unknown as D1Database, file };
}
