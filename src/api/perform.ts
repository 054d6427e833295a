// Runs one operation for whoever may: the API's callers, and the console, which is handed this by index.ts.
import type { Config } from "../config.ts";
import { log, reasonOf } from "../log.ts";
import { before } from "../deadline.ts";
import { type Desk, type Operation, type Refusal, refuse } from "./operation.ts";

// Longer than any poll waits, or KICC is given to answer: D1 that hangs counts as D1 that is down.
const ANSWER_WITHIN_MS = 45_000;

/** Reads the input by the operation's own schema and runs it. What it throws is told as `unavailable`, and logged. */
export async function perform(each: Operation, given: object, desk: Desk): Promise<unknown> {
  if (each.needsDelivering && desk.config.delivering === null) {
    return refuse("settings", describeProblems(desk.config).join("; "));
  }
  const input = each.input.safeParse(given);
  if (!input.success) {
    const wrong = input.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
    return refuse("invalid", wrong.join("; "));
  }
  try {
    return await before(desk.now + ANSWER_WITHIN_MS, "answer", each.run(input.data, desk));
  } catch (error) {
    log("api.failed", { method: each.method, path: each.path, error: reasonOf(error) });
    return refuse("unavailable", "D1 or the queue does not answer: try again");
  }
}

/** Every wrong setting with what it must be; never a secret's value. */
export function describeProblems({ problems }: Config): string[] {
  return problems.map(({ setting, message }) => `${setting} ${message}`);
}

export function isRefusal(answer: unknown): answer is Refusal {
  return typeof answer === "object" && answer !== null && "refused" in answer;
}

/** Performs by name, as in `post /api/test`: the names of the API's description. */
export function performer(operations: readonly Operation[]) {
  const named = new Map(operations.map((each) => [`${each.method} ${each.path}`, each]));
  return async (name: string, given: object, desk: Desk): Promise<unknown> => {
    const each = named.get(name);
    if (!each) throw new Error(`Cannot perform ${name}: no such operation`);
    return perform(each, given, desk);
  };
}
