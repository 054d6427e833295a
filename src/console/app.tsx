// The console at /console: who may use it, which page answers which path, which form runs which operation of the API.
import { Hono } from "hono/tiny";
import { bodyLimit } from "hono/body-limit";
import { csrf } from "hono/csrf";
import { HTTPException } from "hono/http-exception";
import type { Perform } from "../api/perform.ts";
import type { Config } from "../config.ts";
import { log, reasonOf } from "../log.ts";
import { addActions } from "./actions.ts";
import { addCompare } from "./compare-route.ts";
import { auditPage } from "./pages/audit.tsx";
import { announcedPage } from "./pages/cancellation.tsx";
import { announcedListPage } from "./pages/cancellations.tsx";
import { protect } from "./security-headers.ts";
import { download } from "./download.ts";
import { guideAddressPage } from "./pages/guide-address.tsx";
import { guideDownPage } from "./pages/guide-down.tsx";
import { guideRefundPage } from "./pages/guide-refund.tsx";
import { ICON } from "./parts/icon.ts";
import { BUSY_PATH, busy, waitWhileBusy } from "./renewal.ts";
import { letIn, signIn, signOut } from "./gate.tsx";
import { COMPARE_PATH, HOME, REPLAY_PATH } from "./parts/layout.tsx";
import { notificationPage, personalPage } from "./pages/notification.tsx";
import { notificationsPage } from "./pages/notifications.tsx";
import { overviewPage } from "./pages/overview.tsx";
import { quarantinePage } from "./pages/quarantine.tsx";
import { quarantinedPage } from "./pages/quarantine-entry.tsx";
import { replayManyPage } from "./pages/replay-many.tsx";
import { problemPage, show } from "./respond.tsx";
import { SCRIPT, SCRIPT_PATH } from "./parts/script.ts";
import { STYLE, STYLE_PATH } from "./parts/style.ts";
import { testPage } from "./pages/send-test.tsx";
import type { ConsoleEnv } from "./view.ts";
import { makeView } from "./make-view.ts";

const LARGEST_FORM_BYTES = 64 * 1024;
const FOR_EVER = { "cache-control": "public, max-age=31536000, immutable" };

/** @param configOf returns the settings of this isolate @param perform runs the API's operations by name */
export function consoleApp(configOf: (env: Env) => Config, perform: Perform): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>();
  app.use(protect);
  app.get(STYLE_PATH, (c) => c.body(STYLE, 200, { ...FOR_EVER, "content-type": "text/css; charset=utf-8" }));
  app.get(SCRIPT_PATH, (c) => c.body(SCRIPT, 200, { ...FOR_EVER, "content-type": "text/javascript; charset=utf-8" }));
  app.get(`${HOME}/icon.svg`, (c) => c.body(ICON, 200, { ...FOR_EVER, "content-type": "image/svg+xml" }));
  app.use(makeView(configOf, perform));
  app.use(csrf());
  const limit = bodyLimit({ maxSize: LARGEST_FORM_BYTES });
  app.use((c, next) => (c.req.path === COMPARE_PATH ? next() : limit(c, next)));
  app.post(`${HOME}/sign-in`, signIn);
  app.post(`${HOME}/sign-out`, signOut);
  app.use(letIn);
  app.get(BUSY_PATH, busy);
  app.use(waitWhileBusy);
  app.get(HOME, (c) => show(c, overviewPage(c.var.view)));
  app.get(`${HOME}/notifications`, (c) => show(c, notificationsPage(c.var.view)));
  app.get(`${HOME}/notifications.csv`, download);
  app.get(`${HOME}/notifications/:id`, (c) => show(c, notificationPage(c.var.view, c.req.param("id"))));
  // A form, so that no link and no reload shows personal values: the audit records each look.
  app.post(`${HOME}/notifications/:id/look`, (c) => show(c, personalPage(c.var.view, c.req.param("id"))));
  app.get(`${HOME}/guide/down`, (c) => show(c, guideDownPage(c.var.view)));
  app.get(`${HOME}/guide/address`, (c) => show(c, guideAddressPage(c.var.view)));
  app.get(`${HOME}/guide/refund`, (c) => show(c, guideRefundPage(c.var.view)));
  addCompare(app);
  app.get(REPLAY_PATH, (c) => show(c, replayManyPage(c.var.view)));
  app.get(`${HOME}/quarantine`, (c) => show(c, quarantinePage(c.var.view)));
  app.get(`${HOME}/quarantine/:id`, (c) => show(c, quarantinedPage(c.var.view, c.req.param("id"))));
  for (const register of ["cancellations", "approvals"] as const) {
    app.get(`${HOME}/${register}`, (c) => show(c, announcedListPage(c.var.view, register)));
    app.get(`${HOME}/${register}/:id`, (c) => show(c, announcedPage(c.var.view, register, c.req.param("id") ?? "")));
  }
  app.get(`${HOME}/test`, (c) => show(c, testPage(c.var.view)));
  app.get(`${HOME}/audit`, (c) => show(c, auditPage(c.var.view)));
  addActions(app);
  app.notFound((c) => problemPage(c, "not_found"));
  app.onError((error, c) => {
    // A form from another site, or one that is too large.
    if (error instanceof HTTPException) return problemPage(c, "forbidden");
    log("console.failed", { path: c.req.routePath, error: reasonOf(error) });
    return problemPage(c, "unavailable");
  });
  return app;
}
