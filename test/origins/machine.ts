// Which languages this machine has. Tests of a missing language are left out with one line; in CI it must be there.
import { spawnSync } from "node:child_process";

/** @param probe exits with 0 where all that is needed is there @param debian the packages that bring it */
export function has(what: string, probe: readonly [command: string, ...options: string[]], debian: string): boolean {
  const [command, ...options] = probe;
  const { status } = spawnSync(command, options, { stdio: "ignore", timeout: 30_000 });
  if (status === 0) return true;
  const line = `${what} is missing on this machine: apt-get install ${debian}`;
  if (process.env["CI"]) throw new Error(`Cannot test: ${line}`);
  console.warn(`Tests left out: ${line}`);
  return false;
}
