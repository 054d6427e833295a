// What a notification is: its fields, its source, and KICC's answer when it is asked about an event. Types only.

/** The code of success, both in what KICC sends and in our ack. */
export const SUCCESS = "0000";

/** Where a notification came from. The header `kicc-source` tells the origin. */
export type Source = "notification" | "status-api" | "test";

/** What is read from a notification, as text. "", blanks and a missing field all become null. */
export interface Fields {
  /** The name of the kind, such as `wechat.cancel` or `online.deposit`. */
  readonly kind: string;
  /** "" only where a person released a body that cannot be read. */
  readonly resCd: string;
  /** "" where KICC sent none. */
  readonly resMsg: string;
  readonly mallId: string | null;
  readonly shopOrderNo: string | null;
  /** The id of the payment; in a deposit, of the deposit. */
  readonly pgCno: string | null;
  /** The id of the cancellation or refund. */
  readonly cancelPgCno: string | null;
  /** Only in `wechat.cancel` and notiType 20. yyyyMMddHHmmss as KICC wrote it, most likely KST. It is never parsed. */
  readonly cancelDate: string | null;
  /** When the event happened: approvalDate, cancelDate, else transactionDate. In the format of cancelDate. */
  readonly eventDate: string | null;
  /** `00` and `01` become KRW and USD; unknown codes are kept. The online kinds are always KRW. */
  readonly currency: string | null;
  /** A decimal string: `"0051000"` and `51000` both become `"51000"`. In notiType 20 it is the cancelled amount. */
  readonly amount: string | null;
}

/** One notification as it was received: this is what is stored, queued and delivered. */
export interface Notification extends Fields {
  readonly id: string;
  readonly receivedAt: number;
  readonly source: Source;
  readonly sourceAddress: string | null;
  readonly reference: string | null;
  /** As it is delivered. It differs from the received one only where that named another charset than the body has. */
  readonly contentType: string | null;
  readonly body: Uint8Array;
  /** Two parsers may read the body differently, because a field that the receiver reads stands in it twice. */
  readonly ambiguous: boolean;
}

/** What KICC is asked about: the members of the request besides shopTransactionId. */
export interface Query {
  readonly mallId: string;
  readonly pgCno: string;
  /** Only for a cancellation. */
  readonly cancelPgCno?: string;
}

/** KICC says that the event took place. The ids are those in KICC's answer, null where it names none. */
export interface Proven {
  readonly kind: "proven";
  readonly status: string;
  readonly text: string;
  readonly resMsg: string;
  readonly mallId: string | null;
  readonly pgCno: string | null;
  readonly cancelPgCno: string | null;
  readonly shopOrderNo: string | null;
  /** yyyyMMddHHmmss: the cancelDate or approvalDate of the notification. */
  readonly date: string | null;
  readonly currency: string | null;
  /** null also where the amount must not be compared. */
  readonly amount: string | null;
  /** Alipay only: the wallet. */
  readonly walletBrandName: string | null;
}

/**
 * `not-yet`: KICC does not confirm the event, so far. `unknown`: a status that KICC's pages do not name. `refused`: an
 * error resCd. `none`: no readable answer; `status` is then the HTTP status, where there was one.
 */
export interface NotProven {
  readonly kind: "not-yet" | "unknown" | "refused" | "none";
  readonly status: string | null;
  readonly text: string;
}

export type Answer = Proven | NotProven;
