// Cloudflare's API over HTTP, as far as wrangler 4.155 and this project call it. An unknown call is a failure: it is
// answered 400 and kept in `unknown` for the test. The stand-in never guesses.
import http from "node:http";
import type { AddressInfo } from "node:net";
import { Refusal } from "./account.ts";

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: http.IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** The body as JSON. */
  readonly json: () => Record<string, unknown>;
}

/** Answers with the `result` of the envelope, or with `paged` around a list. */
export type Handler = (call: Call) => unknown;
/** By `METHOD /path/:param`. */
export type Handlers = Readonly<Record<string, Handler>>;

export interface Api {
  readonly url: string;
  /** Each call, as `METHOD /path`. */
  readonly calls: readonly string[];
  readonly unknown: readonly string[];
  readonly close: () => Promise<void>;
}

const PREFIX = "/client/v4";
const PAGED = Symbol("paged");

/** A list with the paging that wrangler reads: all of it on one page. */
export function paged(list: readonly unknown[]): unknown {
  return { [PAGED]: list };
}

/** @param before sees each call first, and may refuse it (throw) or hold it up */
export async function startApi(
  token: string,
  handlers: Handlers,
  before: (call: Call) => void | Promise<void> = () => {},
): Promise<Api> {
  const calls: string[] = [];
  const unknown: string[] = [];
  const routes = Object.entries(handlers).map(([route, handler]) => ({ matches: matcherOf(route), handler }));
  const server = http.createServer((request, response) => {
    const answer = async (): Promise<unknown> => {
      const { method = "GET", headers } = request;
      const url = new URL(request.url ?? "/", "http://cloudflare.invalid");
      const path = url.pathname.startsWith(PREFIX) ? url.pathname.slice(PREFIX.length) : url.pathname;
      const bytes = Buffer.concat(await Array.fromAsync(request));
      calls.push(`${method} ${path}`);
      if (headers.authorization !== `Bearer ${token}`)
        throw new Refusal(400, 6111, "Invalid format for Authorization header");
      const found = routes.flatMap(({ matches, handler }) => {
        const params = matches(method, path);
        return params === null ? [] : [{ params, handler }];
      })[0];
      if (!found) {
        unknown.push(`${method} ${path}`);
        throw new Refusal(400, 7003, `Unknown to the stand-in: ${method} ${path}`);
      }
      const json = () => JSON.parse(bytes.toString()) as Record<string, unknown>;
      const call = { method, path, params: found.params, query: url.searchParams, headers, bytes, json };
      await before(call);
      return await found.handler(call);
    };
    answer().then(
      (result) => respond(response, 200, envelope(result)),
      (error: unknown) => {
        const refusal = error instanceof Refusal ? error : new Refusal(500, 9999, `Broken stand-in: ${String(error)}`);
        if (!(error instanceof Refusal)) unknown.push(String(error instanceof Error ? error.stack : error));
        const errors = [{ code: refusal.code, message: refusal.message }];
        respond(response, refusal.status, { success: false, errors, messages: [], result: null });
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}${PREFIX}`, calls, unknown, close };
}

function envelope(result: unknown): object {
  const list = typeof result === "object" && result !== null && PAGED in result ? (result[PAGED] as unknown[]) : null;
  if (list === null) return { success: true, errors: [], messages: [], result };
  const count = list.length;
  const info = { page: 1, per_page: Math.max(1, count), count, total_count: count, total_pages: 1 };
  return { success: true, errors: [], messages: [], result: list, result_info: info };
}

function respond(response: http.ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function matcherOf(route: string): (method: string, path: string) => Record<string, string> | null {
  const [verb, pattern = ""] = route.split(" ");
  const wanted = pattern.split("/");
  return (method, path) => {
    const given = path.split("/");
    if (method !== verb || given.length !== wanted.length) return null;
    const params: Record<string, string> = {};
    for (const [index, part] of wanted.entries()) {
      const value = decodeURIComponent(given[index] ?? "");
      if (part.startsWith(":")) params[part.slice(1)] = value;
      else if (part !== value) return null;
    }
    return params;
  };
}
