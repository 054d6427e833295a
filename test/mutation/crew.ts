// One who tries mutations: a copy of the tree, and a process that runs tests in it. One that takes too long is ended.
import { type ChildProcess, fork } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { copyOf, removeCopy } from "./copy.ts";
import type { Failure, Trial, Verdict } from "./trial.ts";

export interface Tried {
  /** null where all tests passed. */
  readonly failure: Failure | null;
}

export interface Crew {
  /** @param mutated null: the tests as they are */
  readonly run: (
    mutated: { readonly file: string; readonly source: string } | null,
    tests: readonly string[],
  ) => Promise<Tried>;
  readonly end: () => void;
}

/** For one trial after the other. */
export function crewOf(root: string, timeoutMs: number): Crew {
  const copy = copyOf(root);
  let child: ChildProcess | null = null;
  let number = 0;
  let changed: string[] = [];

  function endChild(): void {
    // Its group has workerd as well.
    if (child?.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    child = null;
  }

  function ask(tests: readonly string[]): Promise<Tried> {
    child ??= fork(path.join(import.meta.dirname, "trial.ts"), [copy], {
      detached: true,
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const asked = child;
    number += 1;
    return new Promise((resolve) => {
      const done = (tried: Tried) => {
        clearTimeout(timer);
        asked.removeAllListeners();
        resolve(tried);
      };
      const timer = setTimeout(() => {
        endChild();
        done({ failure: { file: tests[0] ?? "", title: "no end in time", timedOut: true } });
      }, timeoutMs);
      asked.on("message", (verdict: Verdict) => {
        if (verdict.number === number) done({ failure: verdict.failure });
      });
      asked.on("exit", () => {
        child = null;
        done({ failure: { file: tests[0] ?? "", title: "the process ended", timedOut: false } });
      });
      asked.send({ number, changed, tests } satisfies Trial);
    });
  }

  return {
    async run(mutated, tests) {
      if (mutated === null) return ask(tests);
      const file = path.join(copy, mutated.file);
      const original = readFileSync(file, "utf8");
      writeFileSync(file, mutated.source);
      changed.push(mutated.file);
      const tried = await ask(tests);
      writeFileSync(file, original);
      changed = [mutated.file];
      return tried;
    },
    end() {
      endChild();
      removeCopy(copy);
    },
  };
}
