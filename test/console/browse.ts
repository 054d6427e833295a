// Uses the console without a browser: requests to the Worker, and a D1 that counts what is read.
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import worker from "../../src/index.ts";

export const ORIGIN = "https://kicc.example";

export interface Visit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The fields of a form. The headers that a browser adds are sent too. */
  readonly form?: Readonly<Record<string, string>>;
  /** A form with a file in it. */
  readonly upload?: FormData;
  readonly cookie?: string | null;
  /** Settings that replace those of the tests. */
  readonly env?: object;
}

const environments = new Map<object, Env>();

/** One environment for one set of settings, since the Worker reads them once per environment. */
function environment(settings: object | undefined): Env {
  if (settings === undefined) return env;
  const known = environments.get(settings) ?? { ...env, ...settings };
  environments.set(settings, known);
  return known;
}

export async function visit(path: string, about: Visit = {}): Promise<Response> {
  const headers = new Headers({ "accept-language": "en", ...about.headers });
  if (about.cookie) headers.set("cookie", about.cookie);
  const body = about.upload ?? (about.form ? new URLSearchParams(about.form) : null);
  if (body && !headers.has("origin")) headers.set("origin", ORIGIN);
  const method = about.method ?? (body ? "POST" : "GET");
  const request = new Request(`${ORIGIN}${path}`, { method, headers, body, redirect: "manual" });
  const ctx = createExecutionContext();
  const response = await worker.fetch(request, environment(about.env), ctx);
  await waitOnExecutionContext(ctx);
  return response;
}

let addresses = 0;

/** Signs in with the token, from an address of its own, so that no test uses up another's tries. */
export async function signIn(token: string = "console-token", about: Visit = {}): Promise<Response> {
  addresses += 1;
  const headers = { "cf-connecting-ip": `198.51.100.${addresses}`, ...about.headers };
  return visit("/console/sign-in", { ...about, headers, form: { token, next: "/console" } });
}

export function cookieOf(response: Response): string {
  return response.headers.get("set-cookie")?.split(";")[0] ?? "";
}

/** The cookie of somebody who is signed in. */
export async function signedIn(): Promise<string> {
  return cookieOf(await signIn());
}
