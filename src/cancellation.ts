// A cancellation that the merchant announced: when KICC is asked about it, and what KICC's answer is as a notification. Pure.
import { type Notification, identify, readNotification } from "./notification.ts";
import type { Cancelled } from "./status.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** After the announcement; the first query is when the merchant says, these follow it. */
const LATER_MS = [15 * MINUTE_MS, HOUR_MS, 3 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS, 24 * HOUR_MS] as const;

interface Schedule {
  readonly announcedAt: number;
  readonly dueAfterMs: number;
}

/**
 * The first instant after `after` at which KICC is asked; null where there is none. Instants that a standing cron
 * missed are made up for by one query, not by several.
 */
export function nextAskAt({ announcedAt, dueAfterMs }: Schedule, after: number): number | null {
  const delays = [dueAfterMs, ...LATER_MS.filter((delay) => delay > dueAfterMs)];
  return delays.map((delay) => announcedAt + delay).find((instant) => instant > after) ?? null;
}

/** What the merchant announced. */
export interface Announced {
  readonly cancelPgCno: string;
  readonly mallId: string;
  readonly pgCno: string;
  readonly shopOrderNo: string | null;
  readonly reference: string | null;
}

/** KICC's answer in the webhook's own shape: the names of cancel-webhook, not those of confirm-cancel. */
export function statusNotification(announced: Announced, answer: Cancelled, now: number): Notification {
  const { mallId, pgCno, cancelPgCno, reference } = announced;
  const { currency, amount } = answer;
  const message = {
    resCd: "0000",
    resMsg: answer.resMsg || "Success",
    mallId,
    shopOrderNo: announced.shopOrderNo ?? answer.shopOrderNo ?? undefined,
    pgCno,
    cancelPgCno,
    cancelDate: answer.transactionDate ?? undefined,
    amountInfo:
      currency === null && amount === null
        ? undefined
        : { currency: currency ?? undefined, amount: amount === null ? undefined : asNumber(amount) },
  };
  const body = new TextEncoder().encode(JSON.stringify(message));
  const reading = readNotification(body);
  if (!reading.readable) throw new Error("Cannot read notification: it is our own");
  return identify(reading.fields, {
    receivedAt: now,
    source: "status-api",
    sourceAddress: null,
    reference,
    contentType: "application/json; charset=utf-8",
    body,
  });
}

/** A Number as on KICC's page, where that loses no digit. */
function asNumber(amount: string): number | string {
  return String(Number(amount)) === amount ? Number(amount) : amount;
}
