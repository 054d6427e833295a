// The real Worker under faults: src/index.ts unchanged, with its bindings, clock, origin and way to KICC wrapped.
import { AsyncLocalStorage } from "node:async_hooks";
const HOOK_PATH = "/kicc/";
import worker from "../../src/index.ts";
import { startClock } from "./clock.ts";
import { acks, control } from "./control.ts";
import { troubledD1 } from "./d1.ts";
import { findFetch } from "./find.ts";
import { type Door, type Life, live } from "./life.ts";
import { originFetch } from "./origin.ts";
import { troubledBatch, troubledQueue } from "./queue.ts";
import { quiet } from "./trace.ts";

quiet();

interface Invocation {
  readonly life: Life;
  readonly db: D1Database;
  readonly deliveries: Queue;
}

const current = new AsyncLocalStorage<Invocation>();

function now(): Invocation {
  return current.getStore() ?? fail();
}

const machineFetch = globalThis.fetch.bind(globalThis);
globalThis.fetch = (url: RequestInfo | URL, init?: RequestInit) => findFetch(now().life, machineFetch, url, init);

/** One environment for all invocations, as in production: the settings are read once. Its bindings are the invocation's. */
let environment: Env | null = null;

function troubled(env: Env): Env {
  environment ??= Object.defineProperties(
    { ...env, ORIGIN: { fetch: (_url: URL, init: RequestInit) => originFetch(now().life, init) } } as Env,
    { DB: { get: () => now().db }, DELIVERIES: { get: () => now().deliveries } },
  );
  return environment;
}

/** One invocation, with everything that it touches wrapped for it alone. */
async function among<T>(
  door: Door,
  steps: number,
  env: Env,
  context: ExecutionContext,
  run: (env: Env, life: Life, waitUntil: (work: Promise<unknown>) => void) => Promise<T> | T,
): Promise<T> {
  startClock();
  const waitUntil = (work: Promise<unknown>) => context.waitUntil(work.catch(() => {}));
  return live(door, steps, async (life) => {
    const invocation = {
      life,
      db: troubledD1(env.DB, life, waitUntil),
      deliveries: troubledQueue(queuesOf(env), life),
    };
    return current.run(invocation, () => run(troubled(env), life, waitUntil));
  });
}

function fail(): never {
  throw new Error("Cannot find the invocation: called outside of one");
}

/** The deliveries' queues: production has one, and runs many of its batches at once. */
function queuesOf(env: Env): Queue[] {
  const settings = env as unknown as Record<string, unknown>;
  const queues = Object.keys(env).filter((name) => name.startsWith("DELIVERIES_"));
  return queues.slice(0, Number(settings["CHAOS_QUEUES"])).map((name) => settings[name] as Queue);
}

export default {
  async fetch(request, env, context) {
    const url = new URL(request.url);
    startClock();
    if (url.pathname.startsWith("/chaos/")) return control(url, env.DB);
    const startedAt = Date.now();
    const answer = await among("receiver", 4, env, context, (wrapped, _life, waitUntil) =>
      worker.fetch(request, wrapped, { ...context, props: {}, waitUntil }),
    );
    if (url.pathname.startsWith(HOOK_PATH)) acks.slowestMs = Math.max(acks.slowestMs, Date.now() - startedAt);
    return answer;
  },
  async queue(batch, env, context) {
    const steps = 4 + 3 * batch.messages.length;
    await among("consumer", steps, env, context, (wrapped, life) => worker.queue(troubledBatch(batch, life), wrapped));
  },
  async scheduled(controller, env, context) {
    await among("cron", 10, env, context, (wrapped) => worker.scheduled(controller, wrapped));
  },
} satisfies ExportedHandler<Env>;
