// Receives one notification from KICC: check → read → store → ack, then enqueue. It waits for the queue only while D1
// is down.
import { shortId } from "../short-id.ts";
import { type Ending, type Reply, type Separator, UNREAD, ack } from "../kinds/ack.ts";
import { identify } from "../kinds/make-notification.ts";
import { readNotification } from "../kinds/read.ts";
import { DOORS, type Door } from "../kinds/registry.ts";
import { readWhole } from "./body.ts";
import type { Config } from "../config.ts";
import { sendDelivery } from "../queue/send.ts";
import { doorOf, maskedPath, pathnameOf, readHookPath, referenceIn } from "./path.ts";
import { log, reasonOf } from "../log.ts";
import type { Notification } from "../rules/notification.ts";
import { type Limits, type Refused, keepAside, readAside } from "./quarantine-refused.ts";
import { type SharedTimer, sharedTimer } from "../deadline.ts";
import { retryTransient } from "../store/transient.ts";
import { type Stored, enqueueStored, storeNotification, storingOf } from "../intake.ts";

// KICC waits 10 s (cancel-webhook), and the ack leaves within 5 s. D1 gets 3 s of these, less if the body came slowly.
// The queue gets the time until 4.5 s.
const STORE_WITHIN_MS = 3000;
const STORED_BY_MS = 4000;
const ACK_WITHIN_MS = 4500;

/** What receiving needs besides the request and the settings. */
export interface ReceiveResources {
  readonly db: D1Database;
  readonly deliveries: Queue;
  /** Asks KICC at once about a success that waits for confirmation (CONFIRM). Throws nothing. */
  readonly askNow: (id: string) => Promise<void>;
  /** Notes for the cron to alert that a body had the mark of another door. Throws nothing. */
  readonly noteWrongDoor: () => Promise<void>;
  /** How many refused sendings are kept. */
  readonly limits?: Limits;
  /** Keeps work alive that goes on after the ack. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** Answers KICC at a door. Contract section 3 has the order of the checks and every answer. */
export async function receive(request: Request, config: Config, resources: ReceiveResources): Promise<Response> {
  const receivedAt = Date.now();
  const pathname = pathnameOf(request.url);
  const door = doorOf(pathname);
  if (door === null) return receiveNowhere(request, config, resources);
  const { receiving } = config;
  if (receiving === null) return refuse("misconfigured");
  if (request.method !== "POST") return refuse("method");
  const path = readHookPath(pathname, door.path, receiving.tokens);
  const address = request.headers.get("cf-connecting-ip");
  const contentType = request.headers.get("content-type");
  // A Worker of the same zone can forge CF-Connecting-IP. Its requests carry CF-Worker, and KICC's never do.
  const allowed = !request.headers.has("cf-worker") && receiving.allows[door.product](address);
  const { knewToken, reference } = path;
  const where = { door: door.path, path: maskedPath(pathname, receiving.tokens) };
  const sender: Sender = {
    trusted: allowed || knewToken,
    knewToken,
    address,
    reference,
    contentType,
    receivedAt,
    ...where,
  };
  if (!path.opens) {
    const stale: Refused = { ...sender, reason: "token", reference: referenceIn(pathname, door.path) };
    if (allowed) await readAside(request, stale, resources);
    return refuse("token", { address, door: door.path });
  }
  if (!allowed) {
    await readAside(request, { ...sender, reason: "address" }, resources);
    return refuse("address", { address, knewToken, door: door.path });
  }
  const waits = sharedTimer(receivedAt + STORE_WITHIN_MS);
  try {
    return await receiveAllowed(request, door, sender, receiving.separator, config, resources, waits);
  } finally {
    waits.end();
  }
}

/** A path that is no door. If KICC posts to it, its notifyUrl was mistyped: the body is kept. */
async function receiveNowhere(request: Request, { receiving }: Config, resources: ReceiveResources): Promise<Response> {
  const address = request.headers.get("cf-connecting-ip");
  const isKicc =
    receiving !== null &&
    request.method === "POST" &&
    !request.headers.has("cf-worker") &&
    DOORS.some(({ product }) => receiving.allows[product](address));
  if (isKicc) {
    const path = maskedPath(pathnameOf(request.url), receiving.tokens);
    const sender = { knewToken: false, address, reference: null, contentType: request.headers.get("content-type") };
    const refused = { ...sender, trusted: true, receivedAt: Date.now(), door: null, path, reason: "path" } as const;
    await readAside(request, refused, resources);
  }
  return isKicc ? refuse("path", { address }) : ack("path");
}

type Sender = Omit<Refused, "reason">;

/** Handles a caller that is allowed to send. */
async function receiveAllowed(
  request: Request,
  door: Door,
  sender: Sender,
  separator: Separator,
  config: Config,
  resources: ReceiveResources,
  waits: SharedTimer,
): Promise<Response> {
  const { address, reference, contentType, receivedAt } = sender;
  const read = await readWhole(request, receivedAt + ACK_WITHIN_MS, waits.before);
  if (read.end === "broken") return refuse("unavailable", { address });
  if (read.end === "too-large") {
    keepAside(read, { ...sender, reason: "too-large" }, resources);
    return refuse("too-large", { address });
  }
  const body = read.bytes;
  // A body with Content-Encoding is not decompressed: it counts as unreadable.
  const reading = readNotification(body, contentType, door);
  if (!reading.readable) {
    keepAside(read, { ...sender, reason: "unreadable" }, resources);
    return refuse("unreadable", { address }, reading.reply, separator);
  }
  const arrival = { source: "notification", sourceAddress: address, receivedAt, reference, body } as const;
  const notification = identify(reading, arrival);
  if (reading.atOtherDoor) {
    log("notification.wrong-door", { id: notification.id, kind: notification.kind, door: door.path });
    resources.waitUntil(resources.noteWrongDoor());
  }
  return ack(await storeOrQueue(notification, config, resources, waits), reading.reply, separator);
}

function refuse(
  ending: Ending,
  seen: Readonly<Record<string, unknown>> = {},
  reply: Reply = UNREAD,
  separator: Separator = "us",
): Response {
  log("notification.refused", { ending, ...seen });
  return ack(ending, reply, separator);
}

/** Stores it in D1, or in the queue while D1 is down. If neither has it, KICC is asked to send it again. */
async function storeOrQueue(
  notification: Notification,
  config: Config,
  resources: ReceiveResources,
  waits: SharedTimer,
): Promise<Ending> {
  const { id, receivedAt } = notification;
  const storing = storingOf(config.storing, notification, shortId(), receivedAt);
  const deadline = Math.min(Date.now() + STORE_WITHIN_MS, receivedAt + STORED_BY_MS);
  const store = retryTransient(() => storeNotification(resources.db, notification, storing), deadline);
  const goOn = (stored: Stored) => sendOn(stored, notification, config, resources);
  try {
    const stored = await waits.before(deadline, "store", store);
    resources.waitUntil(goOn(stored));
    return stored.receipts > 1 ? "resent" : "stored";
  } catch (error) {
    log("notification.not-stored", { id, error: reasonOf(error) });
  }
  if (config.storing.mode === "queue") {
    // In queue mode another Worker consumes the queue, and cannot store a notification: so the queue cannot stand in
    // for D1. If the insert commits too late, its attempt is sent after all.
    resources.waitUntil(store.then(goOn).catch(() => {}));
    return "unavailable";
  }
  try {
    await waits.before(receivedAt + ACK_WITHIN_MS, "enqueue", sendDelivery(resources.deliveries, notification, 1));
    log("notification.queued", { id });
    return "queued";
  } catch (error) {
    log("notification.lost-to-resend", { id, error: reasonOf(error) });
    return "unavailable";
  }
}

/** Continues after the ack. A receipt of another notification's row enqueues nothing. Throws nothing. */
async function sendOn(
  stored: Stored,
  notification: Notification,
  config: Config,
  resources: ReceiveResources,
): Promise<void> {
  if (stored.confirm === "asking") await resources.askNow(stored.id);
  else await enqueueStored(stored, notification, config, resources);
}
