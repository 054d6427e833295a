// The migrations under D1's strictest reading of /query, and on a database that version 1.0.0 made.
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { splitStrictly } from "../cloudflare/splitting.ts";

const NOW = path.join(import.meta.dirname, "../../migrations");
const RELEASED = path.join(import.meta.dirname, "migrations-1.0.0");

interface Migration {
  readonly name: string;
  readonly sql: string;
}

function read(folder: string): Migration[] {
  return readdirSync(folder)
    .toSorted()
    .map((name) => ({ name, sql: readFileSync(path.join(folder, name), "utf8") }));
}

function made(migrations: readonly Migration[]): Record<string, string> {
  const database = new DatabaseSync(":memory:");
  for (const { sql } of migrations) database.exec(sql);
  const rows = database.prepare("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").all();
  return Object.fromEntries(rows.map(({ type, name, sql }) => [`${String(type)} ${String(name)}`, bare(String(sql))]));
}

/** SQLite keeps comments with the text of a table. */
function bare(sql: string): string {
  return sql.replaceAll(/--.*$/gm, "").replaceAll(/\s+/g, " ").trim();
}

/** As the remote /query does it: statement by statement, each by itself. */
function runStrictly(migrations: readonly Migration[]): void {
  const database = new DatabaseSync(":memory:");
  for (const { sql } of migrations) for (const statement of splitStrictly(sql)) database.prepare(statement).run();
}

describe("migrations", () => {
  it("leave a new database and one that 1.0.0 made with the same schema", () => {
    const released = read(RELEASED);
    const newer = read(NOW).filter(({ name }) => !released.some((old) => old.name === name));
    expect(made([...released, ...newer])).toEqual(made(read(NOW)));
  });

  it("run where statements are cut at every semicolon outside quotes, those in comments too", () => {
    expect(() => runStrictly(read(NOW))).not.toThrow();
    expect(() => runStrictly(read(RELEASED))).toThrow(/syntax error|no statements|incomplete/);
  });

  it("have neither quotes nor semicolons in comments", () => {
    for (const { name, sql } of read(NOW)) {
      const comments = [...sql.matchAll(/--(.*)$/gm)].map(([, text = ""]) => text);
      expect(`${name}: ${comments.filter((text) => /[;'"`]/.test(text)).join("|")}`).toBe(`${name}: `);
    }
  });

  it("are cut as the strictest reading cuts them", () => {
    expect(splitStrictly("SELECT ';'; SELECT 2")).toEqual(["SELECT ';'", "SELECT 2"]);
    expect(splitStrictly("-- one; two\nSELECT 1;")).toEqual(["-- one", "two\nSELECT 1"]);
    expect(splitStrictly("-- it's\nSELECT 1; SELECT 2")).toHaveLength(1);
  });
});
