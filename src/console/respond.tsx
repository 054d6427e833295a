// Turns the result of a page into an answer: the page, a redirect to the only match, a refusal, or not found.
import type { Refusal } from "../api/operation.ts";
import { before } from "../deadline.ts";
import { HOME } from "./parts/layout.tsx";
import { Plain } from "./pages/sign-in.tsx";
import type { ConsoleContext } from "./view.ts";

// D1 that hangs is treated like D1 that is down.
const SHOW_WITHIN_MS = 15_000;

type Element = ReturnType<typeof Plain>;
type Status = 200 | 400 | 401 | 403 | 404 | 409 | 429 | 503;

/** After how many seconds a page is loaded again, and from where. */
export interface Renewal {
  readonly seconds: number;
  readonly href: string;
}

/** The possible results of a page. */
export type PageResult =
  | Element
  | Refusal
  | { readonly only: string }
  | { readonly page: Element; readonly renew: Renewal | null }
  | null;

export async function show(c: ConsoleContext, page: Promise<PageResult>): Promise<Response> {
  const shown = await before(c.var.view.now + SHOW_WITHIN_MS, "show the page", page);
  if (shown === null) return problemPage(c, "not_found");
  if ("refused" in shown) return problemPage(c, shown.refused);
  if ("only" in shown) return c.redirect(`${HOME}/notifications/${shown.only}`, 303);
  if (!("renew" in shown)) return html(c, shown);
  if (shown.renew) c.header("refresh", `${shown.renew.seconds}; url=${shown.renew.href}`);
  return html(c, shown.page);
}

/** Components render at once: what they show was read before. */
export async function html(c: ConsoleContext, page: Element, status: Status = 200): Promise<Response> {
  return c.html(`<!DOCTYPE html>${(await page).toString()}`, status);
}

const STATUS = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  settings: 503,
  unavailable: 503,
} as const;

export function problemPage(c: ConsoleContext, problem: keyof typeof STATUS): Promise<Response> {
  const { view } = c.var;
  const { w } = view;
  const [title, lead] =
    problem === "not_found"
      ? [w.frame.notFound, w.frame.notFoundLead]
      : problem === "unavailable"
        ? [w.frame.failed, w.frame.failedLead]
        : problem === "forbidden"
          ? [w.frame.title, w.frame.forbidden]
          : [w.frame.title, problem === "unauthorized" ? w.signIn.title : w.said[`refused_${problem}`]];
  return html(
    c,
    <Plain v={view} title={title}>
      {lead}
    </Plain>,
    STATUS[problem],
  );
}
