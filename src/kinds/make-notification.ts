// Makes a notification from what was read and how it came; and makes what identity functions compare from a stored one.
import type { Fields, Notification, Source } from "../rules/notification.ts";
import { ownId, plainId } from "./identity.ts";
import type { Kind, Parts, Comparable } from "./kind.ts";
import { type Readable, readNotification } from "./read.ts";

/** How a notification came: everything but what was read from its body. */
type Arrival = Omit<Notification, keyof Fields | "id" | "contentType" | "ambiguous">;

/**
 * Gives a notification its id: the plain one. An ambiguous one gets its own id, so that it does not take the plain id
 * from the real one.
 */
export function identify(reading: Readable, arrival: Arrival): Notification {
  const { kind, fields, ambiguous, contentType } = reading;
  const comparable = comparableOf(reading, arrival);
  return {
    ...fields,
    ...arrival,
    contentType,
    ambiguous,
    id: ambiguous ? ownId(kind, comparable) : plainId(kind, comparable),
  };
}

export function comparableOf(
  { fields, parts, ambiguous }: Pick<Readable, "fields" | "parts" | "ambiguous">,
  { source, reference, body, receivedAt }: Pick<Arrival, "source" | "reference" | "body" | "receivedAt">,
): Comparable {
  return { ...fields, parts, ambiguous, source, reference, body, receivedAt };
}

/** A stored notification. Its columns may hold more than its body: receipts fill in what the first one lacked. */
export interface StoredFields {
  readonly body: Uint8Array;
  readonly contentType: string | null;
  readonly source: Source;
  readonly reference: string | null;
  readonly receivedAt: number;
  readonly mallId: string | null;
  readonly pgCno: string | null;
  readonly shopOrderNo: string | null;
  readonly currency: string | null;
  readonly amount: string | null;
}

/** What is compared of a stored notification. A body that cannot be read, which a person released, has no fields. */
export function comparableOfStored(kind: Kind, stored: StoredFields): Comparable {
  const reading = readNotification(stored.body, stored.contentType, kind);
  const { fields, parts, ambiguous } = reading.readable
    ? reading
    : { fields: unreadFields(kind), parts: {} as Parts, ambiguous: false };
  return comparableOf(
    {
      fields: {
        ...fields,
        mallId: stored.mallId ?? fields.mallId,
        pgCno: stored.pgCno ?? fields.pgCno,
        shopOrderNo: stored.shopOrderNo ?? fields.shopOrderNo,
        currency: stored.currency ?? fields.currency,
        amount: stored.amount ?? fields.amount,
      },
      parts,
      ambiguous,
    },
    stored,
  );
}

/**
 * Makes a notification from a body that cannot be read, which a person released and named the kind of: its bytes,
 * without fields.
 */
export function unreadNotification(kind: Kind, arrival: Arrival & Pick<Notification, "contentType">): Notification {
  const fields = unreadFields(kind);
  const comparable = comparableOf({ fields, parts: {}, ambiguous: false }, arrival);
  return { ...fields, ...arrival, ambiguous: false, id: plainId(kind, comparable) };
}

function unreadFields({ name }: Kind): Fields {
  return {
    kind: name,
    resCd: "",
    resMsg: "",
    mallId: null,
    shopOrderNo: null,
    pgCno: null,
    cancelPgCno: null,
    cancelDate: null,
    eventDate: null,
    currency: null,
    amount: null,
  };
}
