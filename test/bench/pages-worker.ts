// The Worker itself, whose answers also tell what D1 was asked for: for the bench of the console's pages.
import worker from "../../src/index.ts";
import { meteredD1 } from "../metered.ts";

// Settings are read once for each environment: a new one for each request would be read anew.
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
