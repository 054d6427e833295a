// The Worker's three entries: HTTP (KICC and people), the queues, the cron. No logic: each entry calls the room that
// does the work.
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { type Config, configOf } from "./config.ts";
import { beat } from "./store/heartbeat.ts";
import { callWatchdog } from "./outbound/watchdog.ts";
import { confirmDue } from "./inquire/confirm-due.ts";
import { confirmOneNow } from "./inquire/confirm-one.ts";
import { archiveAndWatchSize } from "./upkeep/archive-old.ts";
import { runSteps } from "./upkeep/cron.ts";
import { returnDeadLetters } from "./deliver/dead-letters.ts";
import { deliverBatch } from "./deliver/consumer.ts";
import { health } from "./api/health.ts";
import { DOORS } from "./kinds/registry.ts";
import { noteSighting } from "./store/alert-conditions.ts";
import { log, reasonOf } from "./log.ts";
import { receive } from "./receive/hook.ts";
import { pruneOld } from "./upkeep/prune.ts";
import { reconcileDue } from "./inquire/reconcile-due.ts";
import { rememberHost } from "./upkeep/remember-console.ts";
import { rollUp } from "./upkeep/roll-up.ts";
import { tellDaily } from "./upkeep/daily.ts";
import { sweep } from "./upkeep/sweep.ts";
import { watch } from "./upkeep/watch.ts";

const app = new Hono<{ Bindings: Env }>();

for (const { path } of DOORS) app.all(`${path}/*`, (c) => hook(c));
app.notFound((c) => hook(c));

function hook(c: Context<{ Bindings: Env }>): Promise<Response> {
  const config = configOf(c.env, logProblems);
  const { DB: db, DELIVERIES: deliveries } = c.env;
  return receive(c.req.raw, config, {
    db,
    deliveries,
    askNow: (id) => confirmOneNow(id, config, { db, deliveries }),
    noteWrongDoor: () => noteSighting(db, "wrong-door", Date.now()).catch(notNoted),
    limits: { strangers: c.env.STRANGERS, trusted: c.env.TRUSTED },
    waitUntil: (work) => c.executionCtx.waitUntil(work),
  });
}

function notNoted(error: unknown): void {
  log("sighting.not-noted", { error: reasonOf(error) });
}

app.get("/health", (c) => health(c.env.DB));

// API and console are loaded on their first request, so that the first ack of an isolate does not wait for them.
app.get("/metrics", programs);
app.all("/api/*", programs);
app.all("/console/*", people);

async function programs(c: Context<{ Bindings: Env }>): Promise<Response> {
  const { apiApp } = await import("./api/app.ts");
  return apiApp((env) => configOf(env, logProblems)).fetch(c.req.raw, c.env, c.executionCtx);
}

async function people(c: Context<{ Bindings: Env }>): Promise<Response> {
  const [{ consoleApp }, { perform }] = await Promise.all([import("./console/app.tsx"), import("./api/app.ts")]);
  return consoleApp((env) => configOf(env, logProblems), perform).fetch(c.req.raw, c.env, c.executionCtx);
}

function logProblems({ problems }: Config): void {
  if (problems.length > 0) log("settings.wrong", { problems });
}

export default {
  async fetch(request: Request, env: Env, context: ExecutionContext) {
    const response = await app.fetch(request, env, context);
    rememberHost(request, response, env.DB, context);
    return response;
  },
  async queue(batch, env) {
    const config = configOf(env, logProblems);
    if (batch.queue.startsWith("kicc-deliveries-dead")) await returnDeadLetters(batch, config, env.DB, env.DELIVERIES);
    else await deliverBatch(batch, config, env.DB);
  },
  async scheduled(_controller, env) {
    const config = configOf(env, logProblems);
    // The steps run in this order, each for the reason above it.
    const whole = await runSteps({
      // It proves that D1 takes writes: `watch` checks that this run could write it.
      heartbeat: () => beat(env.DB, Date.now(), config.receiving !== null),
      // Brings notifications to the origin, so nothing goes before it that could wait.
      sweep: () => sweep(config, env.DB, env.DELIVERIES),
      // Short, and `daily` reads its counts.
      "roll up": () => rollUp(env.DB, Date.now()),
      // After the sweep, so that it does not alert what the sweep has just settled. Before KICC is asked, which may take
      // the whole run.
      watch: () => watch(config, env.DB, Date.now()),
      daily: () => tellDaily(config, env.DB, Date.now()),
      // Before `reconcile`: these notifications came already, and wait only for KICC's answer.
      confirm: () => confirmDue(config, env.DB, env.DELIVERIES),
      reconcile: () => reconcileDue(config, env.DB, env.DELIVERIES),
      // Deleting and archiving can wait longest.
      prune: () => pruneOld(env.DB, Date.now()),
      archive: () => archiveAndWatchSize(config, env.DB, Date.now()),
    });
    if (whole) await callWatchdog(config.operating.heartbeatUrl);
  },
} satisfies ExportedHandler<Env>;
