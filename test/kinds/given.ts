// Reads bodies as the receiver does, and makes from them what identity compares.
import { plainId } from "../../src/kinds/identity.ts";
import type { Kind, Relation, Comparable } from "../../src/kinds/kind.ts";
import { identify, comparableOf } from "../../src/kinds/make-notification.ts";
import { type Readable, type Reading, readNotification } from "../../src/kinds/read.ts";
import { type Door, doorAt, kindNamed } from "../../src/kinds/registry.ts";
import type { Notification, Source } from "../../src/rules/notification.ts";
import { NOON_KST, bytesOf } from "./samples.ts";

type Body = string | Uint8Array | Readonly<Record<string, unknown>>;

export function asBytes(body: Body): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return bytesOf(typeof body === "string" ? body : JSON.stringify(body));
}

export function door(path = "/kicc/wechat/cancel"): Door {
  const found = doorAt(path);
  if (found === null) throw new Error(`Cannot find door ${path}`);
  return found;
}

export function kind(name: string): Kind {
  const found = kindNamed(name);
  if (found === null) throw new Error(`Cannot find kind ${name}`);
  return found;
}

export function read(body: Body, at = "/kicc/wechat/cancel", contentType: string | null = null): Reading {
  return readNotification(asBytes(body), contentType, door(at));
}

export function readable(body: Body, at?: string, contentType: string | null = null): Readable {
  const reading = read(body, at, contentType);
  if (!reading.readable) throw new Error("Cannot read the test's own body");
  return reading;
}

interface Arrival {
  readonly at?: string;
  readonly reference?: string | null;
  readonly source?: Source;
  readonly receivedAt?: number;
}

export function told(
  body: Body,
  { at = "/kicc/online", reference = null, source = "notification", receivedAt = NOON_KST }: Arrival = {},
): Comparable {
  return comparableOf(readable(body, at), { body: asBytes(body), reference, source, receivedAt });
}

export function notification(
  body: Body,
  { at = "/kicc/online", reference = null, receivedAt = NOON_KST }: Arrival = {},
): Notification {
  const arrival = { body: asBytes(body), reference, source: "notification", receivedAt, sourceAddress: null } as const;
  return identify(readable(body, at), arrival);
}

export function idOf(body: Body, arrival: Arrival = {}): string {
  const one = told(body, arrival);
  return plainId(kind(one.kind), one);
}

/** What the second is to the first. */
export function relation(known: Comparable, arriving: Comparable): Relation {
  return kind(arriving.kind).identity.relate(arriving, known);
}
