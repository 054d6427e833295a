// npm run chaos -- --mode archive: the archive under faults, in workerd with real local D1 and R2. One ledger per seed.
import { spawnSync } from "node:child_process";

const SEEDS = 5;
const DAYS = 30;
const HEAD = [
  "seed",
  "stored",
  "runs",
  "failed",
  "replies lost",
  "hung",
  "killed",
  "archived",
  "lost",
  "both",
  "twice",
  "not found",
  "verify-archive says",
];

/** @returns the exit code: 0 where every ledger is good */
export function runArchive(notifications: number, seed: number): number {
  const seeds = Array.from({ length: SEEDS }, (_, index) => seed + index);
  const args = ["run", "--project", "workerd", "test/archive/chaos.test.ts", "--reporter=verbose"];
  const { status, stdout, stderr } = spawnSync("vitest", args, {
    encoding: "utf8",
    maxBuffer: 1024 * 1024 * 1024,
    env: { ...process.env, NO_COLOR: "1", ARCHIVE_CHAOS: JSON.stringify({ notifications, days: DAYS, seeds }) },
  });
  const rows = stdout.split("\n").filter((line) => line.startsWith("| "));
  console.log([`| ${HEAD.join(" | ")} |`, `|${"--:|".repeat(HEAD.length - 1)}---|`, ...rows].join("\n"));
  if (status !== 0) console.error(`${stdout.slice(-20_000)}\n${stderr}`);
  return status ?? 1;
}
