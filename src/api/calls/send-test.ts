// A made-up notification through everything, so that a merchant sees the whole way work before KICC calls.
import * as z from "zod/mini";
import { enqueue } from "../../queue/send.ts";
import { log } from "../../log.ts";
import { type Notification, identify, readNotification } from "../../rules/notification.ts";
import { audit } from "../../store/audit.ts";
import { storeNotification } from "../../store/insert.ts";
import { findListed } from "../../store/report.ts";
import { isToBeEnqueued, storingOf } from "../../intake.ts";
import { kindName } from "../input.ts";
import { operation, refuse } from "../operation.ts";
import { notificationSchema, notificationShape } from "../shapes.ts";

/** A failed result: an origin whose handler was never changed must not book it. */
const FAILED = "9999";
const MADE_UP = "wechat.cancel";
const RES_CD = "must be 1 to 4 letters and digits";
const KST_MS = 9 * 60 * 60 * 1000;

export const testNotification = operation({
  method: "post",
  path: "/api/test",
  summary:
    "Send a made-up notification of a kind (wechat.cancel) through everything: a failed result, unless resCd says otherwise",
  needsDelivering: true,
  input: z.object({
    kind: z._default(kindName, MADE_UP),
    resCd: z._default(z.string(RES_CD).check(z.regex(/^[0-9A-Za-z]{1,4}$/, RES_CD)), FAILED),
  }),
  answer: notificationSchema,
  async run({ kind, resCd }, desk) {
    const { db, deliveries, config, now, operator, waitUntil } = desk;
    if (kind !== MADE_UP) return refuse("invalid", `kind ${kind} cannot be made up`);
    const notification = await sample(resCd, now);
    const storing = storingOf(config.storing, notification, "test", crypto.randomUUID(), now);
    const stored = await storeNotification(db, notification, storing);
    log("notification.stored", { id: stored.id, state: stored.state, receipts: stored.receipts, source: "test" });
    if (isToBeEnqueued(stored, config)) waitUntil(enqueue(deliveries, notification, 1));
    await audit(db, { at: now, who: operator, what: "test", subject: stored.id, note: `resCd ${resCd}` }).run();
    const row = await findListed(db, stored.id);
    if (row === null) throw new Error(`Cannot find notification ${stored.id}: it was stored just now`);
    return notificationShape(row, desk);
  },
});

/** KICC's shape with ids of zeros and a serial: no id of KICC's begins with zeros, and no two samples share one. */
async function sample(resCd: string, now: number): Promise<Notification> {
  const serial = now * 1000 + Math.floor(Math.random() * 500) * 2;
  const [pgCno, cancelPgCno] = [serial, serial + 1].map((id) => String(id).padStart(20, "0"));
  const message = {
    resCd,
    resMsg: "TEST",
    mallId: "00000000",
    shopOrderNo: pgCno,
    pgCno,
    cancelPgCno,
    cancelDate: new Date(now + KST_MS).toISOString().replaceAll(/\D/g, "").slice(0, 14),
    amountInfo: { currency: "KRW", amount: 0 },
  };
  const body = new TextEncoder().encode(JSON.stringify(message));
  const reading = readNotification(body);
  if (!reading.readable) throw new Error("Cannot read the sample that was just made");
  return identify(reading.fields, {
    receivedAt: now,
    source: "test",
    sourceAddress: null,
    reference: null,
    contentType: "application/json; charset=utf-8",
    body,
  });
}
