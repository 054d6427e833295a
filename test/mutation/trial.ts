// A process with one Vitest in a copy of the tree: it runs test files until a test fails. Whoever started it mutates the copy.
//
// One Vitest for many trials: only its first run starts from nothing. A trial took 4 to 7 s, and 10 to 16 s by `vitest run`.
import path from "node:path";
import { type TestModule, createVitest } from "vitest/node";

export interface Trial {
  readonly number: number;
  /** Files that were written since the trial before. */
  readonly changed: readonly string[];
  readonly tests: readonly string[];
}

/** The first test that failed. */
export interface Failure {
  readonly file: string;
  readonly title: string;
  /** It waited for something that never came, or the machine was too slow. */
  readonly timedOut: boolean;
}

export interface Verdict {
  readonly number: number;
  /** null where all passed. */
  readonly failure: Failure | null;
}

/** A test that hangs has failed. */
const TEST_TIMEOUT_MS = 60_000;

const [, , copy = ""] = process.argv;
process.chdir(copy);
const vitest = await createVitest("test", {
  root: copy,
  project: ["workerd"],
  watch: false,
  bail: 1,
  maxWorkers: 1,
  testTimeout: TEST_TIMEOUT_MS,
  reporters: [{}],
});

process.on("message", ({ number, changed, tests }: Trial) => {
  for (const file of changed) vitest.invalidateFile(path.join(copy, file));
  void firstFailure(tests).then((failure) => process.send?.({ number, failure } satisfies Verdict));
});

async function firstFailure(tests: readonly string[]): Promise<Failure | null> {
  for (const test of tests) {
    const moduleId = path.join(copy, test);
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications(
      vitest.projects.map((project) => project.createSpecification(moduleId)),
    );
    const ran = testModules.find((each) => each.moduleId === moduleId);
    if (!ran?.ok()) return { file: test, ...whatFailed(ran) };
    if (unhandledErrors.length > 0) return { file: test, title: "an error that no test handled", timedOut: false };
  }
  return null;
}

function whatFailed(ran: TestModule | undefined): Omit<Failure, "file"> {
  const [first] = ran?.children.allTests("failed") ?? [];
  const [error] = first?.result().errors ?? ran?.errors() ?? [];
  const message = error?.message.split("\n")[0] ?? "did not run";
  return { title: first?.fullName ?? message, timedOut: /timed out/i.test(message) };
}
