// The JSON API of contract section 7: the one place that checks the token, reads the input, and answers or refuses.
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import type { Config } from "../config.ts";
import { isOneOf } from "../tokens.ts";
import { type CallContext, type Operation, type Refusal, STATUS } from "./operation.ts";
import { describeProblems, isRefusal, runOperation } from "./perform.ts";

// Far more than nearly any input.
const MOST_CHARACTERS = 64 * 1024;

type Caller = "token" | "delivery-token";

/** @param configOf returns the settings of this isolate @param operations everything under /api/ */
export function api(configOf: (env: Env) => Config, operations: readonly Operation[]): Hono<{ Bindings: Env }> {
  const app = new Hono<{ Bindings: Env }>();
  for (const each of operations) {
    app.on(each.method.toUpperCase(), each.path.replaceAll(/\{(\w+)\}/g, ":$1"), async (c) => {
      const config = configOf(c.env);
      const caller = callerOf(c.req.raw, config);
      const refusal = mayCall(each, caller, config);
      return refusal ? refused(refusal) : run(each, c, config, caller ?? "token");
    });
  }
  app.all("/api/*", (c) => {
    const config = configOf(c.env);
    return refused(
      mayCall({}, callerOf(c.req.raw, config), config) ?? { refused: "not_found", message: "No such call" },
    );
  });
  return app;
}

/** The given token is always compared with both, so that the time shows nothing. */
function callerOf(request: Request, config: Config): Caller | null {
  const given = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
  const operates = isOneOf(config.operating.consoleTokens, given);
  const delivers = isOneOf(config.operating.deliveryTokens, given);
  return operates ? "token" : delivers ? "delivery-token" : null;
}

function mayCall(
  each: Pick<Operation, "forDelivery" | "needsDelivering">,
  caller: Caller | null,
  config: Config,
): Refusal | null {
  if (caller === null && config.operating.consoleTokens.length === 0) {
    return { refused: "settings", message: "CONSOLE_TOKEN is not set" };
  }
  if (caller === null || (caller === "delivery-token" && !each.forDelivery)) {
    return { refused: "unauthorized", message: "Authorization: Bearer and the token are needed" };
  }
  if (each.needsDelivering && config.delivering === null) {
    return { refused: "settings", message: describeProblems(config).join("; ") };
  }
  return null;
}

async function run(
  each: Operation,
  c: Context<{ Bindings: Env }>,
  config: Config,
  operator: string,
): Promise<Response> {
  const given = await inputOf(c, each.mostCharacters ?? MOST_CHARACTERS);
  if (given === null) return refused({ refused: "invalid", message: "The body is no JSON object" });
  const context: CallContext = {
    config,
    db: c.env.DB,
    deliveries: c.env.DELIVERIES,
    operator,
    now: Date.now(),
    origin: new URL(c.req.url).origin,
    waitUntil: (work) => c.executionCtx.waitUntil(work),
    signal: c.req.raw.signal,
  };
  const answer = await runOperation(each, given, context);
  if (isRefusal(answer)) return refused(answer);
  const tells = each.method === "get" && !each.bare && !each.contentType && config.problems.length > 0;
  const shown = tells ? { ...(answer as object), settings: describeProblems(config) } : answer;
  return answered(shown, each);
}

/**
 * Path, query and body as one object; the path wins. An empty query value such as `?q=` is left out. Returns null where
 * the body is not a JSON object.
 */
async function inputOf(c: Context, mostCharacters: number): Promise<object | null> {
  const text = await c.req.text();
  const body: unknown = text.trim() === "" ? {} : text.length > mostCharacters ? null : parse(text);
  if (typeof body !== "object" || body === null || Array.isArray(body)) return null;
  const query = Object.fromEntries(Object.entries(c.req.query()).filter(([, value]) => value !== ""));
  return { ...query, ...body, ...c.req.param() };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** JSON, or text or a stream where the operation has a content type. */
function answered(answer: unknown, { contentType }: Operation): Response {
  const headers = { "cache-control": "no-store" };
  if (contentType === undefined) return Response.json(answer, { headers });
  return new Response(answer as string | ReadableStream, { headers: { ...headers, "content-type": contentType } });
}

function refused({ refused: code, message }: Refusal): Response {
  const headers = new Headers({ "cache-control": "no-store" });
  if (code === "unauthorized") headers.set("www-authenticate", "Bearer");
  return Response.json({ error: { code, message } }, { status: STATUS[code], headers });
}
