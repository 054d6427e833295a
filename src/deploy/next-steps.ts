// What the merchant has to do next: what to tell KICC, what to set at the origin, where the console is. Pure.
import type { DoorPath } from "./doors.ts";
import type { Secrets } from "./secrets.ts";

export interface Deployed {
  readonly receiver: string;
  readonly doors: readonly DoorPath[];
  /** The secrets that are known here: made now, or given in the environment. */
  readonly secrets: Secrets;
  readonly delivery: unknown;
}

export function nextSteps({ receiver, doors, secrets, delivery }: Deployed): string {
  const token = secrets["NOTIFY_TOKEN"]?.split(",")[0]?.trim();
  const shown = token ?? "{NOTIFY_TOKEN}";
  const urls = doors.map((door) => `    ${line(receiver, door, shown)}`);
  const length = token === undefined ? ["    (put your NOTIFY_TOKEN in; the lengths are without it)"] : [];
  return [
    "",
    "  Tell KICC these notifyUrls, and send them in your requests:",
    ...urls,
    ...length,
    "    After it, if you like, /{reference}: your own word for this payment, which comes back with the delivery.",
    "",
    ...atTheOrigin(receiver, delivery),
    `  Console: ${receiver}/console`,
  ].join("\n");
}

function line(receiver: string, { path, takes, longestUrl }: DoorPath, token: string): string {
  const url = `${receiver}${path}/${token}`;
  const bytes = Buffer.byteLength(token.startsWith("{") ? `${receiver}${path}/` : url);
  const left = longestUrl - bytes;
  const fits = left < 0 ? `TOO LONG: ${bytes} bytes, KICC takes ${longestUrl}` : `${bytes} of ${longestUrl} bytes`;
  return `${url}\n      ${takes} · ${fits}`;
}

function atTheOrigin(receiver: string, delivery: unknown): string[] {
  switch (delivery) {
    case "pull":
      return [
        "  Beside your system run the puller, with the DELIVERY_TOKEN:",
        `    RECEIVER_URL=${receiver} DELIVERY_TOKEN=… TARGET_URL=http://… node src/puller/kicc-puller.mjs`,
        "",
      ];
    case "queue":
      return ["  Deploy the Worker that consumes the queue (README, recipe 6).", ""];
    default:
      return ["  At your server set ORIGIN_SIGNING_SECRET, and verify the signature of each delivery with it.", ""];
  }
}
