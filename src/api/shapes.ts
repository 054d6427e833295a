// The shapes of contract section 7 as schemas, and rows as these shapes: camelCase, RFC 3339 UTC, null for what is absent.
import * as z from "zod/mini";
import { decodeText } from "../rules/notification.ts";
import { STATES } from "../store/insert.ts";
import type { ListedRow, WholeRow } from "../store/search.ts";

/** Schemas that the API's description names. */
export const named = z.registry<{ readonly id: string }>();

const text = z.nullable(z.string());
export const instantSchema = z.iso.datetime();

export const notificationSchema = z
  .object({
    id: z.string(),
    kind: z.literal("wechat.cancel"),
    state: z.enum(STATES),
    /** Why it is held or dead. */
    reason: text,
    source: z.enum(["notification", "status-api", "test"]),
    reference: text,
    mallId: text,
    shopOrderNo: text,
    pgCno: text,
    cancelPgCno: text,
    resCd: z.string(),
    resMsg: z.string(),
    /** As KICC wrote it, most likely KST. */
    cancelDate: text,
    currency: text,
    amount: text,
    receivedAt: instantSchema,
    receipts: z.int(),
    attempts: z.int(),
    nextAttemptAt: z.nullable(instantSchema),
    deliveredAt: z.nullable(instantSchema),
    /** It lies in the archive; a replay brings it back first. */
    archived: z.boolean(),
  })
  .register(named, { id: "Notification" });

export type NotificationShape = z.infer<typeof notificationSchema>;

export const wholeSchema = z
  .extend(notificationSchema, {
    history: z.array(
      z.object({
        number: z.int(),
        startedAt: instantSchema,
        durationMs: z.nullable(z.int()),
        outcome: z.enum(["accepted", "failed", "gone"]),
        status: z.nullable(z.int()),
        error: text,
        answer: text,
      }),
    ),
    body: z.string(),
    bodyBase64: z.string(),
    charset: z.enum(["utf-8", "euc-kr"]),
    sourceAddress: text,
    contradicts: text,
  })
  .register(named, { id: "NotificationWithHistory" });

export function rfc3339(instant: number): string {
  return new Date(instant).toISOString();
}

export function notificationShape(row: ListedRow): NotificationShape {
  const next = row.state === "pending" ? (row.leaseUntil ?? row.nextAttemptAt) : null;
  const delivered = row.state === "delivered" ? row.deliveredAt : null;
  return {
    id: row.id,
    kind: "wechat.cancel",
    state: row.state,
    reason: row.reason,
    source: row.source,
    reference: row.reference,
    mallId: row.mallId,
    shopOrderNo: row.shopOrderNo,
    pgCno: row.pgCno,
    cancelPgCno: row.cancelPgCno,
    resCd: row.resCd,
    resMsg: row.resMsg,
    cancelDate: row.cancelDate,
    currency: row.currency,
    amount: row.amount,
    receivedAt: rfc3339(row.receivedAt),
    receipts: row.receipts,
    attempts: row.attempts,
    nextAttemptAt: next === null ? null : rfc3339(next),
    deliveredAt: delivered === null ? null : rfc3339(delivered),
    archived: false,
  };
}

export function wholeShape(row: WholeRow): z.infer<typeof wholeSchema> {
  const { text: body, charset } = decodeText(row.body);
  return {
    ...notificationShape(row),
    history: row.history.map((attempt) => ({ ...attempt, startedAt: rfc3339(attempt.startedAt) })),
    body,
    bodyBase64: row.body.toBase64(),
    charset,
    sourceAddress: row.sourceAddress,
    contradicts: row.contradicts,
  };
}
