// The console's forms. Each runs an operation of the API, and redirects to a page that says how it ended.
import type { Hono } from "hono";
import { type OperationName, isRefusal } from "../api/perform.ts";
import { apiForm } from "./filter-query.ts";
import { announcedPath } from "./parts/announced.tsx";
import { HOME, type SaidName, REPLAY_PATH } from "./parts/layout.tsx";
import type { ConsoleContext, ConsoleEnv } from "./view.ts";

interface FormAction {
  /** Such as `post /api/test`. */
  readonly name: OperationName;
  readonly given: object;
  /** Where to go if it was refused. */
  readonly back: string;
  readonly done: SaidName;
  /** Where to go if it succeeded, by the id in its answer. `back` without this. */
  readonly onTo?: (id: string) => string;
}

function notification(id: string): string {
  return `${HOME}/notifications/${encodeURIComponent(id)}`;
}

function testOf(id: string): string {
  return `${HOME}/test?id=${encodeURIComponent(id)}`;
}

export function addActions(app: Hono<ConsoleEnv>): void {
  app.post(`${HOME}/notifications/:id/replay`, (c) => {
    const id = c.req.param("id");
    const name = "post /api/notifications/{id}/replay";
    return runAndRedirect(c, { name, given: { id }, back: notification(id), done: "done_replay" });
  });
  app.post(`${HOME}/notifications/:id/close`, async (c) => {
    const id = c.req.param("id");
    const { note } = await c.req.parseBody();
    const name = "post /api/notifications/{id}/close";
    return runAndRedirect(c, { name, given: { id, note }, back: notification(id), done: "done_close" });
  });
  app.post(REPLAY_PATH, async (c) => {
    const given = apiForm(await c.req.parseBody());
    return runAndRedirect(c, { name: "post /api/replay", given, back: REPLAY_PATH, done: "done_replayAll" });
  });
  app.post(`${REPLAY_PATH}/close`, async (c) => {
    const form = await c.req.parseBody();
    const given = { ...apiForm(form), note: form["note"] };
    const answer = await c.var.view.perform("post /api/close", given);
    const what = isRefusal(answer)
      ? (`refused_${answer.refused}` as const)
      : answer.more
        ? "done_closeMore"
        : "done_closeMany";
    return c.redirect(withSaid(`${HOME}/notifications`, what), 303);
  });
  app.post(`${REPLAY_PATH}/:id/stop`, (c) => {
    const name = "delete /api/replays/{id}";
    return runAndRedirect(c, { name, given: { id: c.req.param("id") }, back: REPLAY_PATH, done: "done_stop" });
  });
  app.post(`${HOME}/quarantine/:id/release`, (c) => {
    const id = c.req.param("id");
    const name = "post /api/quarantine/{id}/release";
    const back = `${HOME}/quarantine/${encodeURIComponent(id)}`;
    return runAndRedirect(c, { name, given: { id }, back, done: "done_release", onTo: notification });
  });
  app.post(`${HOME}/quarantine/:id/drop`, (c) => {
    const id = c.req.param("id");
    const name = "delete /api/quarantine/{id}";
    return runAndRedirect(c, { name, given: { id }, back: `${HOME}/quarantine`, done: "done_drop" });
  });
  app.post(`${HOME}/cancellations/:id/ask`, (c) => {
    const cancelPgCno = c.req.param("id");
    const name = "post /api/cancellations/{cancelPgCno}/ask";
    return runAndRedirect(c, {
      name,
      given: { cancelPgCno },
      back: announcedPath("cancellations", cancelPgCno),
      done: "done_ask",
    });
  });
  app.post(`${HOME}/approvals/:id/ask`, (c) => {
    const pgCno = c.req.param("id");
    const name = "post /api/approvals/{pgCno}/ask";
    return runAndRedirect(c, { name, given: { pgCno }, back: announcedPath("approvals", pgCno), done: "done_ask" });
  });
  app.post(`${HOME}/alert-test`, testAlert);
  app.post(`${HOME}/test`, async (c) => {
    const { kind, resCd, other } = await c.req.parseBody();
    return runAndRedirect(c, {
      name: "post /api/test",
      given: { kind, resCd: resCd === "" ? other : resCd },
      back: `${HOME}/test`,
      done: "done_test",
      onTo: testOf,
    });
  });
}

async function testAlert(c: ConsoleContext): Promise<Response> {
  const answer = await c.var.view.perform("post /api/alert-test", {});
  const reached = !isRefusal(answer) && answer.channels.every(({ sent }) => sent);
  return c.redirect(
    withSaid(HOME, isRefusal(answer) ? `refused_${answer.refused}` : reached ? "done_alert" : "refused_alert"),
    303,
  );
}

/** Always redirects, so that reloading the page does not repeat the action. */
async function runAndRedirect(c: ConsoleContext, { name, given, back, done, onTo }: FormAction): Promise<Response> {
  const answer = await c.var.view.perform(name, given);
  if (isRefusal(answer)) return c.redirect(withSaid(back, `refused_${answer.refused}`), 303);
  const id = typeof answer === "object" && "id" in answer ? String(answer.id) : "";
  return c.redirect(withSaid(onTo ? onTo(id) : back, done), 303);
}

function withSaid(path: string, what: string): string {
  return `${path}${path.includes("?") ? "&" : "?"}said=${what}`;
}
