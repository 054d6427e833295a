// What a kind of notification is: data and pure functions. Only this folder names kinds, and says what is special about
// one.
import type { Answer, Fields, Query, Source } from "../rules/notification.ts";
import type { Relation } from "../rules/judge.ts";
import type { KiccMessage } from "./kicc-message.ts";

export type { Relation };

/** Decides which source addresses and which door apply. */
export type Product = "wechat" | "alipay" | "online";

/**
 * Texts that identify an event besides Fields, such as tlfSno, statusCode and transactionDate. Missing ones are left
 * out.
 */
export type Parts = Readonly<Record<string, string>>;

/** What is known of a notification, stored or arriving, when it is compared with another. */
export interface Comparable extends Fields {
  readonly parts: Parts;
  readonly source: Source;
  readonly reference: string | null;
  readonly body: Uint8Array;
  readonly receivedAt: number;
  readonly ambiguous: boolean;
}

/** The column and the value by which stored notifications of the same event are found. */
export interface Event {
  readonly column: "cancelPgCno" | "pgCno" | "shopOrderNo";
  readonly value: string;
}

export interface Identity {
  /** The plain id is the hash of this. A resend has the same key, unless one of the two lacks a part of it. */
  readonly key: (comparable: Comparable) => readonly (string | null)[];
  /**
   * null where it has no id that other notifications could share. Then only the same key makes two notifications one.
   */
  readonly event: (comparable: Comparable) => Event | null;
  /** How the arriving notification relates to a known one that was found by event, by id or by reference. */
  readonly relate: (arriving: Comparable, known: Comparable) => Relation;
  /** true where a second event would look exactly like a resend: then a match counts for 45 minutes only. */
  readonly isWeak: (comparable: Comparable) => boolean;
  /**
   * true: a failure after a success contradicts it, and a success supersedes a pending failure. false: another result
   * is a conflict.
   */
  readonly judgesResults: boolean;
  /** true where each event has its own notifyUrl: then the reference names the event. */
  readonly referenceNamesEvent: boolean;
}

/** KICC's status API for a kind (contract section 8). */
export interface StatusApi {
  /** Appended to KICC_API_URL. */
  readonly path: `/api/${string}`;
  /** The id by which a merchant announces an event; and the ids that an answer must name to prove the event. */
  readonly announcedBy: "cancelPgCno" | "pgCno";
  readonly proves: readonly ("cancelPgCno" | "pgCno")[];
  /** Returns null where there are not enough ids to ask with. */
  readonly query: (fields: Pick<Fields, "mallId" | "pgCno" | "cancelPgCno">) => Query | null;
  /** @param text the whole body of an answer with status 200; other answers have no resCd and resMsg */
  readonly read: (text: string) => Answer;
  /** The fields that only this kind's webhook has, made from an answer. The other fields are the same for all kinds. */
  readonly message: (answered: AnsweredEvent) => Readonly<Record<string, unknown>>;
}

/** What KICC's answer and the announcement say together. */
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
  /** The name that people see. */
  readonly title: { readonly en: string; readonly ko: string };
  /**
   * A message is of this kind, at any door, if it has one of these fields, and with `value` if one is given. A message
   * without any mark is of its door's kind; where a door has several kinds, of the one whose mark has no value.
   */
  readonly mark: { readonly names: readonly string[]; readonly value?: string };
  /**
   * The fields that are read, besides the marks of all kinds. One of these standing twice makes the message ambiguous.
   * "amountInfo.amount" means a field in an object.
   */
  readonly reads: (name: string) => boolean;
  /** Reads all fields but those of every kind: kind, resCd, resMsg, mallId, shopOrderNo and pgCno. */
  readonly read: (message: KiccMessage) => Omit<Fields, keyof Common>;
  readonly parts: (message: KiccMessage) => Parts;
  /** Whether the ack in JSON contains pgCno. */
  readonly ackHasPgCno: boolean;
  /** It also comes as a form, from merchants with older contracts. */
  readonly comesAsForm: boolean;
  readonly identity: Identity;
  readonly statusApi: StatusApi | null;
  /** Makes a test notification for POST /api/test: its ids are zeros and a serial number. */
  readonly sample: (resCd: string, serial: number, now: number) => Sample;
  /** KICC demands that a merchant who cannot book it cancels the payment. */
  readonly demandsBooking: boolean;
  /**
   * What a success does to the paid amount: "in" adds to it, "out" takes away. null: neither, or it cannot be known.
   */
  readonly flow: "in" | "out" | null;
  /** It reports money that did not arrive or was taken back: it stands out in the console. */
  readonly isLoss: boolean;
}

/** The fields that are read alike in every kind. */
export type Common = Pick<Fields, "kind" | "resCd" | "resMsg" | "mallId" | "shopOrderNo" | "pgCno">;

export const COMMON_NAMES = ["resCd", "resMsg", "mallId", "shopOrderNo", "pgCno"] as const;
