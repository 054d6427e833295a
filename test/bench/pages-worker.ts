// The Worker, whose answers also say how many rows D1 read. For the benchmark of the console's pages.
import worker from "../../src/index.ts";
import { meteredD1 } from "../metered.ts";

// The Worker reads settings once per environment. With a new environment for each request it would read them each time.
const environments = new WeakMap<object, { readonly env: Env; readonly take: ReturnType<typeof meteredD1>["take"] }>();

function metered(env: Env) {
  const known = environments.get(env.DB) ?? meteredEnv(env);
  environments.set(env.DB, known);
  return known;
}

function meteredEnv(env: Env) {
  const { db, take } = meteredD1(env.DB);
  return { env: { ...env, DB: db }, take };
}

export default {
  async fetch(request: Request, given: Env, ctx: ExecutionContext): Promise<Response> {
    const { env, take } = metered(given);
    take();
    const answer = await worker.fetch(request, env, ctx);
    const body = await answer.arrayBuffer();
    const { trips, read } = take();
    const headers = new Headers(answer.headers);
    headers.set("x-d1", `${trips} ${read}`);
    // An answer without a body may have none, not even an empty one.
    return new Response(answer.status === 204 || answer.status === 303 ? null : body, {
      status: answer.status,
      headers,
    });
  },
};
