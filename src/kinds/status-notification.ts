// Makes a notification from KICC's answer about an announced event, in the format of the webhook: with its names, not
// those of the status API.
import { type Notification, type Proven, SUCCESS } from "../rules/notification.ts";
import type { Kind } from "./kind.ts";
import { identify } from "./make-notification.ts";
import { readNotification } from "./read.ts";

/** What the merchant announced. */
export interface AnnouncedFields {
  readonly mallId: string;
  readonly pgCno: string;
  /** Only of a cancellation. */
  readonly cancelPgCno: string | null;
  readonly shopOrderNo: string | null;
  readonly reference: string | null;
}

/** @throws where the kind has no status API: then nobody could have asked */
export function statusNotification(kind: Kind, announced: AnnouncedFields, answer: Proven, now: number): Notification {
  if (kind.statusApi === null)
    throw new Error(`Cannot make a notification of an answer: ${kind.name} has no status API`);
  const { mallId, pgCno, cancelPgCno, reference } = announced;
  const { date, walletBrandName } = answer;
  const message = {
    resCd: SUCCESS,
    resMsg: answer.resMsg || "Success",
    mallId,
    shopOrderNo: announced.shopOrderNo ?? answer.shopOrderNo ?? undefined,
    pgCno,
    ...kind.statusApi.message({ cancelPgCno, date, walletBrandName }),
    amountInfo: amountInfoOf(answer),
  };
  const body = new TextEncoder().encode(JSON.stringify(message));
  const reading = readNotification(body, "application/json; charset=utf-8", kind);
  if (!reading.readable) throw new Error("Cannot read notification: it is our own");
  return identify(reading, { receivedAt: now, source: "status-api", sourceAddress: null, reference, body });
}

function amountInfoOf({ currency, amount }: Proven): object | undefined {
  if (amount === null && currency === null) return undefined;
  return { currency: currency ?? undefined, amount: amount === null ? undefined : asNumber(amount) };
}

/** A Number as on KICC's page, unless that would lose a digit. */
function asNumber(amount: string): number | string {
  return String(Number(amount)) === amount ? Number(amount) : amount;
}
