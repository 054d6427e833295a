// The queue's consumer: claim → origin → decide → settle. Two D1 round trips a batch; one message's trouble touches no other.
import { shortId } from "../short-id.ts";
import type { Config, Delivering, Origin } from "../config.ts";
import { deliveryHeaders } from "../outbound/headers.ts";
import { type Letter, WAIT_FOR_PEOPLE_SECONDS, finish, idsOf, openLetters, putBack, waitForD1 } from "./disposition.ts";
import { log, reasonOf } from "../log.ts";
import { type DeliveryMessage, toNotification } from "../queue/message.ts";
import { deliverTo, routeOf } from "../outbound/origin.ts";
import { decide } from "../rules/retry.ts";
import { slowRoutes } from "./slow-routes.ts";
import { noteSighting } from "../store/alerts.ts";
import { type Claimed, type Lease, claim, unclaimHeld } from "../store/claim.ts";
import { type Settlement, attemptOf, settle } from "../store/settle.ts";
import { type Standing, standings } from "../store/standing.ts";
import { before } from "../deadline.ts";
import { retryTransient } from "../store/transient.ts";
import { settleExpired } from "../store/expired.ts";
import { storeNotification, storingOf } from "../intake.ts";

// A claim may take a third of the lease's margin, so that there is time left to settle.
const CLAIM_WITHIN_MS = 10_000;
const SETTLE_AGAIN_MS = 500;
const WAIT_FOR_ROUTE_SECONDS = 10;

const routes = slowRoutes();

/** Delivers a batch of `kicc-deliveries`. Throws nothing: each message is acked, or comes again after a delay. */
export async function deliverBatch(batch: MessageBatch, config: Config, db: D1Database): Promise<void> {
  const letters = openLetters(batch.messages);
  const { delivering } = config;
  if (delivering === null || delivering.mode === "queue") {
    log("delivery.left", { messages: letters.length, because: delivering ? "DELIVERY is queue" : "settings" });
    for (const { message } of letters) message.retry({ delaySeconds: WAIT_FOR_PEOPLE_SECONDS });
    if (delivering !== null) await noteStray(db);
    return;
  }
  try {
    if (delivering.origin === null) await keepForPullers(letters, config, db);
    else await push(admitted(letters, delivering.origin), delivering, delivering.origin, config, db);
  } catch (error) {
    log("delivery.waits-for-d1", { messages: letters.length, error: reasonOf(error) });
    letters.forEach(waitForD1);
  }
}

/** For the cron to alert. The messages are put back already: D1's trouble changes nothing for them. */
async function noteStray(db: D1Database): Promise<void> {
  const now = Date.now();
  try {
    await before(now + CLAIM_WITHIN_MS, "note", noteSighting(db, "stray-messages", now));
  } catch (error) {
    log("delivery.not-noted", { error: reasonOf(error) });
  }
}

/** In pull mode a message comes only where D1 was down when KICC called. */
async function keepForPullers(letters: readonly Letter[], config: Config, db: D1Database): Promise<void> {
  const keeping = async () => storeMissing(letters, await standings(db, idsOf(letters)), config, db);
  await before(Date.now() + CLAIM_WITHIN_MS, "store", keeping());
  for (const { message } of letters) message.ack();
}

/** Of several routes, one that hangs gets a message now and then; its others wait, and no attempt is counted. */
function admitted(letters: readonly Letter[], origin: Origin): Letter[] {
  if (origin.routes.size === 0) return [...letters];
  const now = Date.now();
  return letters.filter(({ message, content }) => {
    const admits = routes.admits(routeOf(origin, content).href, now);
    if (!admits) message.retry({ delaySeconds: WAIT_FOR_ROUTE_SECONDS });
    return admits;
  });
}

/** Throws only before anything is sent. */
async function push(
  letters: readonly Letter[],
  delivering: Delivering,
  origin: Origin,
  config: Config,
  db: D1Database,
): Promise<void> {
  const now = Date.now();
  const maxTries = delivering.delaysMs.length + 1;
  const lease: Lease = { hand: shortId(), now, until: now + delivering.leaseMs, maxTries };
  const { claimed, standing, expired } = await take(letters, lease, delivering, config, db);
  const mine = new Map(claimed.map((row) => [row.id, row]));
  const taken: { letter: Letter; row: Claimed }[] = [];
  for (const letter of letters) {
    const { id } = letter.content;
    const row = mine.get(id);
    if (row === undefined) putBack(letter, expired.get(id) ?? standing.get(id) ?? null, maxTries, now);
    else taken.push({ letter, row });
    mine.delete(id);
  }
  const settlements = await Promise.all(
    taken.map(({ letter, row }) => attempt(letter.content, row, delivering, origin)),
  );
  const recorded = await settleBefore(lease.until, settlements, db);
  for (const [index, { letter }] of taken.entries()) {
    const decision = settlements[index]?.decision;
    // Unrecorded, it is for whoever comes after the lease.
    const again = { state: "pending", nextAttemptAt: lease.until + 1000 } as const;
    finish(letter, recorded && decision ? decision : again, Date.now());
  }
}

/** All that comes before the origin is called has one deadline: a lease that ran out protects nothing. */
async function take(letters: readonly Letter[], lease: Lease, delivering: Delivering, config: Config, db: D1Database) {
  const ids = idsOf(letters);
  const deadline = lease.now + CLAIM_WITHIN_MS;
  const taking = async () => {
    let taken = await claim(db, ids, lease);
    if (await storeMissing(letters, taken.standing, config, db)) taken = await claim(db, ids, lease);
    // A success that was just stored may supersede a failure that was just claimed.
    const mayBeMine = ({ state, leaseUntil }: Standing) => state === "held" && leaseUntil === lease.until;
    if ([...taken.standing.values()].some(mayBeMine)) await unclaimHeld(db, ids, lease.hand);
    return { ...taken, expired: await expire(taken.standing, delivering, db, lease.now) };
  };
  return before(deadline, "claim", retryTransient(taking, deadline));
}

/** KICC was told 0000 on the strength of the queue. @returns whether there was any */
async function storeMissing(
  letters: readonly Letter[],
  known: ReadonlyMap<string, Standing>,
  config: Config,
  db: D1Database,
): Promise<boolean> {
  const missing = new Map(
    letters.filter(({ content }) => !known.has(content.id)).map((each) => [each.content.id, each]),
  );
  for (const { message, content } of missing.values()) {
    const notification = toNotification(content);
    if (notification === null) continue;
    const storing = storingOf(config.storing, notification, message.id, Date.now());
    const stored = await storeNotification(db, notification, storing);
    log("notification.stored", { id: stored.id, state: stored.state, receipts: stored.receipts, late: true });
  }
  return missing.size > 0;
}

/** Leases that ran out, met on the way: failed attempts. Where their notifications stand then, by id. */
async function expire(
  standing: ReadonlyMap<string, Standing>,
  { delaysMs }: Delivering,
  db: D1Database,
  now: number,
): Promise<Map<string, Standing>> {
  const expired = [...standing.values()].filter(
    ({ state, leaseUntil }) => state === "pending" && leaseUntil !== null && leaseUntil <= now,
  );
  const decisions = await settleExpired(db, expired, delaysMs, now);
  return new Map(expired.map((row) => [row.id, { ...row, leaseUntil: null, ...decisions.get(row.id) }]));
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

/** Until the lease runs out nobody else delivers these, so a D1 that comes back by then loses nothing. */
async function settleBefore(deadline: number, settlements: readonly Settlement[], db: D1Database): Promise<boolean> {
  for (;;) {
    try {
      const soon = Math.min(deadline, Date.now() + CLAIM_WITHIN_MS);
      await before(soon, "settle", settle(db, settlements, Date.now()));
      return true;
    } catch (error) {
      log("delivery.not-settled", { ids: settlements.map(({ id }) => id), error: reasonOf(error) });
      if (Date.now() + SETTLE_AGAIN_MS >= deadline) return false;
      await new Promise((resolve) => setTimeout(resolve, SETTLE_AGAIN_MS));
    }
  }
}
