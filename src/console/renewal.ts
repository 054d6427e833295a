// Pages that renew themselves, by a header. They wait while a person types, reads by keyboard or has something open: CSS
// loads an image then, which leaves a cookie for a moment, and a renewal that brings it is answered 204. A browser keeps
// its page then, with all that was typed. Scripts would do the same, but this console has none.
import type { MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { HOME, RENEWED_AFTER_SECONDS } from "./parts/layout.tsx";
import type { Renewal } from "./respond.tsx";
import { type ConsoleContext, type ConsoleEnv, RENEWED, type View, hrefWith } from "./view.ts";

const BUSY = "kicc-busy";
/** Longer than until the next renewal: a page asks once, and then no more. */
const BUSY_SECONDS = 40;
const NOTHING = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>';

/** Named in the stylesheet. */
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
