// Asks the receiver about itself with its CONSOLE_TOKEN: settings, what waits, how the origin answers, the cron.
import { MINUTE_MS } from "../time.ts";
import { callHttps } from "./https-call.ts";
import { type Finding, near, well, wrong } from "./finding.ts";
import type { Endpoints } from "./endpoints.ts";

interface Notification {
  readonly id: string;
  readonly state: string;
  readonly receivedAt: string;
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
}

interface Attempt {
  readonly outcome: string;
  readonly status: number | null;
  readonly error: string | null;
}

export interface Inside {
  readonly receiver: URL;
  readonly consoleToken: string;
  readonly endpoints: Endpoints;
  readonly now: () => number;
}

// The sweep runs each minute and takes what is overdue. What is this late was not taken.
const CRON_LATE_MS = 10 * MINUTE_MS;
const LOOKED_AT = 5;

export async function checkInside(inside: Inside): Promise<Finding[]> {
  const list = await read(inside, `/api/notifications?limit=${LOOKED_AT}`);
  if (list.end === "failed") return [wrong("API", list.why, list.todo)];
  const { notifications, settings = [] } = JSON.parse(list.text) as {
    notifications: readonly Notification[];
    settings?: readonly string[];
  };
  const metrics = await read(inside, "/metrics");
  return [
    settings.length === 0
      ? well("settings", "are right")
      : wrong(
          "settings",
          settings.join(" · "),
          "Correct them in wrangler.toml, or by npx wrangler secret put, and deploy",
        ),
    await originOf(inside, notifications),
    ...(metrics.end === "failed" ? [wrong("metrics", metrics.why, metrics.todo)] : countsOf(metrics.text)),
    await cronOf(inside, metrics.end === "failed" ? "" : metrics.text),
  ];
}

/** How the origin answered the last notifications that were tried. */
async function originOf(inside: Inside, notifications: readonly Notification[]): Promise<Finding> {
  const tried = notifications.filter(({ attempts }) => attempts > 0);
  if (tried.length === 0) return near("origin", "nothing was tried yet", "Send a test from the console's Test page");
  const last: Attempt[] = [];
  for (const { id } of tried) {
    const one = await read(inside, `/api/notifications/${id}`);
    if (one.end === "failed") continue;
    last.push(...(JSON.parse(one.text) as { history: readonly Attempt[] }).history.slice(-1));
  }
  const failed = last.filter(({ outcome }) => outcome !== "accepted");
  const [first] = failed;
  if (!first) return well("origin", `accepted the last ${last.length}`);
  const said = [first.status === null ? null : `status ${first.status}`, first.error]
    .filter((part) => part !== null)
    .join(", ");
  const text = `did not accept ${failed.length} of the last ${last.length}: ${said}`;
  return failed.length === last.length
    ? wrong("origin", text, "Mend your server; what is dead by then is replayed from the console")
    : near("origin", text, "Look at them in the console");
}

function countsOf(text: string): Finding[] {
  const oldest = metricOf(text, "kicc_notifications_oldest_pending_seconds") ?? 0;
  const dead = metricOf(text, "kicc_notifications_dead") ?? 0;
  const held = metricOf(text, "kicc_notifications_held") ?? 0;
  const age = oldest < 120 ? `${Math.round(oldest)} s` : `${Math.round(oldest / 60)} min`;
  return [
    oldest < 3600
      ? well("oldest pending", oldest === 0 ? "none" : age)
      : near("oldest pending", age, "It is tried again by itself: look at why in the console"),
    dead + held === 0
      ? well("needs a person", "nothing")
      : near("needs a person", `${dead} dead, ${held} held`, "Replay or close them in the console"),
  ];
}

/** By the receiver's own gauge if it has one; else by pending notifications that the cron should have taken. */
async function cronOf(inside: Inside, metrics: string): Promise<Finding> {
  const todo = "npx wrangler deploy again, and look at the Worker's Cron Triggers in the dashboard";
  const ranAt = metricOf(metrics, "kicc_cron_last_run_timestamp_seconds");
  if (ranAt !== null) {
    const agoMs = inside.now() - ranAt * 1000;
    return agoMs < CRON_LATE_MS
      ? well("cron", "ran within the last minutes")
      : wrong("cron", `ran ${Math.round(agoMs / MINUTE_MS)} min ago last`, todo);
  }
  const pending = await read(inside, "/api/notifications?state=pending&limit=50");
  if (pending.end === "failed") return near("cron", pending.why);
  const { notifications } = JSON.parse(pending.text) as { notifications: readonly Notification[] };
  const late = notifications.filter(
    ({ nextAttemptAt }) => nextAttemptAt !== null && inside.now() - Date.parse(nextAttemptAt) > CRON_LATE_MS,
  );
  return late.length === 0
    ? well("cron", "leaves nothing overdue")
    : wrong("cron", `${late.length} pending are overdue by 10 min or more: it does not run`, todo);
}

function metricOf(text: string, name: string): number | null {
  const [, value] = new RegExp(`^${name} (\\S+)$`, "m").exec(text) ?? [];
  return value === undefined ? null : Number(value);
}

type Read =
  | { readonly end: "read"; readonly text: string }
  | { readonly end: "failed"; readonly why: string; readonly todo: string };

async function read({ receiver, consoleToken, endpoints }: Inside, path: string): Promise<Read> {
  const headers = { authorization: `Bearer ${consoleToken}`, "user-agent": "kicc-doctor" };
  const heard = await callHttps({ url: new URL(path, receiver), method: "GET", headers }, endpoints);
  if (heard.end === "failed") return { end: "failed", why: heard.message, todo: "See the checks above" };
  if (heard.status === 200) return { end: "read", text: heard.text };
  if (heard.status === 401)
    return { end: "failed", why: "this CONSOLE_TOKEN is not accepted", todo: "npx wrangler secret put CONSOLE_TOKEN" };
  return { end: "failed", why: `${path} answers ${heard.status}`, todo: "See the checks above" };
}

const PAGE = 100;
const MOST_PAGES = 40;

/** How many came within the last `spanMs`, counted through the list; null where the list cannot be read. */
export async function receivedWithin(inside: Inside, spanMs: number): Promise<number | null> {
  const since = inside.now() - spanMs;
  let count = 0;
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const next: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await read(inside, `/api/notifications?limit=${PAGE}${next}`);
    if (answer.end === "failed") return null;
    const list = JSON.parse(answer.text) as { notifications: readonly Notification[]; cursor: string | null };
    const recent = list.notifications.filter(({ receivedAt }) => Date.parse(receivedAt) >= since);
    count += recent.length;
    if (list.cursor === null || recent.length < list.notifications.length) return count;
    cursor = list.cursor;
  }
  return count;
}
