// What comes before the origin is called: D1 learns of what it has not got, and the batch is claimed. An attempt that nobody makes is given back.
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

// A claim may take a third of the lease's margin, so that there is time left to settle. Storing has to end before: while D1
// takes no new rows it must not cost the claims of the others.
const CLAIM_WITHIN_MS = 10_000;
const STORE_MISSING_WITHIN_MS = 5000;
const GIVE_BACK_WITHIN_MS = 10_000;

export interface ClaimedBatch {
  readonly claimed: readonly Claimed[];
  /** What D1 stored first of those whose message is of a later receipt, by id: of several, the first is delivered. */
  readonly firsts: ReadonlyMap<string, DeliveryMessage>;
  /** Where those stand that D1 knows, by id. */
  readonly standing: ReadonlyMap<string, Standing>;
  /** Where those stand now whose lease had run out, by id. */
  readonly expired: ReadonlyMap<string, Standing>;
  /** Those that D1 has not got, and did not take. */
  readonly unstored: ReadonlySet<QueuedDelivery>;
}

/** Claims what can be claimed. @throws where D1 did not answer in time: then nothing is claimed, as far as D1 allows */
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
  const missing = deliveries.filter(({ content }) => !batch.standing.has(content.id));
  const unstored = await storeEach(missing, storing, lease.now + STORE_MISSING_WITHIN_MS, db);
  if (missing.length > unstored.size) batch = await claim(db, ids, lease);
  // A success that was just stored may supersede a failure that was just claimed.
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

/** Throws nothing. A statement that hung may still commit: it is waited for, and what it claimed is given back as well. */
async function unclaimBatch(
  claiming: Promise<unknown>,
  ids: readonly string[],
  claimant: string,
  db: D1Database,
): Promise<void> {
  try {
    await before(Date.now() + GIVE_BACK_WITHIN_MS, "claim", claiming);
  } catch {
    // It failed, or it hangs on.
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
 * Stores those that D1 has not got: KICC was told 0000 on the strength of the queue.
 * @returns those that D1 did not take @throws where D1 does not say which it has
 */
export async function storeUnknown(
  deliveries: readonly QueuedDelivery[],
  storing: Config["storing"],
  db: D1Database,
): Promise<ReadonlySet<QueuedDelivery>> {
  const deadline = Date.now() + CLAIM_WITHIN_MS;
  const known = await before(deadline, "look", standings(db, idsOf(deliveries)));
  const missing = deliveries.filter(({ content }) => !known.has(content.id));
  return storeEach(missing, storing, deadline, db);
}

/** One after the other, each by itself: what D1 does not take of one is no other's trouble. @returns those not stored */
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

/** Leases that ran out, met on the way: failed attempts. Where their notifications stand then, by id. */
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
