// The Worker's three doors: KICC and people over HTTP, the queues, the cron. No logic: each leads to its step.
import { Hono } from "hono/tiny";
import { api } from "./api/router.ts";
import { operations } from "./api/operations.ts";
import { performer } from "./api/perform.ts";
import { type Config, configOf } from "./config.ts";
import { confirmDue } from "./inquire/confirm.ts";
import { confirmNow } from "./inquire/confirming.ts";
import { archive } from "./upkeep/archive.ts";
import { runSteps } from "./upkeep/cron.ts";
import { returnDeadLetters } from "./deliver/dead-letters.ts";
import { deliverBatch } from "./deliver/consumer.ts";
import { health } from "./api/health.ts";
import { HOOK_PATH } from "./receive/path.ts";
import { log } from "./log.ts";
import { receive } from "./receive/hook.ts";
import { pruneOld } from "./upkeep/prune.ts";
import { reconcile } from "./inquire/reconcile.ts";
import { rollUp } from "./upkeep/count.ts";
import { sweep } from "./upkeep/sweep.ts";
import { watch } from "./upkeep/watch.ts";

const app = new Hono<{ Bindings: Env }>();

const hook = `${HOOK_PATH}/*`;
app.all(hook, (c) => {
  const config = configOf(c.env, announce);
  const { DB: db, DELIVERIES: deliveries } = c.env;
  return receive(c.req.raw, config, {
    db,
    deliveries,
    askNow: (id) => confirmNow(id, config, { db, deliveries }),
    limits: { strangers: c.env.STRANGERS, trusted: c.env.TRUSTED },
    waitUntil: (work) => c.executionCtx.waitUntil(work),
  });
});

app.get("/health", (c) => health(c.env.DB));

app.route(
  "/",
  api((env) => configOf(env, announce), operations),
);

/** Loaded when somebody opens it: the receiver's start evaluates none of it. */
app.all("/console/*", async (c) => {
  const { consoleApp } = await import("./console/app.tsx");
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
      archive: () => archive(config, env.DB, Date.now()),
    });
  },
} satisfies ExportedHandler<Env>;
