// Prepares a batch before the origin is called: stores what D1 does not have, and claims the notifications. A claim
// that nobody uses is undone.
import type { Config, Delivering } from "../config.ts";
import { before } from "../deadline.ts";
import { storeNotification, storingOf } from "../intake.ts";
import { log, reasonOf } from "../log.ts";
import { type DeliveryMessage, encodeMessage, toNotification } from "../queue/message.ts";
import { type Claimed, type Lease, claim, unclaim, unclaimHeld } from "../store/claim.ts";
import { settleExpired } from "../store/expired.ts";
import { notificationOf, readDeliverable } from "../store/rows.ts";
import { type Standing, standings } from "../store/standing.ts";
import { retryTransient } from "../store/transient.ts";
import { type QueuedDelivery, idsOf } from "./disposition.ts";
import { isStored } from "./is-stored.ts";

// Claiming may take a third of the lease's margin; the rest is for settling. Storing must end sooner: while D1 takes no
// new rows, the other notifications must still be claimed.
const CLAIM_WITHIN_MS = 10_000;
const STORE_MISSING_WITHIN_MS = 5000;
const GIVE_BACK_WITHIN_MS = 10_000;

export interface ClaimedBatch {
  readonly claimed: readonly Claimed[];
  /**
   * By id, where the message is of a later receipt: the message of the receipt that D1 stored first. That one is
   * delivered.
   */
  readonly firsts: ReadonlyMap<string, DeliveryMessage>;
  /** By id, where each notification stands that D1 knows. */
  readonly standing: ReadonlyMap<string, Standing>;
  /** By id, where each notification stands now whose lease had run out. */
  readonly expired: ReadonlyMap<string, Standing>;
  /** The deliveries whose notification D1 does not have and did not take. */
  readonly unstored: ReadonlySet<QueuedDelivery>;
}

/** Claims what can be claimed. @throws where D1 did not answer in time: then the claims are undone, if D1 allows */
export async function claimBatch(
  deliveries: readonly QueuedDelivery[],
  lease: Lease,
  delivering: Delivering,
  storing: Config["storing"],
  db: D1Database,
): Promise<ClaimedBatch> {
  const ids = idsOf(deliveries);
  const deadline = lease.now + CLAIM_WITHIN_MS;
  const claiming = retryTransient(() => claimAll(deliveries, ids, lease, delivering, storing, db), deadline);
  try {
    return await before(deadline, "claim", claiming);
  } catch (error) {
    await unclaimBatch(claiming, ids, lease.claimant, db);
    throw error;
  }
}

async function claimAll(
  deliveries: readonly QueuedDelivery[],
  ids: readonly string[],
  lease: Lease,
  delivering: Delivering,
  storing: Config["storing"],
  db: D1Database,
): Promise<ClaimedBatch> {
  let batch = await claim(db, ids, lease);
  const missing = deliveries.filter(({ content }) => !isStored(content, batch.standing.get(content.id)));
  const unstored = await storeEach(missing, storing, lease.now + STORE_MISSING_WITHIN_MS, db);
  if (missing.length > unstored.size) batch = await claim(db, ids, lease);
  // A success that was just stored may have superseded a failure that was just claimed.
  const mayBeMine = ({ state, leaseUntil }: Standing) => state === "held" && leaseUntil === lease.until;
  if ([...batch.standing.values()].some(mayBeMine)) await unclaimHeld(db, ids, lease.claimant);
  const firsts = await readFirsts(deliveries, batch.claimed, db);
  return { ...batch, firsts, unstored, expired: await settleExpiredAmong(batch.standing, delivering, db, lease.now) };
}

async function readFirsts(
  deliveries: readonly QueuedDelivery[],
  claimed: readonly Claimed[],
  db: D1Database,
): Promise<ReadonlyMap<string, DeliveryMessage>> {
  const receivedAt = new Map(claimed.map((row) => [row.id, row.receivedAt]));
  const later = deliveries.filter(({ content }) => {
    const first = receivedAt.get(content.id);
    return first !== undefined && first !== Date.parse(content.receivedAt);
  });
  if (later.length === 0) return new Map();
  const rows = await readDeliverable(db, idsOf(later));
  return new Map(rows.map((row) => [row.id, encodeMessage(notificationOf(row), row.attempts)]));
}

/** Throws nothing. A statement that hung may still commit. So this waits for it first, and then undoes its claims. */
async function unclaimBatch(
  claiming: Promise<unknown>,
  ids: readonly string[],
  claimant: string,
  db: D1Database,
): Promise<void> {
  try {
    await before(Date.now() + GIVE_BACK_WITHIN_MS, "claim", claiming);
  } catch {
    // It failed, or still hangs.
  }
  const deadline = Date.now() + GIVE_BACK_WITHIN_MS;
  try {
    await before(
      deadline,
      "give back",
      retryTransient(() => unclaim(db, ids, claimant), deadline),
    );
  } catch (error) {
    log("delivery.not-given-back", { ids, error: reasonOf(error) });
  }
}

/**
 * Stores the notifications that D1 does not have: KICC was acked because the queue had them.
 * @returns the deliveries that D1 did not take
 * @throws where D1 does not say which ones it has
 */
export async function storeUnknown(
  deliveries: readonly QueuedDelivery[],
  storing: Config["storing"],
  db: D1Database,
): Promise<ReadonlySet<QueuedDelivery>> {
  const deadline = Date.now() + CLAIM_WITHIN_MS;
  const known = await before(deadline, "look", standings(db, idsOf(deliveries)));
  const missing = deliveries.filter(({ content }) => !isStored(content, known.get(content.id)));
  return storeEach(missing, storing, deadline, db);
}

/**
 * Stores one after the other. One that D1 does not take does not stop the others.
 * @returns the deliveries that were not stored
 */
async function storeEach(
  deliveries: readonly QueuedDelivery[],
  storing: Config["storing"],
  deadline: number,
  db: D1Database,
): Promise<ReadonlySet<QueuedDelivery>> {
  const unstored = new Set<QueuedDelivery>();
  for (const delivery of deliveries) {
    const { message, content } = delivery;
    const notification = toNotification(content);
    if (notification === null) continue;
    const how = storingOf(storing, notification, message.id, Date.now());
    try {
      const stored = await before(
        deadline,
        "store",
        retryTransient(() => storeNotification(db, notification, how), deadline),
      );
      log("notification.stored", { id: stored.id, state: stored.state, receipts: stored.receipts, late: true });
    } catch (error) {
      unstored.add(delivery);
      log("notification.not-stored", { id: content.id, error: reasonOf(error) });
    }
  }
  return unstored;
}

/** Settles leases that ran out as failed attempts. @returns where their notifications stand then, by id */
async function settleExpiredAmong(
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
