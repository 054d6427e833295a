// Makes the view of a request: its language, which a cookie keeps, and the functions to read and to act.
import type { MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { Perform } from "../api/perform.ts";
import type { Config } from "../config.ts";
import { HOME } from "./parts/layout.tsx";
import { type ConsoleEnv, type View, hrefWith } from "./view.ts";
import { WORDS, asLanguage, languageOf } from "./words/words.ts";

const LANGUAGE_COOKIE = "kicc-language";
const YEAR_SECONDS = 365 * 24 * 60 * 60;

export function makeView(configOf: (env: Env) => Config, perform: Perform): MiddlewareHandler<ConsoleEnv> {
  return async (c, next): Promise<Response | void> => {
    const url = new URL(c.req.url);
    const wanted = asLanguage(url.searchParams.get("lang") ?? undefined);
    if (wanted !== null && c.req.method === "GET") {
      const options = { path: HOME, maxAge: YEAR_SECONDS, sameSite: "Lax", secure: url.protocol === "https:" } as const;
      setCookie(c, LANGUAGE_COOKIE, wanted, options);
      return c.redirect(hrefWith(url, { lang: null }), 303);
    }
    const language = asLanguage(getCookie(c, LANGUAGE_COOKIE)) ?? languageOf(c.req.header("accept-language"));
    const config = configOf(c.env);
    const now = Date.now();
    const view: View = {
      language,
      w: WORDS[language],
      now,
      url,
      config,
      db: c.env.DB,
      who: null,
      byAccess: config.operating.access !== null,
      perform: (name, given) =>
        perform(name, given, {
          config,
          db: c.env.DB,
          deliveries: c.env.DELIVERIES,
          operator: c.var.view.who ?? "nobody",
          now: Date.now(),
          origin: url.origin,
          waitUntil: (work) => c.executionCtx.waitUntil(work),
        }),
    };
    c.set("view", view);
    return next();
  };
}
