// Receives one notification from KICC: check → read → store → ack, then enqueue. The queue is waited for only while D1 is down.
import { type Ending, ack } from "../kinds/ack.ts";
import { readWhole } from "./body.ts";
import type { Config } from "../config.ts";
import { enqueue, sendDelivery } from "../queue/send.ts";
import { pathOf, readHookPath, referenceIn } from "./path.ts";
import { log, reasonOf } from "../log.ts";
import { type Notification, identify, readNotification } from "../rules/notification.ts";
import { type Limits, type Refused, keepAside, readAside } from "./quarantine.ts";
import { type Patience, patience } from "../deadline.ts";
import { retryTransient } from "../store/transient.ts";
import { type Stored, storeNotification } from "../store/insert.ts";
import { isToBeEnqueued, storingOf } from "../intake.ts";

// KICC waits 10 s (cancel-webhook); the ack leaves within 5. D1 gets 3 s of them, less where the body was slow to come,
// and the queue the time until 4.5.
const STORE_WITHIN_MS = 3000;
const STORED_BY_MS = 4000;
const ACK_WITHIN_MS = 4500;

/** What receiving works with. */
export interface Stores {
  readonly db: D1Database;
  readonly deliveries: Queue;
  /** Asks KICC at once about one that waits for its word (CONFIRM). Throws nothing. */
  readonly askNow: (id: string) => Promise<void>;
  /** How much of what is refused is kept. */
  readonly limits?: Limits;
  /** Keeps work alive that comes after the ack. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** Answers KICC. The order of the checks and every answer are contract section 3. */
export async function receive(request: Request, config: Config, stores: Stores): Promise<Response> {
  const receivedAt = Date.now();
  if (config.receiving === null) return refuse("misconfigured");
  if (request.method !== "POST") return refuse("method");
  const pathname = pathOf(request.url);
  const path = readHookPath(pathname, config.receiving.tokens);
  const address = request.headers.get("cf-connecting-ip");
  const contentType = request.headers.get("content-type");
  // A Worker of the same zone can forge CF-Connecting-IP, and its requests carry CF-Worker: no such request is KICC's.
  const allowed = !request.headers.has("cf-worker") && config.receiving.allows(address);
  const { knewToken, reference } = path;
  const sender: Sender = { trusted: allowed || knewToken, knewToken, address, reference, contentType, receivedAt };
  if (!path.opens) {
    const stale: Refused = { ...sender, reason: "token", reference: referenceIn(pathname) };
    if (allowed) await readAside(request, stale, stores);
    return refuse("token", { address });
  }
  if (!allowed) {
    await readAside(request, { ...sender, reason: "address" }, stores);
    return refuse("address", { address, knewToken });
  }
  const waits = patience(receivedAt + STORE_WITHIN_MS);
  try {
    return await take(request, sender, config, stores, waits);
  } finally {
    waits.end();
  }
}

type Sender = Omit<Refused, "reason">;

/** Of a caller that may send. */
async function take(
  request: Request,
  sender: Sender,
  config: Config,
  stores: Stores,
  waits: Patience,
): Promise<Response> {
  const { address, reference, contentType, receivedAt } = sender;
  const read = await readWhole(request, receivedAt + ACK_WITHIN_MS, waits.before);
  if (read.end === "broken") return refuse("unavailable", { address });
  if (read.end === "too-large") {
    keepAside(read, { ...sender, reason: "too-large" }, stores);
    return refuse("too-large", { address });
  }
  const body = read.bytes;
  const reading = readNotification(body);
  if (!reading.readable) {
    keepAside(read, { ...sender, reason: "unreadable" }, stores);
    return refuse("unreadable", { address }, reading.pgCno);
  }
  const arrival = { source: "notification", sourceAddress: address, receivedAt, reference, contentType, body } as const;
  const notification = identify(reading.fields, arrival);
  return ack(await keep(notification, config, stores, waits), notification.pgCno);
}

function refuse(ending: Ending, seen: Readonly<Record<string, unknown>> = {}, pgCno: string | null = null): Response {
  log("notification.refused", { ending, ...seen });
  return ack(ending, pgCno);
}

/** One durable store has it, or KICC is asked to send it again. */
async function keep(notification: Notification, config: Config, stores: Stores, waits: Patience): Promise<Ending> {
  const { id, receivedAt } = notification;
  const storing = storingOf(config.storing, notification, "notification", crypto.randomUUID(), receivedAt);
  const deadline = Math.min(Date.now() + STORE_WITHIN_MS, receivedAt + STORED_BY_MS);
  const store = retryTransient(() => storeNotification(stores.db, notification, storing), deadline);
  const goOn = (stored: Stored) => sendOn(stored, notification, config, stores);
  try {
    const stored = await waits.before(deadline, "store", store);
    stores.waitUntil(goOn(stored));
    return stored.receipts > 1 ? "resent" : "stored";
  } catch (error) {
    log("notification.not-stored", { id, error: reasonOf(error) });
  }
  if (config.storing.mode === "queue") {
    // Another Worker that consumes the queue could not store it. What is stored too late has its attempt open.
    stores.waitUntil(store.then(goOn).catch(() => {}));
    return "unavailable";
  }
  try {
    await waits.before(receivedAt + ACK_WITHIN_MS, "enqueue", sendDelivery(stores.deliveries, notification, 1));
    log("notification.queued", { id });
    return "queued";
  } catch (error) {
    log("notification.lost-to-resend", { id, error: reasonOf(error) });
    return "unavailable";
  }
}

/** What comes after the ack. A receipt of another one's row enqueues nothing: that one has its own. Throws nothing. */
async function sendOn(stored: Stored, notification: Notification, config: Config, stores: Stores): Promise<void> {
  if (stored.id === notification.id && isToBeEnqueued(stored, config)) {
    await enqueue(stores.deliveries, notification, 1);
  } else if (stored.confirm === "asking") {
    await stores.askNow(stored.id);
  }
}
