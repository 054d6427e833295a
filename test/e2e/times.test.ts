// src/times.md lists every duration of the Worker. This test fails when the table has fallen behind the code.
import { glob, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";

const SRC = path.join(import.meta.dirname, "../../src");
// Units are no durations of their own; deploy and puller run elsewhere; a page's own times stand beside what they are for.
const UNITS = /^(MINUTE|HOUR|DAY|KST)_MS$/;
const ELSEWHERE = /^(deploy|puller|console)\//;
const DURATION = /^(?:export )?const ([A-Z0-9_]+_(?:MS|SECONDS|MINUTES|DAYS))\b(?!.*= \[$)(?::[^=]*)? = /gm;

async function durations(): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob("**/*.ts", { cwd: SRC })) {
    if (ELSEWHERE.test(file)) continue;
    const text = await readFile(path.join(SRC, file), "utf8");
    for (const [, name = ""] of text.matchAll(DURATION)) {
      if (!UNITS.test(name) && !name.startsWith("SEQS_")) found.push(`${name} ${file}`);
    }
  }
  return found.toSorted();
}

async function tabled(): Promise<string[]> {
  const rows = (await readFile(path.join(SRC, "times.md"), "utf8")).matchAll(/^\| (`.*`) \| [^|]+ \| ([^|]+) \|/gm);
  return [...rows].flatMap(([, names = "", files = ""]) =>
    [...names.matchAll(/`(\w+)`/g)].flatMap(([, name]) => files.split(",").map((file) => `${name} ${file.trim()}`)),
  );
}

test("each duration of the Worker has its reason in the table, and the table names no other", async () => {
  const inTable = (await tabled()).filter((each) => !each.includes(" console/"));
  expect(inTable.toSorted()).toEqual(await durations());
});
