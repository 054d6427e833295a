// The rules of identity that kinds share: contradicting results, different ids, messages without any id. It also makes
// the ids.
import { hash } from "node:crypto";
import { type Fields, SUCCESS } from "../rules/notification.ts";
import { KST_MS, kstDay } from "../time.ts";
import type { Kind, Relation, Comparable } from "./kind.ts";

type Key = readonly (string | null)[];

/**
 * The id of a notification that is delivered without a person: `ntf_` and 32 hex digits. Each resend has the same,
 * whichever way it comes in.
 */
export function plainId(kind: Kind, comparable: Comparable): string {
  return idOf(kind.identity.key(comparable));
}

/**
 * The id of a notification that is held as `conflict`, `foreign` or `ambiguous`: it must not take the plain id from the
 * real one.
 */
export function ownId(kind: Kind, comparable: Comparable): string {
  const { mallId, pgCno, shopOrderNo, body } = comparable;
  return idOf(["own", ...kind.identity.key(comparable), mallId, pgCno, shopOrderNo, hash("sha256", body)]);
}

/** The id of one without sufficient ids that came more than 45 min after the one that it may repeat. */
export function repeatId(kind: Kind, comparable: Comparable, previousId: string): string {
  return idOf(["repeat", ...kind.identity.key(comparable), previousId]);
}

function idOf(key: Key): string {
  return `ntf_${hash("sha256", JSON.stringify(key)).slice(0, 32)}`;
}

/** A missing value differs from nothing. */
export function differ(one: string | null | undefined, other: string | null | undefined): boolean {
  return one !== other && (one ?? null) !== null && (other ?? null) !== null;
}

export function isSameKey(one: Key, other: Key): boolean {
  return one.length === other.length && one.every((part, at) => part === other[at]);
}

function moneyDiffers(one: Fields, other: Fields): boolean {
  return differ(one.amount, other.amount) || differ(one.currency, other.currency);
}

type Ids = Pick<Comparable, "mallId" | "pgCno" | "shopOrderNo" | "source">;

/**
 * Whether two notifications with the same key name different mallIds, pgCnos or shopOrderNos. The status API may name
 * other pgCnos and shopOrderNos than the webhook: these are not compared with its.
 */
export function idsDiffer(one: Ids, other: Ids): boolean {
  if (differ(one.mallId, other.mallId)) return true;
  if (isFromStatusApi(one, other)) return false;
  return differ(one.pgCno, other.pgCno) || differ(one.shopOrderNo, other.shopOrderNo);
}

function isFromStatusApi(one: Pick<Ids, "source">, other: Pick<Ids, "source">): boolean {
  return one.source === "status-api" || other.source === "status-api";
}

/** Whether the reference ties a success without its event's id to the one that the status API reported. */
export function isSameByReference(one: Comparable, other: Comparable): boolean {
  const isTied = one.reference !== null && one.reference === other.reference;
  const succeed = one.resCd === SUCCESS && other.resCd === SUCCESS;
  return (
    isTied &&
    isFromStatusApi(one, other) &&
    succeed &&
    !differ(one.pgCno, other.pgCno) &&
    !differ(one.mallId, other.mallId)
  );
}

/** Relates two notifications of one event, for kinds that report success and failure. */
export function relateResults(arriving: Comparable, known: Comparable): Relation {
  const [succeeds, succeeded] = [arriving.resCd === SUCCESS, known.resCd === SUCCESS];
  if (!succeeds && succeeded) return "contradicts";
  if (succeeds && !succeeded) return "independent";
  const moneyIsOther = !isFromStatusApi(arriving, known) && moneyDiffers(arriving, known);
  // Failures of one cancellation may follow each other, and their amounts mean nothing.
  if (!succeeds && (arriving.resCd !== known.resCd || moneyIsOther)) return "independent";
  return moneyIsOther || idsDiffer(arriving, known) ? "conflicts" : "same";
}

/**
 * The key of a message without any id: its other fields. Where these are empty too, its bytes and the KST day.
 * @param kind [] for `wechat.cancel`, whose ids are older than the other kinds
 */
export function keyWithoutId(
  kind: Key,
  comparable: Comparable,
  date: string | null,
  reference: string | null,
  parts: Key,
): Key {
  const { mallId, shopOrderNo, pgCno, resCd, currency, amount } = comparable;
  if (shopOrderNo ?? pgCno ?? date ?? reference) {
    return [...kind, "order", mallId, shopOrderNo, pgCno, resCd, date, currency, amount, reference, ...parts];
  }
  return [...kind, "body", hash("sha256", comparable.body), kstDay(comparable.receivedAt)];
}

/** yyyyMMddHHmmss in KST, in KICC's format. */
export function kstStamp(instant: number): string {
  return new Date(instant + KST_MS).toISOString().replaceAll(/\D/g, "").slice(0, 14);
}
