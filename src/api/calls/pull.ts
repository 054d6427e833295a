// Pulling, for an origin that accepts no connection: leases the same rows, and answers what a push would have brought.
import { shortId } from "../../short-id.ts";
import * as z from "zod/mini";
import type { Delivering } from "../../config.ts";
import { deliveryHeaders } from "../../outbound/headers.ts";
import { before } from "../../deadline.ts";
import { log, reasonOf } from "../../log.ts";
import type { Lease } from "../../store/claim.ts";
import { type DuePlace, START, type Window, placeBehind } from "../../store/due-window.ts";
import { findExpired, settleExpired } from "../../store/expired.ts";
import { type DeliverableRow, notificationOf } from "../../store/rows.ts";
import { claimDue, unclaimDue } from "../../store/overdue.ts";
import { rfc3339 } from "../../time.ts";
import { wholeNumber } from "../input.ts";
import { type CallContext, deliveringOf, operation, refuse } from "../operation.ts";
import { instantSchema, notificationSchema, notificationShape } from "../shapes.ts";

// 50 of the largest bodies, 64 KiB each, are 4.4 MB in base64: an answer has no more.
const MOST = 50;
const LONGEST_LEASE_SECONDS = 300;
const LONGEST_WAIT_SECONDS = 20;
const LOOK_EVERY_MS = 1000;
const EXPIRE_EVERY = 5;
// Limits for the expired leases that one call settles. The sweep settles the rest.
const EXPIRED = 100;
const LOOKED_AT = 500;
const WINDOWS = 4;
const CLAIM_WITHIN_MS = 10_000;

const pulledSchema = z.extend(notificationSchema, {
  attempt: z.int(),
  headers: z.record(z.string(), z.string()),
  bodyBase64: z.string(),
  leaseUntil: instantSchema,
});

export const pull = operation({
  method: "post",
  path: "/api/pull",
  summary: "Lease the next notifications (DELIVERY is pull); waits up to waitSeconds for the first",
  forDelivery: true,
  needsDelivering: true,
  input: z.object({
    max: z._default(wholeNumber(1, MOST), 10),
    leaseSeconds: z._default(wholeNumber(1, LONGEST_LEASE_SECONDS), 60),
    waitSeconds: z._default(wholeNumber(0, LONGEST_WAIT_SECONDS), 0),
  }),
  answer: z.object({ notifications: z.array(pulledSchema) }),
  async run({ max, leaseSeconds, waitSeconds }, context) {
    const delivering = deliveringOf(context);
    if (delivering.mode !== "pull") return refuse("conflict", `Cannot pull: DELIVERY is ${delivering.mode}`);
    const waitUntil = context.now + waitSeconds * 1000;
    for (let look = 0; ; look++) {
      // The puller is gone: nobody would report what is leased for it.
      if (context.signal?.aborted) return { notifications: [] };
      const isThorough = look % EXPIRE_EVERY === 0;
      if (isThorough) await settleFirstExpired(context, delivering);
      const notifications = await leaseNext(context, delivering, max, leaseSeconds * 1000, isThorough ? WINDOWS : 1);
      const waitMs = Math.min(LOOK_EVERY_MS, waitUntil - Date.now());
      if (notifications.length > 0 || waitMs <= 0) return { notifications };
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  },
});

/** An expired lease is a failed attempt. Its notification is due again after the usual wait. */
async function settleFirstExpired({ db }: CallContext, { delaysMs }: Delivering): Promise<void> {
  const now = Date.now();
  const expired = await findExpired(db, { dueBy: now, from: START }, now, EXPIRED, LOOKED_AT);
  await settleExpired(db, expired, delaysMs, now);
}

/** @param windows how many windows to look at: the first may be full of rows that are leased or wait for KICC */
async function leaseNext(
  context: CallContext,
  { secrets, delaysMs }: Delivering,
  max: number,
  leaseMs: number,
  windows: number,
) {
  const now = Date.now();
  const lease = { claimant: shortId(), now, until: now + leaseMs, maxTries: delaysMs.length + 1 };
  const rows = await claimFirst(context, lease, max, windows);
  if (rows.length > 0) log("delivery.pulled", { notifications: rows.length, by: context.operator });
  return Promise.all(
    rows
      .toSorted((one, other) => one.receivedAt - other.receivedAt)
      .map((row) => pulled(row, secrets, now, lease.until, context)),
  );
}

/** One statement claims them, so two pullers never get the same one. */
async function claimFirst(context: CallContext, lease: Lease, max: number, windows: number): Promise<DeliverableRow[]> {
  let from: DuePlace | null = START;
  for (let looked = 0; from !== null && looked < windows; looked++) {
    const window: Window = { dueBy: lease.now, from };
    const rows = await claimInTime(context, window, lease, max);
    if (rows.length > 0 || windows === 1) return rows;
    from = await placeBehind(context.db, window);
  }
  return [];
}

/** Claims, and undoes the claim where the call was given up or the puller is gone: nobody would report on it. */
async function claimInTime(context: CallContext, window: Window, lease: Lease, max: number): Promise<DeliverableRow[]> {
  const claiming = claimDue(context.db, window, lease, max);
  try {
    const rows = await before(lease.now + CLAIM_WITHIN_MS, "lease", claiming);
    if (rows.length === 0 || !context.signal?.aborted) return rows;
  } catch (error) {
    context.waitUntil(unclaimAfter(claiming, window, lease.claimant, context.db));
    throw error;
  }
  await unclaimAfter(claiming, window, lease.claimant, context.db);
  return [];
}

/** Throws nothing. A statement that hung may still commit, so this waits for it first. */
async function unclaimAfter(
  claiming: Promise<unknown>,
  window: Window,
  claimant: string,
  db: D1Database,
): Promise<void> {
  await before(Date.now() + CLAIM_WITHIN_MS, "lease", claiming).catch(() => {});
  try {
    await before(Date.now() + CLAIM_WITHIN_MS, "give back", unclaimDue(db, window, claimant));
  } catch (error) {
    log("delivery.not-given-back", { error: reasonOf(error) });
  }
}

async function pulled(
  row: DeliverableRow,
  secrets: readonly Uint8Array[],
  now: number,
  until: number,
  context: CallContext,
) {
  const { id, kind, receivedAt, source, reference, contentType, body } = notificationOf(row);
  const confirmed = row.confirmed === 1;
  const { repeats } = row;
  const delivery = { id, kind, attempt: row.attempts, receivedAt, source, reference, repeats, confirmed, body };
  return {
    ...notificationShape(
      { ...row, state: "pending", reason: null, nextAttemptAt: until, leaseUntil: until, deliveredAt: null },
      context,
    ),
    attempt: row.attempts,
    headers: {
      ...(contentType === null ? {} : { "content-type": contentType }),
      ...(await deliveryHeaders(delivery, secrets, now)),
    },
    bodyBase64: row.body,
    leaseUntil: rfc3339(until),
  };
}
