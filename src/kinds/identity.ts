// The rules of identity that kinds share: results that contradict, ids that differ, messages without any id. And the id itself.
import { hash } from "node:crypto";
import { type Fields, SUCCESS } from "../rules/notification.ts";
import type { Kind, Relation, Comparable } from "./kind.ts";

type Key = readonly (string | null)[];

/** `ntf_` + 32 hex digits of the notification that goes its way: the same for each resend, on every path. */
export function plainId(kind: Kind, comparable: Comparable): string {
  return idOf(kind.identity.key(comparable));
}

/** Of one that is held as `conflict`, `foreign` or `ambiguous`: it must not take the plain id from the real one. */
export function ownId(kind: Kind, comparable: Comparable): string {
  const { mallId, pgCno, shopOrderNo, body } = comparable;
  return idOf(["own", ...kind.identity.key(comparable), mallId, pgCno, shopOrderNo, hash("sha256", body)]);
}

/** Of one with a weak slot that came more than 45 min after the one that it may repeat. */
export function repeatId(kind: Kind, comparable: Comparable, previousId: string): string {
  return idOf(["repeat", ...kind.identity.key(comparable), previousId]);
}

function idOf(key: Key): string {
  return `ntf_${hash("sha256", JSON.stringify(key)).slice(0, 32)}`;
}

/** A missing one contradicts nothing. */
export function differ(one: string | null | undefined, other: string | null | undefined): boolean {
  return one !== other && (one ?? null) !== null && (other ?? null) !== null;
}

export function isSameKey(one: Key, other: Key): boolean {
  return one.length === other.length && one.every((part, at) => part === other[at]);
}

function moneyDiffers(one: Fields, other: Fields): boolean {
  return differ(one.amount, other.amount) || differ(one.currency, other.currency);
}

/** Of two with one key: ids that both give, and that differ. One made from the status API may name other ones than the webhook. */
export function idsDiffer(one: Comparable, other: Comparable): boolean {
  if (differ(one.mallId, other.mallId)) return true;
  if (isFromStatusApi(one, other)) return false;
  return differ(one.pgCno, other.pgCno) || differ(one.shopOrderNo, other.shopOrderNo);
}

function isFromStatusApi(one: Comparable, other: Comparable): boolean {
  return one.source === "status-api" || other.source === "status-api";
}

/** Between a success without an id of its event and the one that the status API told of, the reference tells. */
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

/** Two of one event, in the kinds that tell of success and failure. */
export function relateResults(arriving: Comparable, known: Comparable): Relation {
  const [succeeds, succeeded] = [arriving.resCd === SUCCESS, known.resCd === SUCCESS];
  if (!succeeds && succeeded) return "contradicts";
  if (succeeds && !succeeded) return "independent";
  const moneyIsOther = !isFromStatusApi(arriving, known) && moneyDiffers(arriving, known);
  // Failures of one cancellation may follow each other: what one says of amounts is compared with nothing.
  if (!succeeds && (arriving.resCd !== known.resCd || moneyIsOther)) return "independent";
  return moneyIsOther || idsDiffer(arriving, known) ? "conflicts" : "same";
}

/**
 * The key of a message without any id: what else it says; where that is nothing either, its bytes on one KST day.
 * @param kind nothing for `wechat.cancel`, whose ids are older than the other kinds
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

function kstDay(instant: number): string {
  return new Date(instant + 9 * 60 * 60 * 1000).toISOString().slice(0, 10);
}

/** yyyyMMddHHmmss in KST, as KICC writes it. */
export function kstStamp(instant: number): string {
  return new Date(instant + 9 * 60 * 60 * 1000).toISOString().replaceAll(/\D/g, "").slice(0, 14);
}
