// Stories of the kinds other than `wechat.cancel`: what KICC sends of each, in JSON and as a form.
import { type Message, type OtherKind, OTHER_KINDS, inForm, inJson, shapeOf } from "../simulator/kinds.ts";
import type { Cancellation } from "../simulator/messages.ts";
import { encodeEucKr } from "../simulator/euc-kr.ts";
import { type Random, randomInteger } from "../simulator/random.ts";

/** What they share with `wechat.cancel`, and what only some of them have. Weights, not shares. */
const WEIGHTS = {
  plain: 60,
  odd: 6,
  form: 10,
  "form in EUC-KR": 10,
  "in both dialects": 4,
  failed: 3,
  "failed, then succeeded": 3,
  "succeeded, then failed": 3,
  "two results": 2,
  "with and without amount": 2,
  "two amounts": 2,
  "two in one second": 6,
  "deposited, then taken back": 6,
  "two parts": 6,
  "two states": 6,
  foreign: 1,
  "32 at once": 0.3,
  gone: 1,
  never: 0.4,
} as const;

export type MixedKind = keyof typeof WEIGHTS;

export const MIXED_KINDS = Object.keys(WEIGHTS) as readonly MixedKind[];

const APPROVALS: ReadonlySet<OtherKind> = new Set(["wechat.approval", "alipay.approval"]);
/** A failure after a success contradicts it. In the other kinds another result is a conflict. */
const JUDGED: ReadonlySet<OtherKind> = new Set([...APPROVALS, "online.approval", "online.unionpay"]);
const judged = (of: OtherKind) => JUDGED.has(of);
const inForms = (of: OtherKind) => !APPROVALS.has(of);
// A transfer that failed names no amount, and is a failure in any case.
const withAmount = (of: OtherKind) => of !== "online.transfer-failed";
const only = (wanted: OtherKind) => (of: OtherKind) => of === wanted;

/** Which kinds a case is of; all unless told. */
const APPLIES: Partial<Record<MixedKind, (of: OtherKind) => boolean>> = {
  form: inForms,
  "form in EUC-KR": inForms,
  "in both dialects": inForms,
  failed: judged,
  "failed, then succeeded": judged,
  "succeeded, then failed": judged,
  "two results": (of) => !judged(of) && withAmount(of),
  "with and without amount": withAmount,
  "two amounts": withAmount,
  "two in one second": only("online.deposit"),
  "deposited, then taken back": only("online.deposit-cancel"),
  "two parts": only("online.change"),
  "two states": only("online.escrow"),
};

function applies(kind: MixedKind, of: OtherKind): boolean {
  return APPLIES[kind]?.(of) ?? true;
}

export interface Mixed {
  readonly kind: MixedKind;
  readonly of: OtherKind;
}

/** Each kind plain and as a form, and each case once, however short the run. */
export function firstMixed(random: Random): Mixed[] {
  const asForm = OTHER_KINDS.filter((of) => applies("form in EUC-KR", of));
  const of = (kind: MixedKind) => {
    const kinds = OTHER_KINDS.filter((one) => applies(kind, one));
    return kinds[randomInteger(random, 0, kinds.length - 1)] ?? "online.other";
  };
  return [
    ...OTHER_KINDS.map((one) => ({ kind: "plain" as const, of: one })),
    ...asForm.map((one) => ({ kind: "form in EUC-KR" as const, of: one })),
    ...MIXED_KINDS.map((kind) => ({ kind, of: of(kind) })),
  ];
}

export function drawMixed(random: Random): Mixed {
  const of = OTHER_KINDS[randomInteger(random, 0, OTHER_KINDS.length - 1)] ?? "online.other";
  const kinds = MIXED_KINDS.filter((kind) => applies(kind, of));
  let left = random() * kinds.reduce((sum, kind) => sum + WEIGHTS[kind], 0);
  const drawn = kinds.find((kind) => {
    left -= WEIGHTS[kind];
    return left < 0;
  });
  return { kind: drawn ?? "plain", of };
}

/** One body, and the kind that it is of. */
export interface Sent {
  readonly of: OtherKind;
  readonly body: Uint8Array;
}

/** In the order in which KICC sends them. @param it the mark of a story is in its shopOrderNo */
export function sentOf({ kind, of }: Mixed, it: Cancellation, random: Random): Sent[] {
  const json = (message: Message, one = of): Sent => ({ of: one, body: inJson(message) });
  const form = (message: Message, charset: "utf-8" | "euc-kr"): Sent => ({ of, body: inForm(message, charset) });
  const message = shapeOf(of).tells(it);
  switch (kind) {
    case "odd":
      return [{ of, body: oddly(message, random) }];
    case "form":
      return [form(message, "utf-8")];
    case "form in EUC-KR":
      return [form(message, "euc-kr")];
    case "in both dialects":
      return shuffled([form(message, "euc-kr"), json(message)], random);
    case "failed":
      return [json(failure(message))];
    case "failed, then succeeded":
    case "two results":
      return [json(failure(message)), json(message)];
    case "succeeded, then failed":
      return [json(message), json(failure(message))];
    case "with and without amount":
      return shuffled([json(message), json(withoutAmount(message))], random);
    case "two amounts":
      return [json(message), json(shapeOf(of).tells({ ...it, amount: it.amount + 100 }))];
    case "two in one second":
    case "two parts":
      return [json(message), json(shapeOf(of).tells({ ...it, cancelPgCno: nextId(it.cancelPgCno) }))];
    case "deposited, then taken back":
      return [json(shapeOf("online.deposit").tells(it), "online.deposit"), json(message)];
    case "two states":
      return [json(message), json({ ...message, statusCode: "ES12", statusMessage: "구매확인" })];
    case "foreign":
      return [json({ ...message, mallId: "T0099999" })];
    case "plain":
    case "32 at once":
    case "gone":
    case "never":
      return [json(message)];
  }
}

/** Some of these two differ by the order alone in which D1 gets them. */
function shuffled(sent: readonly Sent[], random: Random): Sent[] {
  return random() < 0.5 ? [...sent] : sent.toReversed();
}

function failure(message: Message): Message {
  const { amount: _amount, amountInfo: _info, ...rest } = message;
  return { ...rest, resCd: "W901", resMsg: "잔액 부족" };
}

function withoutAmount(message: Message): Message {
  const { amount: _amount, amountInfo: _info, cancelAmount: _cancelled, ...rest } = message;
  return rest;
}

/** The ids of stories end with 00. */
function nextId(id: string): string {
  return `${id.slice(0, -2)}01`;
}

function oddly(message: Message, random: Random): Uint8Array {
  switch (randomInteger(random, 0, 2)) {
    case 0:
      return inJson({ ...message, zzNew: "1", zzNested: { pgCno: "9", list: [1, null] }, cashAuthNo: null });
    case 1:
      return encodeEucKr(JSON.stringify({ ...message, resMsg: "정상처리" }));
    default:
      // Numbers above what a double holds exactly.
      return new TextEncoder().encode(JSON.stringify(message).replaceAll(/"(\d{20})"/g, "$1"));
  }
}
