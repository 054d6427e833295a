// The shapes of contract section 7 as schemas, and rows in these shapes: camelCase, RFC 3339 UTC, null for what is
// absent.
import * as z from "zod/mini";
import { showBody } from "../kinds/personal.ts";
import { STATES } from "../store/insert.ts";
import type { ListedRow, WholeRow } from "../store/search.ts";
import { rfc3339 } from "../time.ts";

/** Schemas that have a name in the API's description. */
export const namedSchemas = z.registry<{ readonly id: string }>();

const text = z.nullable(z.string());
export const instantSchema = z.iso.datetime();

export const notificationSchema = z
  .object({
    id: z.string(),
    /** Such as `wechat.cancel` or `online.deposit`. */
    kind: z.string(),
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
    /** When it happened, as KICC wrote it: approvalDate, cancelDate, else transactionDate. */
    eventDate: text,
    currency: text,
    amount: text,
    /** The id of the notification that this may repeat. */
    repeats: text,
    receivedAt: instantSchema,
    receipts: z.int(),
    attempts: z.int(),
    nextAttemptAt: z.nullable(instantSchema),
    deliveredAt: z.nullable(instantSchema),
    archived: z.boolean(),
    /** Its page in the console. */
    consoleUrl: z.string(),
  })
  .register(namedSchemas, { id: "Notification" });

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
    /** Decoded; a form as name=value, a line each. Personal values are masked to their first character and a *. */
    body: z.string(),
    /** null where the body has personal values, unless the whole body was asked for. */
    bodyBase64: text,
    charset: z.enum(["utf-8", "euc-kr"]),
    sourceAddress: text,
    contradicts: text,
    /** Others of every kind with the same pgCno or shopOrderNo, newest first. */
    related: z.array(
      z.pick(notificationSchema, {
        id: true,
        kind: true,
        state: true,
        resCd: true,
        currency: true,
        amount: true,
        receivedAt: true,
      }),
    ),
  })
  .register(namedSchemas, { id: "NotificationWithHistory" });

/** The address at which this receiver was called. Links begin with it. */
export interface LinkBase {
  readonly origin: string;
}

export function notificationShape(row: ListedRow, { origin }: LinkBase): NotificationShape {
  const next = row.state === "pending" ? (row.leaseUntil ?? row.nextAttemptAt) : null;
  const delivered = row.state === "delivered" ? row.deliveredAt : null;
  return {
    id: row.id,
    kind: row.kind,
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
    eventDate: row.eventDate,
    currency: row.currency,
    amount: row.amount,
    repeats: row.repeats,
    receivedAt: rfc3339(row.receivedAt),
    receipts: row.receipts,
    attempts: row.attempts,
    nextAttemptAt: next === null ? null : rfc3339(next),
    deliveredAt: delivered === null ? null : rfc3339(delivered),
    archived: false,
    consoleUrl: `${origin}/console/notifications/${encodeURIComponent(row.id)}`,
  };
}

/** @param isWhole with personal values, and with the bytes */
export function wholeShape(
  row: WholeRow,
  related: readonly ListedRow[],
  isWhole: boolean,
  place: LinkBase,
): z.infer<typeof wholeSchema> {
  const { text: whole, masked, isPersonal, charset } = showBody(row.body, row.contentType);
  return {
    ...notificationShape(row, place),
    history: row.history.map(({ head: _head, ...attempt }) => ({ ...attempt, startedAt: rfc3339(attempt.startedAt) })),
    body: isWhole ? whole : masked,
    bodyBase64: isPersonal && !isWhole ? null : row.body.toBase64(),
    charset,
    sourceAddress: row.sourceAddress,
    contradicts: row.contradicts,
    related: related.map(({ id, kind, state, resCd, currency, amount, receivedAt }) => ({
      id,
      kind,
      state,
      resCd,
      currency,
      amount,
      receivedAt: rfc3339(receivedAt),
    })),
  };
}
