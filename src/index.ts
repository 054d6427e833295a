// The Worker's three doors: KICC and people over HTTP, the queues, the cron. No logic: each leads to its step.
import { Hono } from "hono/tiny";
import { api } from "./api/api.ts";
import { operations } from "./api/operations.ts";
import { performer } from "./api/perform.ts";
import { type Config, configOf } from "./config.ts";
import { confirmDue } from "./confirm.ts";
import { runSteps } from "./cron.ts";
import { returnDeadLetters } from "./deadletter.ts";
import { deliverBatch } from "./deliver.ts";
import { health } from "./health.ts";
import { HOOK_PATH } from "./hook-path.ts";
import { log } from "./log.ts";
import { receive } from "./notify.ts";
import { pruneOld } from "./prune.ts";
import { reconcile } from "./reconcile.ts";
import { rollUp } from "./rollup.ts";
import { sweep } from "./sweep.ts";
import { watch } from "./watch.ts";

const app = new Hono<{ Bindings: Env }>();

const hook = `${HOOK_PATH}/*`;
app.all(hook, (c) =>
  receive(c.req.raw, configOf(c.env, announce), {
    db: c.env.DB,
    deliveries: c.env.DELIVERIES,
    limits: { strangers: c.env.STRANGERS, trusted: c.env.TRUSTED },
    waitUntil: (work) => c.executionCtx.waitUntil(work),
  }),
);

app.get("/health", (c) => health(c.env.DB));

app.route(
  "/",
  api((env) => configOf(env, announce), operations),
);

/** Loaded when somebody opens it: the receiver's start evaluates none of it. */
app.all("/console/*", async (c) => {
  const { consoleApp } = await import("./console/console.tsx");
  const people = consoleApp((env) => configOf(env, announce), performer(operations));
  return people.fetch(c.req.raw, c.env, c.executionCtx);
});

function announce({ problems }: Config): void {
  if (problems.length > 0) log("settings.wrong", { problems });
}

export default {
  fetch: app.fetch,
  async queue(batch, env) {
    const config = configOf(env, announce);
    if (batch.queue.startsWith("kicc-deliveries-dead")) await returnDeadLetters(batch, config, env.DB, env.DELIVERIES);
    else await deliverBatch(batch, config, env.DB);
  },
  async scheduled(_controller, env) {
    const config = configOf(env, announce);
    await runSteps({
      sweep: () => sweep(config, env.DB, env.DELIVERIES),
      "roll up": () => rollUp(env.DB, Date.now()),
      watch: () => watch(config, env.DB, Date.now()),
      confirm: () => confirmDue(config, env.DB, env.DELIVERIES),
      reconcile: () => reconcile(config, env.DB, env.DELIVERIES),
      prune: () => pruneOld(env.DB, Date.now()),
    });
  },
} satisfies ExportedHandler<Env>;
