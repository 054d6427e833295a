// What each path costs in D1, as the tests assert it. The table is printed only if they pass.
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { BUDGET, type Path } from "./budget.ts";
import { markdown } from "./statistics.ts";

/** Asserts of each kind what the last line says. */
const KINDS = "test/store/budget-of-kinds.test.ts";
const ROOT = path.join(import.meta.dirname, "../..");

export async function benchRows(): Promise<string> {
  const vitest = path.join(ROOT, "node_modules/vitest/vitest.mjs");
  const args = [vitest, "run", "--project", "workerd", "--silent=true", "test/store/budget.test.ts", KINDS];
  await promisify(execFile)(process.execPath, args, { cwd: ROOT, timeout: 180_000 });
  const rows = Object.entries(BUDGET).map(([name, { trips, read, written }]) => [name, trips, read, written]);
  const written = (stored: Path) => BUDGET[stored].written + BUDGET["delivered at once"].written;
  return `${markdown([["path", "round trips", "rows read", "rows written"], ...rows])}

Rows written for one notification delivered at once: ${written("new")}, with a reference ${written("new, with a reference")} (goals: 8 and 9); of every other kind as many or fewer.`;
}
