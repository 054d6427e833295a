// Sends a test notification through everything, so that a merchant sees the whole way work before KICC calls.
import { shortId } from "../../short-id.ts";
import * as z from "zod/mini";
import { log } from "../../log.ts";
import { identify } from "../../kinds/make-notification.ts";
import type { Kind } from "../../kinds/kind.ts";
import { readNotification } from "../../kinds/read.ts";
import { KINDS, kindNamed } from "../../kinds/registry.ts";
import type { Notification } from "../../rules/notification.ts";
import { audit } from "../../store/audit.ts";
import { findListed } from "../../store/report.ts";
import { enqueueStored, storeNotification, storingOf } from "../../intake.ts";
import { kindName } from "../input.ts";
import { operation } from "../operation.ts";
import { notificationSchema, notificationShape } from "../shapes.ts";

/** A failed result: an unchanged handler must not book it. */
const FAILED = "9999";
const RES_CD = "must be 1 to 4 letters and digits";
/** The default is the kind of version 1.0.0. */
const FIRST = KINDS.find(({ statusApi }) => statusApi?.announcedBy === "cancelPgCno")?.name ?? "";

export const testNotification = operation({
  method: "post",
  path: "/api/test",
  summary: "Send a made-up notification of any kind through everything: a failed result, unless resCd says otherwise",
  needsDelivering: true,
  input: z.object({
    kind: z._default(kindName, FIRST),
    resCd: z._default(z.string(RES_CD).check(z.regex(/^[0-9A-Za-z]{1,4}$/, RES_CD)), FAILED),
  }),
  answer: notificationSchema,
  async run({ kind: name, resCd }, context) {
    const { db, config, now, operator } = context;
    const kind = kindNamed(name);
    if (kind === null) throw new Error(`Cannot make a test notification: ${name} is no kind`);
    const notification = sample(kind, resCd, now);
    const storing = storingOf(config.storing, notification, shortId(), now);
    const stored = await storeNotification(db, notification, storing);
    log("notification.stored", { id: stored.id, state: stored.state, receipts: stored.receipts, source: "test" });
    context.waitUntil(enqueueStored(stored, notification, config, context));
    await audit(db, { at: now, who: operator, what: "test", subject: stored.id, note: `${name} resCd ${resCd}` }).run();
    const row = await findListed(db, stored.id);
    if (row === null) throw new Error(`Cannot find notification ${stored.id}: it was stored just now`);
    return notificationShape(row, context);
  },
});

/**
 * In KICC's format with ids of zeros and a serial number: KICC's ids never begin with zeros, and no two test
 * notifications share one.
 */
function sample(kind: Kind, resCd: string, now: number): Notification {
  const serial = now * 1000 + Math.floor(Math.random() * 500) * 2;
  const { body: text, contentType } = kind.sample(resCd, serial, now);
  const body = new TextEncoder().encode(text);
  const reading = readNotification(body, contentType, kind);
  if (!reading.readable) throw new Error("Cannot read the sample that was just made");
  return identify(reading, { receivedAt: now, source: "test", sourceAddress: null, reference: null, body });
}
