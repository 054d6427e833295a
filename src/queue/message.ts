// The queue message (contract section 6). It is self-contained, so a notification survives without D1 and other Workers
// can use it.
import * as z from "zod/mini";
import { readNotification } from "../kinds/read.ts";
import { KINDS, kindNamed } from "../kinds/registry.ts";
import { unreadNotification } from "../kinds/make-notification.ts";
import type { Notification } from "../rules/notification.ts";
import { rfc3339 } from "../time.ts";

const text = z.nullable(z.string());

export const deliveryMessageSchema = z.object({
  version: z.literal(1),
  /** The notification's id. It is the key for duplicates: a notification may reach two consumers. */
  id: z.string().check(z.regex(/^ntf_[0-9a-f]{32}$/)),
  /** The attempt for which this message was sent. */
  attempt: z.int().check(z.positive()),
  /** Consumers ignore kinds that they do not know. */
  kind: z.enum(KINDS.map(({ name }) => name)),
  /** RFC 3339, UTC */
  receivedAt: z.iso.datetime(),
  source: z.enum(["notification", "status-api", "test"]),
  sourceAddress: text,
  reference: text,
  mallId: text,
  shopOrderNo: text,
  pgCno: text,
  cancelPgCno: text,
  resCd: z.string(),
  currency: text,
  /** A decimal string. */
  amount: text,
  contentType: text,
  /** The received bytes in base64. */
  body: z.base64(),
});

/** One message of `kicc-deliveries`, as other Workers consume it. */
export type DeliveryMessage = z.infer<typeof deliveryMessageSchema>;

// Queues allow 128,000 bytes, with about 100 for metadata. A body of 64 KiB is 87,384 bytes in base64.
const LARGEST_BYTES = 120_000;
// Below 8 KB the message cannot exceed the limit, since JSON escaping makes a field at most 6 times as long: skip
// measuring.
const SMALL_BYTES = 8_000;

/**
 * Makes the message. Where it would be too large for the queue, fields longer than any of KICC's are left out: the body
 * has them.
 */
export function encodeMessage(notification: Notification, attempt: number): DeliveryMessage {
  const message: DeliveryMessage = {
    version: 1,
    id: notification.id,
    attempt,
    kind: notification.kind,
    receivedAt: rfc3339(notification.receivedAt),
    source: notification.source,
    sourceAddress: notification.sourceAddress,
    reference: notification.reference,
    mallId: notification.mallId,
    shopOrderNo: notification.shopOrderNo,
    pgCno: notification.pgCno,
    cancelPgCno: notification.cancelPgCno,
    resCd: notification.resCd,
    currency: notification.currency,
    amount: notification.amount,
    contentType: notification.contentType,
    body: notification.body.toBase64(),
  };
  const small = notification.body.length + (notification.contentType?.length ?? 0) <= SMALL_BYTES;
  return small || messageBytes(message) <= LARGEST_BYTES ? message : withoutLongFields(message);
}

/** The size that the queue counts, for paging a `sendBatch` by bytes. */
export function messageBytes(message: DeliveryMessage): number {
  return new TextEncoder().encode(JSON.stringify(message)).length;
}

function withoutLongFields(message: DeliveryMessage): DeliveryMessage {
  return {
    ...message,
    mallId: short(message.mallId),
    shopOrderNo: short(message.shopOrderNo),
    pgCno: short(message.pgCno),
    cancelPgCno: short(message.cancelPgCno),
    resCd: message.resCd.slice(0, 200),
    currency: short(message.currency),
    amount: short(message.amount),
    contentType: short(message.contentType),
  };
}

function short(value: string | null): string | null {
  return value !== null && value.length > 200 ? null : value;
}

/** @returns null where it is not a message of this version: it cannot be delivered, whoever sent it */
export function decodeMessage(body: unknown): DeliveryMessage | null {
  const result = deliveryMessageSchema.safeParse(body);
  return result.success ? result.data : null;
}

/**
 * The notification in a message, for storing it where D1 does not have it. Its fields are read from the body again,
 * because the message may lack some. A body that cannot be read was released by a person.
 * @returns null for an unknown kind
 */
export function toNotification(message: DeliveryMessage): Notification | null {
  const { id, source, sourceAddress, reference, contentType } = message;
  const kind = kindNamed(message.kind);
  if (kind === null) return null;
  const body = Uint8Array.fromBase64(message.body);
  const arrival = { source, sourceAddress, reference, receivedAt: Date.parse(message.receivedAt), body };
  const reading = readNotification(body, contentType, kind);
  if (!reading.readable) return { ...unreadNotification(kind, { ...arrival, contentType }), id };
  return { ...reading.fields, ...arrival, id, contentType, ambiguous: reading.ambiguous };
}
