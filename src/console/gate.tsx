// Who may use the console: with Cloudflare Access the person whom it names; without it whoever signed in with the
// token.
import type { Context, Next } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { isOneOf } from "../tokens.ts";
import { type Access, accessOperator } from "./access.ts";
import { HOME } from "./parts/layout.tsx";
import { SESSION_MS, isValidSession, openSession } from "./session.ts";
import { html } from "./respond.tsx";
import { Plain, SignIn } from "./pages/sign-in.tsx";
import { mayTry } from "./sign-in-limit.ts";
import type { ConsoleContext, ConsoleEnv } from "./view.ts";

/** Lets signed-in people through. Others get the sign-in page, or learn that Access refused them. */
export async function letIn(c: Context<ConsoleEnv>, next: Next): Promise<Response | void> {
  const { view } = c.var;
  const { access, consoleTokens } = view.config.operating;
  if (access !== null) return letInByAccess(c, access, next);
  if (await isValidSession(getCookie(c, cookieName(view.url)), consoleTokens, Date.now())) {
    c.set("view", { ...view, who: "token" });
    return next();
  }
  // A browser that follows a link from another site sends no SameSite=Strict cookie. The refresh comes from this site,
  // so it brings the cookie.
  if (c.req.method === "GET" && c.req.header("sec-fetch-site") === "cross-site") c.header("refresh", "0");
  const destined = c.req.method === "GET" ? view.url.pathname + view.url.search : HOME;
  return html(
    c,
    <SignIn v={view} problem={consoleTokens.length === 0 ? view.w.signIn.noToken : null} next={destined} />,
    401,
  );
}

async function letInByAccess(c: ConsoleContext, access: Access, next: Next): Promise<Response | void> {
  const { view } = c.var;
  const operator = await accessOperator(c, access);
  if (operator === "refused")
    return html(
      c,
      <Plain v={view} title={view.w.signIn.title}>
        {view.w.signIn.accessRefused}
      </Plain>,
      401,
    );
  if (operator === "away")
    return html(
      c,
      <Plain v={view} title={view.w.signIn.title}>
        {view.w.signIn.accessAway}
      </Plain>,
      503,
    );
  c.set("view", { ...view, who: operator.who });
  return next();
}

/** Checks the token and sets the cookie of the session. */
export async function signIn(c: Context<ConsoleEnv>): Promise<Response> {
  const { w, config, url } = c.var.view;
  const now = Date.now();
  const form = await c.req.parseBody();
  const { token, next } = form;
  const again = (problem: string, status: 401 | 429) =>
    html(c, <SignIn v={c.var.view} problem={problem} next={destination(next, url)} />, status);
  if (config.operating.access !== null) return c.redirect(HOME, 303);
  if (config.operating.consoleTokens.length === 0) return again(w.signIn.noToken, 401);
  if (!(await mayTry(c.req.header("cf-connecting-ip") ?? "unknown", now, c.env.SIGN_INS))) {
    c.header("retry-after", "60");
    return again(w.signIn.tooManyGuesses, 429);
  }
  const given = typeof token === "string" ? token.trim() : "";
  if (!isOneOf(config.operating.consoleTokens, given)) return again(w.signIn.wrongToken, 401);
  const options = { ...cookieOptions(url), maxAge: SESSION_MS / 1000 };
  setCookie(c, cookieName(url), await openSession(given, now), options);
  return c.redirect(destination(next, url), 303);
}

export async function signOut(c: Context<ConsoleEnv>): Promise<Response> {
  const { url } = c.var.view;
  deleteCookie(c, cookieName(url), cookieOptions(url));
  return c.redirect(HOME, 303);
}

/** Browsers refuse `__Host-` cookies over plain http, which only localhost uses. */
function cookieName({ protocol }: URL): string {
  return protocol === "https:" ? "__Host-kicc-console" : "kicc-console";
}

function cookieOptions({ protocol, hostname }: URL) {
  const secure = protocol === "https:" || hostname !== "localhost";
  return { path: "/", httpOnly: true, sameSite: "Strict", secure } as const;
}

/**
 * Where to go after signing in: a path of this console, else its first page. Never another site, whatever the form
 * says.
 */
function destination(next: unknown, { origin }: URL): string {
  if (typeof next !== "string" || !URL.canParse(next, origin)) return HOME;
  const url = new URL(next, origin);
  const inside = url.origin === origin && (url.pathname === HOME || url.pathname.startsWith(`${HOME}/`));
  return inside ? url.pathname + url.search : HOME;
}
