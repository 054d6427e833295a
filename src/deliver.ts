// The queue's consumer: claim → origin → decide → settle. Two D1 round trips a batch; one message's trouble touches no other.
import type { Config, Delivering, Origin } from "./config.ts";
import { delaySeconds } from "./deliveries.ts";
import { deliveryHeaders } from "./delivery.ts";
import { log, reasonOf } from "./log.ts";
import { type DeliveryMessage, decodeMessage, toNotification } from "./message.ts";
import { deliverTo } from "./origin.ts";
import { decide } from "./retry.ts";
import { noteSighting } from "./store/alerts.ts";
import {
  type Claimed,
  type Lease,
  type Settlement,
  type Standing,
  attemptOf,
  claim,
  settle,
  standings,
} from "./store/attempts.ts";
import { before, retryTransient } from "./store/d1.ts";
import { settleExpired } from "./store/leases.ts";
import { storeNotification } from "./store/notifications.ts";
import { storingOf } from "./storing.ts";

// A claim may take a third of the lease's margin, so that there is time left to settle.
const CLAIM_WITHIN_MS = 10_000;
const SETTLE_AGAIN_MS = 500;
const WAIT_FOR_SETTINGS_SECONDS = 300;
/** Seconds to wait for D1, by how often the message came already. */
const WAIT_FOR_D1_SECONDS = [5, 10, 20, 40, 80, 160, 320, 640, 900];

interface Letter {
  readonly message: Message;
  readonly content: DeliveryMessage;
}

/** Delivers a batch of `kicc-deliveries`. Throws nothing: each message is acked, or comes again after a delay. */
export async function deliverBatch(batch: MessageBatch, config: Config, db: D1Database): Promise<void> {
  const letters = open(batch.messages);
  const { delivering } = config;
  if (delivering === null || delivering.mode === "queue") {
    log("delivery.left", { messages: letters.length, because: delivering ? "DELIVERY is queue" : "settings" });
    for (const { message } of letters) message.retry({ delaySeconds: WAIT_FOR_SETTINGS_SECONDS });
    if (delivering !== null) await noteStray(db);
    return;
  }
  try {
    if (delivering.origin === null) await keepForPullers(letters, config, db);
    else await push(letters, delivering, delivering.origin, config, db);
  } catch (error) {
    log("delivery.waits-for-d1", { messages: letters.length, error: reasonOf(error) });
    for (const { message } of letters) {
      message.retry({ delaySeconds: WAIT_FOR_D1_SECONDS[message.attempts - 1] ?? WAIT_FOR_D1_SECONDS.at(-1) ?? 900 });
    }
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

/** A message that cannot be read, say of a later version, waits: the row, or the next deploy, will have it. */
function open(messages: readonly Message[]): Letter[] {
  return messages.flatMap((message) => {
    const content = decodeMessage(message.body);
    if (content !== null) return [{ message, content }];
    log("delivery.unreadable", { message: message.id });
    message.retry({ delaySeconds: WAIT_FOR_SETTINGS_SECONDS });
    return [];
  });
}

/** In pull mode a message comes only where D1 was down when KICC called. */
async function keepForPullers(letters: readonly Letter[], config: Config, db: D1Database): Promise<void> {
  const known = await standings(db, idsOf(letters));
  await storeMissing(letters, known, config, db);
  for (const { message } of letters) message.ack();
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
  const lease: Lease = {
    hand: crypto.randomUUID(),
    now,
    until: now + delivering.leaseMs,
    maxTries: delivering.delaysMs.length + 1,
  };
  const deadline = now + CLAIM_WITHIN_MS;
  const take = async () => {
    const first = await claim(db, idsOf(letters), lease);
    if (!(await storeMissing(letters, first.standing, config, db))) return first;
    return claim(db, idsOf(letters), lease);
  };
  const { claimed, standing } = await before(deadline, "claim", retryTransient(take, deadline));
  const claims = new Map(claimed.map((row) => [row.id, row]));
  const expired = await expire(standing, delivering, db, now);

  const settlements: Settlement[] = [];
  const taken: Letter[] = [];
  for (const letter of letters) {
    const claimedRow = claims.get(letter.content.id);
    if (claimedRow && !taken.some(({ content }) => content.id === letter.content.id)) taken.push(letter);
    else
      putBack(letter, expired.get(letter.content.id) ?? standing.get(letter.content.id), claimedRow !== undefined, now);
  }
  await Promise.all(
    taken.map(async ({ content }) => {
      const claimedRow = claims.get(content.id);
      if (claimedRow) settlements.push(await attempt(content, claimedRow, delivering, origin));
    }),
  );
  const recorded = await settleBefore(lease.until, settlements, db);
  for (const { message, content } of taken) {
    finish(message, recorded ? settlements.find(({ id }) => id === content.id) : undefined, lease.until);
  }
}

function idsOf(letters: readonly Letter[]): string[] {
  return [...new Set(letters.map(({ content }) => content.id))];
}

/** Stores what D1 has not got: KICC was told 0000 on the strength of the queue. @returns whether there was any */
async function storeMissing(
  letters: readonly Letter[],
  known: ReadonlyMap<string, Standing>,
  config: Config,
  db: D1Database,
): Promise<boolean> {
  const missing = new Map(
    letters.filter(({ content }) => !known.has(content.id)).map((letter) => [letter.content.id, letter]),
  );
  for (const { message, content } of missing.values()) {
    const notification = toNotification(content);
    if (notification === null) continue;
    const storing = storingOf(config.storing, notification, notification.source, message.id, Date.now());
    const stored = await storeNotification(db, notification, storing);
    log("notification.stored", { id: stored.id, state: stored.state, receipts: stored.receipts, late: true });
  }
  return missing.size > 0;
}

/** Leases that ran out, met on the way: failed attempts. Their new standing, by id. */
async function expire(
  standing: ReadonlyMap<string, Standing>,
  delivering: Delivering,
  db: D1Database,
  now: number,
): Promise<Map<string, Standing>> {
  const expired = [...standing.values()].filter(
    ({ state, leaseUntil }) => state === "pending" && leaseUntil !== null && leaseUntil <= now,
  );
  const decisions = await settleExpired(db, expired, delivering.delaysMs, now);
  return new Map(
    expired.map((row) => {
      const decision = decisions.get(row.id);
      const nextAttemptAt = decision?.state === "pending" ? decision.nextAttemptAt : row.nextAttemptAt;
      return [row.id, { ...row, state: decision?.state ?? row.state, leaseUntil: null, nextAttemptAt }];
    }),
  );
}

/**
 * A message that may not be delivered now: acked where its notification needs no message any more, or another message
 * carries it; else it comes again when its notification is due.
 */
function putBack({ message, content }: Letter, row: Standing | undefined, claimedByOther: boolean, now: number): void {
  const made = row !== undefined && message.attempts === 1 && row.attempts >= content.attempt;
  if (row === undefined || row.state !== "pending" || row.confirm === "asking" || claimedByOther || made) {
    message.ack();
    return;
  }
  message.retry({ delaySeconds: Math.max(1, delaySeconds((row.leaseUntil ?? row.nextAttemptAt) - now)) });
}

async function attempt(
  content: DeliveryMessage,
  claimed: Claimed,
  delivering: Delivering,
  origin: Origin,
): Promise<Settlement> {
  const startedAt = Date.now();
  const body = Uint8Array.fromBase64(content.body);
  const headers = await deliveryHeaders(
    {
      id: content.id,
      attempt: claimed.attempts,
      receivedAt: Date.parse(content.receivedAt),
      source: content.source,
      reference: claimed.reference,
      confirmed: claimed.confirmed === 1,
      body,
    },
    delivering.secrets,
    startedAt,
  );
  const outcome = await deliverTo(origin, {
    mallId: claimed.mallId,
    body,
    headers,
    contentType: content.contentType,
  });
  const endedAt = Date.now();
  const decision = decide(outcome, claimed.tries, delivering.delaysMs, endedAt, Math.random());
  log("delivery.attempted", {
    id: content.id,
    attempt: claimed.attempts,
    outcome: outcome.kind,
    status: outcome.status,
    state: decision.state,
    durationMs: endedAt - startedAt,
  });
  return { id: content.id, attempt: attemptOf(claimed.attempts, startedAt, endedAt, outcome), decision };
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

function finish(message: Message, settlement: Settlement | undefined, leaseUntil: number): void {
  const now = Date.now();
  if (settlement === undefined) message.retry({ delaySeconds: delaySeconds(leaseUntil - now) + 1 });
  else if (settlement.decision.state === "pending") {
    message.retry({ delaySeconds: delaySeconds(settlement.decision.nextAttemptAt - now) });
  } else message.ack();
}
