// The tables of mutations, *.txt beside this file: read, and held to the code. A line is one mutation.
//
//   src/store/claim.ts test/deliver/taking.test.ts …   the file, and the tests that belong to it, the likeliest first
//     text → replacement                               the text stands once in the file; any blanks match any blanks
//     text → ∅                                         it is deleted
//     text → replacement ∵ reason                      no test can see it, or none is worth its price: the reason
//   # a comment
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";

export interface Mutation {
  /** The table and the line, as in store.txt:12. */
  readonly at: string;
  readonly file: string;
  readonly text: string;
  readonly replacement: string;
  readonly tests: readonly string[];
  /** Why it may survive; null where a test has to fail. */
  readonly reason: string | null;
  /** The whole file with the replacement. */
  readonly source: string;
}

/** By the file that is mutated, and the table with its line. */
type IsWanted = (file: string, at: string) => boolean;

/** @throws where a line that is wanted is none, its file is not there, or its text stands there not once */
export function readTables(root: string, isWanted: IsWanted): readonly Mutation[] {
  const problems: string[] = [];
  const names = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".txt"));
  const mutations = names.toSorted().flatMap((name) => readTable(root, name, isWanted, problems));
  if (problems.length > 0) throw new Error(`Cannot use the tables:\n${problems.join("\n")}`);
  return mutations;
}

function readTable(root: string, name: string, isWanted: IsWanted, problems: string[]): Mutation[] {
  const mutations: Mutation[] = [];
  let [file = "", ...tests]: string[] = [];
  const lines = readFileSync(path.join(import.meta.dirname, name), "utf8").split("\n");
  for (const [index, line] of lines.entries()) {
    const at = `${name}:${index + 1}`;
    try {
      if (line.trim() === "" || line.startsWith("#")) continue;
      if (!line.startsWith(" ")) [file = "", ...tests] = line.split(/\s+/);
      else if (isWanted(file, at)) {
        mutations.push({ at, file, tests, ...readLine(line, readFileSync(path.join(root, file), "utf8")) });
      }
    } catch (error) {
      problems.push(`${at}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return mutations;
}

function readLine(line: string, original: string): Pick<Mutation, "text" | "replacement" | "reason" | "source"> {
  const [, text, to, reason] = /^\s+(.+?) → (.+?)(?: ∵ (.+))?$/.exec(line) ?? [];
  if (text === undefined || to === undefined) throw new Error(`Cannot read the line: it has no →`);
  const replacement = to === "∅" ? "" : to;
  const found = [...original.matchAll(patternOf(text))];
  if (found.length !== 1) throw new Error(`Cannot mutate: "${text}" stands there ${found.length} times`);
  const source = original.replace(patternOf(text), () => replacement);
  return { text, replacement, reason: reason ?? null, source };
}

function patternOf(text: string): RegExp {
  return new RegExp(RegExp.escape(text).replaceAll(/(?:\\x20)+/g, String.raw`\s+`), "g");
}
