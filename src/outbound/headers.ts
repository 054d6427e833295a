// The headers of contract section 5 for one notification, the same in push, pull and queue mode. Pure, except for the
// HMAC.
import { version } from "../../package.json";
import type { Source } from "../rules/notification.ts";
import { rfc3339 } from "../time.ts";
import { signatureHeaders } from "./signature.ts";

export interface Delivery {
  readonly id: string;
  readonly kind: string;
  readonly attempt: number;
  readonly receivedAt: number;
  readonly source: Source;
  readonly reference: string | null;
  /** The id of the notification that this may repeat. */
  readonly repeats: string | null;
  /** KICC was asked about it, and confirmed it. */
  readonly confirmed: boolean;
  readonly body: Uint8Array;
}

/** @param secrets one signature for each @param now epoch ms, the time of the signature */
export async function deliveryHeaders(
  delivery: Delivery,
  secrets: readonly Uint8Array[],
  now: number,
): Promise<Record<string, string>> {
  return { ...(await signatureHeaders(delivery.id, delivery.body, secrets, now)), ...plainHeaders(delivery) };
}

/** All headers but the three of Standard Webhooks. */
export function plainHeaders(delivery: Omit<Delivery, "id" | "body">): Record<string, string> {
  return {
    "kicc-notification": delivery.kind,
    "kicc-attempt": String(delivery.attempt),
    "kicc-received-at": rfc3339(delivery.receivedAt),
    "kicc-source": delivery.source,
    ...(delivery.reference === null ? {} : { "kicc-reference": delivery.reference }),
    ...(delivery.repeats === null ? {} : { "kicc-repeats": delivery.repeats }),
    ...(delivery.confirmed ? { "kicc-confirmed": "true" } : {}),
    "user-agent": `kicc-edge-receiver/${version}`,
    // Older rules of mod_security refuse a request without an Accept header.
    accept: "application/json, */*",
  };
}
