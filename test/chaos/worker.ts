// The real Worker among faults: its bindings, its clock and its origin are wrapped, its code is src/index.ts as it is.
import worker from "../../src/index.ts";
import { startClock } from "./clock.ts";
import { control } from "./control.ts";
import { troubledD1 } from "./d1.ts";
import { type Door, type Life, live } from "./life.ts";
import { troubledOrigin } from "./origin.ts";
import { troubledBatch, troubledQueue } from "./queue.ts";
import { quiet } from "./trace.ts";

quiet();

interface Troubled {
  readonly life: Life;
  readonly env: Env;
  readonly context: ExecutionContext;
}

/** One invocation, with everything that it touches wrapped for it alone. */
async function among<T>(
  door: Door,
  steps: number,
  env: Env,
  context: ExecutionContext,
  run: (troubled: Troubled) => Promise<T> | T,
): Promise<T> {
  startClock();
  const waitUntil = (work: Promise<unknown>) => context.waitUntil(work.catch(() => {}));
  return live(door, steps, async (life) => {
    const troubled = {
      ...env,
      DB: troubledD1(env.DB, life, waitUntil),
      DELIVERIES: troubledQueue(queuesOf(env), life),
      ORIGIN: troubledOrigin(life),
    };
    return run({ life, env: troubled, context: { ...context, props: {}, waitUntil } });
  });
}

/** The deliveries' queues: production has one, and runs many of its batches at once. */
function queuesOf(env: Env): Queue[] {
  return Object.entries(env).flatMap(([name, value]) => (name.startsWith("DELIVERIES_") ? [value as Queue] : []));
}

export default {
  async fetch(request, env, context) {
    const url = new URL(request.url);
    startClock();
    if (url.pathname.startsWith("/chaos/")) return control(url, env.DB);
    return among("receiver", 4, env, context, (troubled) => worker.fetch(request, troubled.env, troubled.context));
  },
  async queue(batch, env, context) {
    await among("consumer", 4 + 3 * batch.messages.length, env, context, ({ life, env: troubled }) =>
      worker.queue(troubledBatch(batch, life), troubled),
    );
  },
  async scheduled(controller, env, context) {
    await among("cron", 10, env, context, ({ env: troubled }) => worker.scheduled(controller, troubled));
  },
} satisfies ExportedHandler<Env>;
