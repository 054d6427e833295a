// Sends a test notification through everything, as the console's Test page does: a failed result, which no handler
// books. It reports whether the origin accepted it, or why not.
import { callHttps } from "./https-call.ts";
import type { Endpoints } from "./endpoints.ts";
import type { Progress } from "./progress.ts";
import { pause } from "./wait-until-up.ts";
import { Stop } from "./stop.ts";

export interface TestSetup {
  readonly receiver: string;
  readonly consoleToken: string;
  readonly delivery: unknown;
  readonly origin: unknown;
  readonly way: Endpoints;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

interface Notification {
  readonly id: string;
  readonly state: string;
  readonly reason?: string | null;
  readonly deliveredAt?: string | null;
  readonly history?: readonly {
    readonly outcome: string;
    readonly status: number | null;
    readonly error: string | null;
  }[];
}

const WITHIN_MS = 45_000;
const LOOK_EVERY_MS = 500;

export type TestResult =
  | { readonly end: "arrived" }
  /** The notification is kept, and tried again later. */
  | { readonly end: "refused"; readonly status: number | null; readonly why: string; readonly todo: readonly string[] };

const ARRIVED: TestResult = { end: "arrived" };

export async function sendTest(setup: TestSetup): Promise<TestResult> {
  const { receiver, delivery, origin, progress, signal } = setup;
  const before = await call<{ notifications: readonly Notification[] }>(
    "GET",
    "/api/notifications?state=delivered&limit=1",
    setup,
  );
  const [delivered] = before.notifications;
  if (delivered) {
    progress.is(`notifications are delivered, the last one ${delivered.deliveredAt ?? ""}: no test is sent`);
    return ARRIVED;
  }
  const sent = await call<Notification>("POST", "/api/test", setup);
  const until = Date.now() + WITHIN_MS;
  for (;;) {
    const { state, reason, history = [] } = await call<Notification>("GET", `/api/notifications/${sent.id}`, setup);
    if (state === "delivered") {
      progress.made(`a test notification is at ${delivery === "push" ? String(origin) : "its consumer"} (${sent.id})`);
      return ARRIVED;
    }
    const last = history.at(-1);
    if (last && last.outcome !== "accepted") {
      const said = [last.status === null ? null : `status ${last.status}`, last.error]
        .filter((part) => part !== null)
        .join(", ");
      return { end: "refused", status: last.status, why: said || state, todo: adviceOn(last.status, last.error) };
    }
    if (state === "held" || state === "dead")
      throw new Stop(`The test notification is ${state}: ${reason ?? "no reason given"}`);
    if (delivery !== "push") {
      progress.made(
        `a test notification waits for ${delivery === "pull" ? "your puller" : "the Worker that consumes the queue"} (${sent.id})`,
      );
      return ARRIVED;
    }
    if (Date.now() >= until) {
      throw new Stop(`The test notification was taken, and not tried within ${WITHIN_MS / 1000} s`, {
        todo: [
          "npx wrangler queues info: is delivery paused, and is this Worker the consumer?",
          `Look at ${receiver}/console`,
        ],
      });
    }
    await pause(LOOK_EVERY_MS, signal);
  }
}

function adviceOn(status: number | null, error: string | null): string[] {
  if (status === 401 || status === 403)
    return ["Let the receiver's calls in: verify its signature in place of the source address"];
  if (status === 404 || status === 405) return ["Check the path of --origin: it must take POST"];
  if (status !== null && status >= 300 && status < 400)
    return ["Give --origin as the address that it redirects to: no redirect is followed"];
  if (status !== null) return ["Look at your server's log for this call"];
  if (/in \d+ ms/.test(error ?? ""))
    return ["Your server did not answer in time: check that the internet reaches it, or take --delivery pull"];
  return ["Check that the internet reaches your server, or take --delivery pull"];
}

async function call<T>(method: "GET" | "POST", path: string, { receiver, consoleToken, way }: TestSetup): Promise<T> {
  const headers = {
    authorization: `Bearer ${consoleToken}`,
    "user-agent": "kicc-deploy",
    ...(method === "POST" ? { "content-type": "application/json" } : {}),
  };
  const url = new URL(path, receiver);
  const heard = await callHttps({ url, method, headers, ...(method === "POST" ? { body: "{}" } : {}) }, way);
  if (heard.end === "failed") throw new Stop(`Cannot ask ${url.href}: ${heard.message}`);
  if (heard.status === 401) {
    throw new Stop("The receiver does not accept this CONSOLE_TOKEN", {
      todo: ["Unset CONSOLE_TOKEN here, or set it anew: npx wrangler secret put CONSOLE_TOKEN"],
    });
  }
  if (heard.status !== 200) throw new Stop(`${url.pathname} answers ${heard.status}: ${heard.text.slice(0, 300)}`);
  return JSON.parse(heard.text) as T;
}
