// Decides whether an arriving notification is new, a receipt of a known one, or held. It compares only notifications of
// the same event. Pure.

/** How an arriving notification relates to a known one of the same event. */
export type Relation =
  /** It is one more receipt of the known one. */
  | "same"
  /** It is a failure, and the known one is a success. */
  | "contradicts"
  /** Same event, but another amount, currency, mallId, pgCno, shopOrderNo or result: a person decides. */
  | "conflicts"
  | "independent";

export interface Arriving {
  readonly receivedAt: number;
  readonly succeeds: boolean;
  /** It waits until KICC confirms it (CONFIRM). Until then it is ignored when others are judged. */
  readonly waits: boolean;
  /** It was made from KICC's status API: it confirms a success that waits for KICC. */
  readonly isFromStatusApi: boolean;
  /** It has no id that tells a resend from a second event: a match counts for 45 minutes only. */
  readonly isWeak: boolean;
  readonly ids: Ids;
}

/** The ids that it may get. `own` and `repeat` are functions, because hashing the body is rarely needed. */
export interface Ids {
  /** The id of a notification that is delivered without a person. */
  readonly plain: string;
  /** The id of a notification that is held, or whose plain id a forgery already has. */
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
  /** It is a failure that would contradict the arriving success if it came after it. */
  readonly isSuperseded: boolean;
  /** Where both name a mallId, pgCno, currency or amount, they are the same as in KICC's answer. */
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

/** A match without a sufficient id counts this long after the first receipt. */
export const WEAK_MS = 45 * 60 * 1000;
const IGNORED_REASONS: ReadonlySet<string | null> = new Set(["foreign", "ambiguous", "conflict", "unconfirmed"]);

/**
 * Compares `arriving` with the notifications of its event.
 * The steps: (1) its own resend is a receipt, and a status API result confirms a waiting success; (2) the same as a
 * known one: a receipt; (3) a failure after a success: held (`contradicts`); (4) other amounts or ids: held
 * (`conflict`); (5) else new, and a success holds the pending failures of the event (`supersedes`).
 * @param known the stored notifications of the event, oldest first
 */
export function judge(arriving: Arriving, known: readonly Known[]): Judgement {
  const { ids, isWeak } = arriving;
  const resent = resentOf(arriving, known);
  if (resent !== null) return resent;
  const compared = known.filter(isCompared);
  const same = compared.filter(({ relation }) => relation === "same");
  const first = same.find((one) => one.id === ids.plain) ?? same[0];
  if (first !== undefined && !isWeak) return { kind: "receipt", of: first.id, confirms: false };
  const newest = same.at(-1);
  if (newest !== undefined) {
    if (arriving.receivedAt - newest.receivedAt <= WEAK_MS) return { kind: "receipt", of: newest.id, confirms: false };
    return { kind: "new", id: ids.repeat(newest.id), repeats: newest.id, supersedes: [] };
  }
  const id = known.some((one) => one.id === ids.plain) ? ids.own() : ids.plain;
  const success = compared.find(({ relation }) => relation === "contradicts");
  if (success !== undefined) return { kind: "held", id, reason: "contradicts", contradicts: success.id };
  const other = compared.find(({ relation }) => relation === "conflicts");
  if (other !== undefined) return { kind: "held", id: ids.own(), reason: "conflict", contradicts: other.id };
  return { kind: "new", id, repeats: null, supersedes: arriving.waits ? [] : supersededBy(known) };
}

/**
 * Notifications that are unconfirmed, or held as foreign, ambiguous or conflicting, are ignored when others are judged.
 * But a resend of one of them is still a receipt of it.
 */
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

/**
 * The success that waits for KICC's confirmation, or was held because KICC did not confirm it. null where another
 * success of the event is already delivered or on its way.
 */
function waitingFor(known: readonly Known[]): Known | null {
  if (known.some((one) => one.succeeded && one.state !== "held" && isCompared(one))) return null;
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

export function isCompared({ reason, isAsking }: Pick<Known, "reason" | "isAsking">): boolean {
  return !isAsking && !IGNORED_REASONS.has(reason);
}
