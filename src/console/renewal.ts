// Pages that renew themselves by a header. A page in use must not be renewed: while a person types, uses the keyboard
// or has something open, CSS loads an image. The image sets a cookie for a moment, and a renewal with this cookie is
// answered 204. Then the browser keeps its page with everything that was typed. This works without scripts.
import type { MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { HOME, RENEWED_AFTER_SECONDS } from "./parts/layout.tsx";
import type { Renewal } from "./respond.tsx";
import { type ConsoleContext, type ConsoleEnv, RENEWED, type View, hrefWith } from "./view.ts";

const BUSY = "kicc-busy";
/** Longer than the time until the next renewal, so a page asks once and then waits. */
const BUSY_SECONDS = 40;
const NOTHING = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>';

/** The stylesheet names this path. */
export const BUSY_PATH = `${HOME}/busy.svg`;

export function busy(c: ConsoleContext): Response {
  const secure = c.var.view.url.protocol === "https:";
  setCookie(c, BUSY, "1", { path: HOME, maxAge: BUSY_SECONDS, httpOnly: true, sameSite: "Strict", secure });
  return c.body(NOTHING, 200, { "content-type": "image/svg+xml" });
}

export function renewalOf(v: View): Renewal {
  return { seconds: RENEWED_AFTER_SECONDS, href: hrefWith(v.url, { said: null, [RENEWED]: "1" }) };
}

export const waitWhileBusy: MiddlewareHandler<ConsoleEnv> = async (c, next) => {
  const isRenewal = c.req.method === "GET" && c.var.view.url.searchParams.has(RENEWED);
  return isRenewal && getCookie(c, BUSY) !== undefined ? c.body(null, 204) : next();
};
