// The routes of the compare page: an empty form, and the answer to a list. The list may be larger than any other form.
import type { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { givenIn } from "./given-list.ts";
import { comparePage, tooLargePage } from "./pages/compare.tsx";
import { COMPARE_PATH } from "./parts/layout.tsx";
import { show } from "./respond.tsx";
import type { ConsoleContext, ConsoleEnv } from "./view.ts";

/** Enough for 5,000 lines of an export with all its columns. */
const LARGEST_LIST_BYTES = 4 * 1024 * 1024;

export function addCompare(app: Hono<ConsoleEnv>): void {
  app.get(COMPARE_PATH, (c) => show(c, comparePage(c.var.view, null)));
  const limit = bodyLimit({ maxSize: LARGEST_LIST_BYTES, onError: (c) => tooLarge(c as ConsoleContext) });
  app.post(COMPARE_PATH, limit, async (c) => {
    const given = await givenIn(await c.req.parseBody());
    return show(c, comparePage(c.var.view, given));
  });
}

function tooLarge(c: ConsoleContext): Promise<Response> {
  return show(c, tooLargePage(c.var.view));
}
