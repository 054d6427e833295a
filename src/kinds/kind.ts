// What a kind of notification is: data and pure functions. Nothing outside this folder names a kind; what is special about one is said here.
import type { Answer, Fields, Query, Source } from "../rules/notification.ts";
import type { Relation } from "../rules/judge.ts";
import type { KiccMessage } from "./kicc-message.ts";

export type { Relation };

/** Whose source addresses, and which door. */
export type Product = "wechat" | "alipay" | "online";

/** The texts that tell an event beside Fields: tlfSno, statusCode, transactionDate … Missing ones are not there. */
export type Parts = Readonly<Record<string, string>>;

/** What is known of a notification when it is compared with another: stored or arriving. */
export interface Comparable extends Fields {
  readonly parts: Parts;
  readonly source: Source;
  readonly reference: string | null;
  readonly body: Uint8Array;
  readonly receivedAt: number;
  readonly ambiguous: boolean;
}

/** Where stored notifications of the same event are found. */
export interface Event {
  readonly column: "cancelPgCno" | "pgCno" | "shopOrderNo";
  readonly value: string;
}

export interface Identity {
  /** What the plain id is the hash of. What is the same has the same key, unless a part of a value is missing in one. */
  readonly key: (comparable: Comparable) => readonly (string | null)[];
  /** null where it has no id that a notification could share: then the same key alone tells that two are one. */
  readonly event: (comparable: Comparable) => Event | null;
  /** What the arriving one is to a known one, whether found by event, by id or by reference. */
  readonly relate: (arriving: Comparable, known: Comparable) => Relation;
  /** A repeat looks exactly like a second event: a match counts for 45 minutes only. */
  readonly isWeak: (comparable: Comparable) => boolean;
  /** A failure after a success contradicts it, a success supersedes a pending failure. In other kinds another result is a conflict. */
  readonly judgesResults: boolean;
  /** There is one notifyUrl for each event, so that its reference names the event. */
  readonly referenceNamesEvent: boolean;
}

/** KICC's status API for a kind (contract section 8). */
export interface StatusApi {
  /** Behind KICC_API_URL. */
  readonly path: `/api/${string}`;
  /** The id by which a merchant announces an event, and the ids that an answer must name to prove one. */
  readonly announcedBy: "cancelPgCno" | "pgCno";
  readonly proves: readonly ("cancelPgCno" | "pgCno")[];
  /** null where there is nothing to ask with. */
  readonly query: (fields: Pick<Fields, "mallId" | "pgCno" | "cancelPgCno">) => Query | null;
  /** @param text the whole body of an HTTP 200 answer; in others resCd and resMsg do not exist */
  readonly read: (text: string) => Answer;
  /** What only this kind's webhook has, from an answer; the rest is the same for all. */
  readonly message: (answered: AnsweredEvent) => Readonly<Record<string, unknown>>;
}

/** What an answer and the announcement together say. */
export interface AnsweredEvent {
  readonly cancelPgCno: string | null;
  readonly date: string | null;
  readonly walletBrandName: string | null;
}

export interface Sample {
  readonly body: string;
  readonly contentType: string;
}

export interface Kind {
  readonly name: string;
  readonly product: Product;
  readonly door: `/kicc/${string}`;
  /** What it is called before people. */
  readonly title: { readonly en: string; readonly ko: string };
  /**
   * A message is of this kind, at whatever door, where one of these fields is there, with this value if one is named.
   * Without any mark it is of the kind of its door; where a door has several, of the one whose mark names no value.
   */
  readonly mark: { readonly names: readonly string[]; readonly value?: string };
  /** Beside the names of all marks, which fields are read: one of these twice is ambiguous. "amountInfo.amount" is one in an object. */
  readonly reads: (name: string) => boolean;
  /** All but what every kind has: kind, resCd, resMsg, mallId, shopOrderNo and pgCno. */
  readonly read: (message: KiccMessage) => Omit<Fields, keyof Common>;
  readonly parts: (message: KiccMessage) => Parts;
  /** Whether the ack in JSON has pgCno. */
  readonly ackHasPgCno: boolean;
  /** It comes as a form too, from merchants' older contracts. */
  readonly comesAsForm: boolean;
  readonly identity: Identity;
  readonly statusApi: StatusApi | null;
  /** Made up, for POST /api/test: ids of zeros and a serial. */
  readonly sample: (resCd: string, serial: number, now: number) => Sample;
  /** KICC demands that a merchant who cannot book it cancels the payment. */
  readonly demandsBooking: boolean;
  /** What a success does to what is paid: it adds its amount, or takes it away. null: neither, or nobody can tell. */
  readonly flow: "in" | "out" | null;
  /** It tells of money that did not arrive or was taken back: it stands out in the console. */
  readonly isLoss: boolean;
}

/** What is read alike in every kind. */
export type Common = Pick<Fields, "kind" | "resCd" | "resMsg" | "mallId" | "shopOrderNo" | "pgCno">;

export const COMMON_NAMES = ["resCd", "resMsg", "mallId", "shopOrderNo", "pgCno"] as const;
