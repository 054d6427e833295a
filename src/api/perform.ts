// Runs one operation for the API's router, and by name for the console, which gets `perform` from index.ts.
import type { Config } from "../config.ts";
import { log, reasonOf } from "../log.ts";
import { before } from "../deadline.ts";
import { type CallContext, type Operation, type Refusal, refuse } from "./operation.ts";
import type { operations } from "./all-operations.ts";

// Longer than a pull waits and than KICC may take to answer. D1 that hangs is treated like D1 that is down.
const CALL_WITHIN_MS = 45_000;

// A person does not read more problems at once.
const PROBLEMS_TOLD = 5;

type Known = (typeof operations)[number];

/** The operations by their names in the API's description, such as `post /api/test`. */
type Named = { readonly [Each in Known as `${Each["method"]} ${Each["path"]}`]: Each };

export type OperationName = keyof Named;

/** The answer of an operation that is not refused. */
export type AnswerOf<Name extends OperationName> =
  Named[Name] extends Operation<infer _Input, infer Answer> ? Answer : never;

/** Runs an operation by its name, so that console and API share every rule. */
export type Perform = <Name extends OperationName>(
  name: Name,
  given: object,
  context: CallContext,
) => Promise<AnswerOf<Name> | Refusal>;

/**
 * Reads the input with the operation's schema, and runs it. What it throws is logged, and answered as `unavailable`.
 */
export async function runOperation<Answer>(
  each: Operation<unknown, Answer>,
  given: object,
  context: CallContext,
): Promise<Answer | Refusal> {
  if (each.needsDelivering && context.config.delivering === null) {
    return refuse("settings", describeProblems(context.config).join("; "));
  }
  const input = each.input.safeParse(given);
  if (!input.success) {
    const { issues } = input.error;
    const wrong = issues.slice(0, PROBLEMS_TOLD).map(({ path, message }) => `${path.join(".")} ${message}`);
    const more = issues.length > PROBLEMS_TOLD ? [`and ${issues.length - PROBLEMS_TOLD} more`] : [];
    return refuse("invalid", [...wrong, ...more].join("; "));
  }
  try {
    return await before(context.now + CALL_WITHIN_MS, "answer", each.run(input.data, context));
  } catch (error) {
    log("api.failed", { method: each.method, path: each.path, error: reasonOf(error) });
    return refuse("unavailable", "D1, R2 or the queue does not answer: try again");
  }
}

/** Every wrong setting with what it must be. Never a secret's value. */
export function describeProblems({ problems }: Config): string[] {
  return problems.map(({ setting, message }) => `${setting} ${message}`);
}

export function isRefusal(answer: unknown): answer is Refusal {
  return typeof answer === "object" && answer !== null && "refused" in answer;
}

/** Makes `Perform` from the operations. */
export function performerOf(known: readonly Operation[]): Perform {
  const byName = new Map<string, Operation>(known.map((each) => [`${each.method} ${each.path}`, each]));
  return async (name, given, context) => {
    const each = byName.get(name);
    if (!each) throw new Error(`Cannot perform ${name}: no such operation`);
    // The name decides which operation it is, and its answer fits its own schema.
    return (await runOperation(each, given, context)) as AnswerOf<typeof name> | Refusal;
  };
}
