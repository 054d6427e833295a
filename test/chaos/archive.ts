// npm run chaos -- --mode archive: the archive's life under faults, in workerd with real local D1 and R2, one ledger a seed.
import { spawnSync } from "node:child_process";

const SEEDS = 5;
const DAYS = 30;

/** @returns the exit code: 0 where every ledger is good */
export function runArchive(notifications: number, seed: number): number {
  const seeds = Array.from({ length: SEEDS }, (_, index) => seed + index);
  const args = ["run", "--project", "workerd", "test/archive/chaos.test.ts", "--reporter=verbose"];
  const { status } = spawnSync("vitest", args, {
    stdio: "inherit",
    env: { ...process.env, ARCHIVE_CHAOS: JSON.stringify({ notifications, days: DAYS, seeds }) },
  });
  return status ?? 1;
}
