// Decides whether an arriving notification is new, a receipt of a known one, or held. It sees only notifications of the same event. Pure.

/** How an arriving notification stands to a known one of the same event. */
export type Relation =
  /** A receipt of it. */
  | "same"
  /** A failure after a success. */
  | "contradicts"
  /** The same event, and another amount, currency, mallId, pgCno, shopOrderNo or result: a person decides. */
  | "conflicts"
  | "independent";

export interface Arriving {
  readonly receivedAt: number;
  readonly succeeds: boolean;
  /** It waits for KICC's confirmation (CONFIRM): until then it says nothing about others. */
  readonly waits: boolean;
  /** KICC's own word, from the status API: it confirms a success that waits for it. */
  readonly isFromStatusApi: boolean;
  /** A match counts for 45 minutes only. */
  readonly isWeak: boolean;
  readonly ids: Ids;
}

/** The ids that it may get. Functions, because hashing the body is rarely needed. */
export interface Ids {
  /** The id of the one that goes its way. */
  readonly plain: string;
  /** The id of one that is held, or whose plain id a forgery took. */
  readonly own: () => string;
  readonly repeat: (previousId: string) => string;
}

export interface Known {
  readonly id: string;
  readonly receivedAt: number;
  readonly state: string;
  readonly reason: string | null;
  readonly isAsking: boolean;
  readonly succeeded: boolean;
  readonly relation: Relation;
  /** It is a failure, and after the arriving success it would contradict it. */
  readonly isSuperseded: boolean;
  /** What KICC's answer says agrees with it: mallId, pgCno, currency and amount, where both give one. */
  readonly agrees: boolean;
}

export type Judgement =
  | {
      readonly kind: "new";
      readonly id: string;
      readonly repeats: string | null;
      readonly supersedes: readonly string[];
    }
  | { readonly kind: "receipt"; readonly of: string; readonly confirms: boolean }
  | {
      readonly kind: "held";
      readonly id: string;
      readonly reason: "contradicts" | "conflict";
      readonly contradicts: string;
    };

/** A match with a weak slot counts this long after the first receipt. */
export const WEAK_MS = 45 * 60 * 1000;
const SILENT_REASONS: ReadonlySet<string | null> = new Set(["foreign", "ambiguous", "conflict", "unconfirmed"]);

/** @param known oldest first */
export function judge(arriving: Arriving, known: readonly Known[]): Judgement {
  const { ids, isWeak } = arriving;
  const resent = resentOf(arriving, known);
  if (resent !== null) return resent;
  const speaking = known.filter(speaks);
  const same = speaking.filter(({ relation }) => relation === "same");
  const first = same.find((one) => one.id === ids.plain) ?? same[0];
  if (first !== undefined && !isWeak) return { kind: "receipt", of: first.id, confirms: false };
  const newest = same.at(-1);
  if (newest !== undefined) {
    if (arriving.receivedAt - newest.receivedAt <= WEAK_MS) return { kind: "receipt", of: newest.id, confirms: false };
    return { kind: "new", id: ids.repeat(newest.id), repeats: newest.id, supersedes: [] };
  }
  const id = known.some((one) => one.id === ids.plain) ? ids.own() : ids.plain;
  const success = speaking.find(({ relation }) => relation === "contradicts");
  if (success !== undefined) return { kind: "held", id, reason: "contradicts", contradicts: success.id };
  const other = speaking.find(({ relation }) => relation === "conflicts");
  if (other !== undefined) return { kind: "held", id: ids.own(), reason: "conflict", contradicts: other.id };
  return { kind: "new", id, repeats: null, supersedes: arriving.waits ? [] : supersededBy(known) };
}

/** What is not confirmed, or was held as another's, says nothing about others; its own resend is a receipt of it. */
function resentOf({ ids, isWeak, isFromStatusApi }: Arriving, known: readonly Known[]): Judgement | null {
  if (isFromStatusApi) {
    const waiting = waitingFor(known);
    if (waiting !== null) return { kind: "receipt", of: waiting.id, confirms: true };
  } else if (!isWeak) {
    const itself = known.find(({ id, relation }) => id === ids.plain && relation === "same");
    if (itself !== undefined) return { kind: "receipt", of: itself.id, confirms: false };
  }
  const held = known.length === 0 ? undefined : known.find(({ id }) => id === ids.own());
  return held === undefined ? null : { kind: "receipt", of: held.id, confirms: false };
}

/** The success that waits for the status API's word, or was held for want of it. None beside one that goes its way. */
function waitingFor(known: readonly Known[]): Known | null {
  if (known.some((one) => one.succeeded && one.state !== "held" && speaks(one))) return null;
  const waiting = known.filter(
    (one) =>
      one.succeeded &&
      one.agrees &&
      ((one.isAsking && one.state === "pending") || (one.state === "held" && one.reason === "unconfirmed")),
  );
  return waiting.find(({ state }) => state === "pending") ?? waiting[0] ?? null;
}

function supersededBy(known: readonly Known[]): string[] {
  return known.filter(({ state, isSuperseded }) => state === "pending" && isSuperseded).map(({ id }) => id);
}

export function speaks({ reason, isAsking }: Pick<Known, "reason" | "isAsking">): boolean {
  return !isAsking && !SILENT_REASONS.has(reason);
}
