// A copy of this project in its own folder, because the command edits wrangler.toml. Code and packages are links.
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export interface ProjectCopy {
  readonly root: string;
  readonly remove: () => void;
}

const HERE = path.join(import.meta.dirname, "../..");

export function copyProject(): ProjectCopy {
  const root = mkdtempSync(path.join(tmpdir(), "kicc-project-"));
  for (const name of ["wrangler.toml", "package.json", "tsconfig.json", "migrations"]) {
    cpSync(path.join(HERE, name), path.join(root, name), { recursive: true });
  }
  for (const name of ["src", "node_modules"]) symlinkSync(path.join(HERE, name), path.join(root, name));
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}
