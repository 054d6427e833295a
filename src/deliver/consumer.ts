// The queue's consumer: claim → origin → decide → settle. Two round trips to D1 a batch. A failure of one message does
// not touch the others.
import { shortId } from "../short-id.ts";
import type { Config, Delivering, Origin } from "../config.ts";
import { deliveryHeaders } from "../outbound/headers.ts";
import {
  type QueuedDelivery,
  WAIT_FOR_PEOPLE_SECONDS,
  finish,
  decodeBatch,
  ackOrDelay,
  waitForD1,
} from "./disposition.ts";
import { log, reasonOf } from "../log.ts";
import type { DeliveryMessage } from "../queue/message.ts";
import { deliverTo, routeOf } from "../outbound/origin.ts";
import { decide } from "../rules/retry.ts";
import { slowRoutes } from "./slow-routes.ts";
import { noteSighting } from "../store/alert-conditions.ts";
import { type Claimed, type Lease, unclaim } from "../store/claim.ts";
import { type Settlement, attemptOf, settle } from "../store/settle.ts";
import { before } from "../deadline.ts";
import { storeUnknown, claimBatch } from "./claim-batch.ts";

const NOTE_WITHIN_MS = 10_000;
const SETTLE_WITHIN_MS = 10_000;
const SETTLE_AGAIN_MS = 500;
const WAIT_FOR_ROUTE_SECONDS = 10;

const routes = slowRoutes();

/** Delivers a batch of `kicc-deliveries`. Throws nothing: each message is acked or delayed. */
export async function deliverBatch(batch: MessageBatch, config: Config, db: D1Database): Promise<void> {
  const deliveries = decodeBatch(batch.messages);
  const { delivering } = config;
  if (delivering === null || delivering.mode === "queue") {
    await leave(deliveries, delivering ? "DELIVERY is queue" : "settings", config, db);
    if (delivering !== null) await noteStray(db);
    return;
  }
  try {
    if (delivering.origin === null) await keepForPullers(deliveries, config, db);
    else await push(admitted(deliveries, delivering.origin), delivering, delivering.origin, config, db);
  } catch (error) {
    log("delivery.waits-for-d1", { messages: deliveries.length, error: reasonOf(error) });
    deliveries.forEach(waitForD1);
  }
}

/**
 * Notes stray messages for the cron to alert. They are delayed already, so a failure of D1 changes nothing for them.
 */
async function noteStray(db: D1Database): Promise<void> {
  const now = Date.now();
  try {
    await before(now + NOTE_WITHIN_MS, "note", noteSighting(db, "stray-messages", now));
  } catch (error) {
    log("delivery.not-noted", { error: reasonOf(error) });
  }
}

/**
 * Delays messages that cannot be delivered now. Notifications that D1 does not have are stored, so that people see
 * them; they wait untried.
 */
async function leave(
  deliveries: readonly QueuedDelivery[],
  because: string,
  config: Config,
  db: D1Database,
): Promise<void> {
  log("delivery.left", { messages: deliveries.length, because });
  for (const { message } of deliveries) message.retry({ delaySeconds: WAIT_FOR_PEOPLE_SECONDS });
  try {
    await storeUnknown(deliveries, { ...config.storing, opensAttempt: false }, db);
  } catch (error) {
    log("delivery.waits-for-d1", { messages: deliveries.length, error: reasonOf(error) });
  }
}

/** Pull mode: a message comes only if D1 was down when KICC called. */
async function keepForPullers(deliveries: readonly QueuedDelivery[], config: Config, db: D1Database): Promise<void> {
  const unstored = await storeUnknown(deliveries, config.storing, db);
  for (const delivery of deliveries) {
    if (unstored.has(delivery)) waitForD1(delivery);
    else delivery.message.ack();
  }
}

/**
 * Of several routes, one that hangs gets a message now and then. Its other messages are delayed, and no attempt is
 * counted.
 */
function admitted(deliveries: readonly QueuedDelivery[], origin: Origin): QueuedDelivery[] {
  if (origin.routes.size === 0) return [...deliveries];
  const now = Date.now();
  return deliveries.filter(({ message, content }) => {
    const admits = routes.admits(routeOf(origin, content).href, now);
    if (!admits) message.retry({ delaySeconds: WAIT_FOR_ROUTE_SECONDS });
    return admits;
  });
}

/** Throws only before anything is sent. */
async function push(
  deliveries: readonly QueuedDelivery[],
  delivering: Delivering,
  origin: Origin,
  config: Config,
  db: D1Database,
): Promise<void> {
  const now = Date.now();
  const maxTries = delivering.delaysMs.length + 1;
  const lease: Lease = { claimant: shortId(), now, until: now + delivering.leaseMs, maxTries };
  const { claimed, firsts, standing, expired, unstored } = await claimBatch(
    deliveries,
    lease,
    delivering,
    config.storing,
    db,
  );
  const mine = new Map(claimed.map((row) => [row.id, row]));
  const taken: { delivery: QueuedDelivery; row: Claimed }[] = [];
  for (const delivery of deliveries) {
    const { id } = delivery.content;
    const row = mine.get(id);
    if (unstored.has(delivery)) {
      waitForD1(delivery);
      continue;
    }
    if (row === undefined) ackOrDelay(delivery, expired.get(id) ?? standing.get(id) ?? null, maxTries, now);
    else taken.push({ delivery, row });
    mine.delete(id);
  }
  // Another message with the same id claimed these rows, but its own notification is not stored: the rows are not
  // delivered now.
  if (mine.size > 0) await unclaim(db, [...mine.keys()], lease.claimant);
  const settlements = await Promise.all(
    taken.map(({ delivery, row }) => attempt(firsts.get(row.id) ?? delivery.content, row, delivering, origin)),
  );
  const recorded = await settleBefore(lease.until, settlements, db);
  for (const [index, { delivery }] of taken.entries()) {
    const decision = settlements[index]?.decision;
    // An attempt that could not be recorded is left to whoever claims after the lease.
    const again = { state: "pending", nextAttemptAt: lease.until + 1000 } as const;
    finish(delivery, recorded && decision ? decision : again, Date.now());
  }
}

async function attempt(
  content: DeliveryMessage,
  { attempts, tries, reference, repeats, confirmed }: Claimed,
  { secrets, delaysMs }: Delivering,
  origin: Origin,
): Promise<Settlement> {
  const startedAt = Date.now();
  const { id, kind, mallId, source, contentType } = content;
  const body = Uint8Array.fromBase64(content.body);
  const receivedAt = Date.parse(content.receivedAt);
  const confirmedToo = confirmed === 1;
  const delivery = {
    id,
    kind,
    attempt: attempts,
    receivedAt,
    source,
    reference,
    repeats,
    confirmed: confirmedToo,
    body,
  };
  const headers = await deliveryHeaders(delivery, secrets, startedAt);
  const outcome = await deliverTo(origin, { kind, mallId, body, headers, contentType });
  const endedAt = Date.now();
  const durationMs = endedAt - startedAt;
  routes.saw(routeOf(origin, content).href, durationMs >= origin.timeoutMs, endedAt);
  const decision = decide(outcome, tries, delaysMs, endedAt, Math.random());
  log("delivery.attempted", { id, attempt: attempts, outcome: outcome.kind, status: outcome.status, durationMs });
  return { id, attempt: attemptOf(attempts, startedAt, endedAt, outcome), decision, body };
}

/**
 * Nobody else delivers these until the lease runs out. So nothing is lost if D1 answers again by then.
 * @returns whether they are recorded
 */
async function settleBefore(deadline: number, settlements: readonly Settlement[], db: D1Database): Promise<boolean> {
  for (;;) {
    try {
      const soon = Math.min(deadline, Date.now() + SETTLE_WITHIN_MS);
      await before(soon, "settle", settle(db, settlements, Date.now()));
      return true;
    } catch (error) {
      log("delivery.not-settled", { ids: settlements.map(({ id }) => id), error: reasonOf(error) });
      if (Date.now() + SETTLE_AGAIN_MS >= deadline) return false;
      await new Promise((resolve) => setTimeout(resolve, SETTLE_AGAIN_MS));
    }
  }
}
