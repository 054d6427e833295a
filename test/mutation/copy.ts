// A copy of the tree to mutate, so that nothing here changes while its tests run.
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const LEFT_OUT = new Set(["node_modules", ".git", ".wrangler", "coverage", "dist"]);
const FAST_CHECK = 'import * as fc from "fast-check";';

/** @returns its folder */
export function copyOf(root: string): string {
  const copy = mkdtempSync(path.join(tmpdir(), "kicc-mutation-"));
  cpSync(root, copy, { recursive: true, filter: (from) => !LEFT_OUT.has(path.basename(from)) });
  symlinkSync(path.join(root, "node_modules"), path.join(copy, "node_modules"));
  for (const name of readdirSync(path.join(copy, "test"), { recursive: true, encoding: "utf8" })) {
    if (name.endsWith(".test.ts")) withoutShrinking(path.join(copy, "test", name));
  }
  return copy;
}

export function removeCopy(copy: string): void {
  rmSync(copy, { recursive: true, force: true });
}

/** That a test fails is all that counts. Looking for the smallest case took two minutes of a failure of two seconds. */
function withoutShrinking(file: string): void {
  const source = readFileSync(file, "utf8");
  if (!source.includes(FAST_CHECK)) return;
  writeFileSync(file, source.replace(FAST_CHECK, `${FAST_CHECK}\nfc.configureGlobal({ endOnFailure: true });`));
}
