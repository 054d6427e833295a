// What a notification is: its fields, where it came from, and what KICC answers when it is asked about one. Types only.

/** KICC's code of success, in what it sends and in what it is told. */
export const SUCCESS = "0000";

/** Where a notification came from; `kicc-source` says it to the origin. */
export type Source = "notification" | "status-api" | "test";

/** What is read of a notification, as text. null, "", blanks and missing are all null. */
export interface Fields {
  /** The name of its kind: `wechat.cancel`, `online.deposit` … */
  readonly kind: string;
  /** "" only where a person had a body delivered that cannot be read. */
  readonly resCd: string;
  /** "" where there is none. */
  readonly resMsg: string;
  readonly mallId: string | null;
  readonly shopOrderNo: string | null;
  /** The payment; of a deposit the deposit. */
  readonly pgCno: string | null;
  /** The cancellation or refund. */
  readonly cancelPgCno: string | null;
  /** Of `wechat.cancel` and of notiType 20 alone. yyyyMMddHHmmss as KICC wrote it, most likely KST; never parsed. */
  readonly cancelDate: string | null;
  /** When it happened: approvalDate, cancelDate, else transactionDate. The same form as cancelDate. */
  readonly eventDate: string | null;
  /** `00` and `01` are KRW and USD; unknown codes are kept. Of the online kinds always KRW. */
  readonly currency: string | null;
  /** A decimal string: `"0051000"` and `51000` are both `"51000"`. Of notiType 20 what was cancelled. */
  readonly amount: string | null;
}

/** One notification as it was received: what is stored, queued and delivered. */
export interface Notification extends Fields {
  readonly id: string;
  readonly receivedAt: number;
  readonly source: Source;
  readonly sourceAddress: string | null;
  readonly reference: string | null;
  /** As it is delivered. It differs from what came only where that named another charset than the body is in. */
  readonly contentType: string | null;
  readonly body: Uint8Array;
  /** Two parsers may read the body differently: a field that the receiver reads stands in it twice. */
  readonly ambiguous: boolean;
}

/** What KICC is asked about: the members of the request beside shopTransactionId. */
export interface Query {
  readonly mallId: string;
  readonly pgCno: string;
  /** Of a cancellation alone. */
  readonly cancelPgCno?: string;
}

/** KICC says that the event took place. The ids are as KICC echoed them, where it did. */
export interface Proven {
  readonly kind: "proven";
  readonly status: string;
  readonly text: string;
  readonly resMsg: string;
  readonly mallId: string | null;
  readonly pgCno: string | null;
  readonly cancelPgCno: string | null;
  readonly shopOrderNo: string | null;
  /** yyyyMMddHHmmss: cancelDate or approvalDate in a notification. */
  readonly date: string | null;
  readonly currency: string | null;
  /** null too where it must not be compared. */
  readonly amount: string | null;
  /** Alipay's wallet. */
  readonly walletBrandName: string | null;
}

/** Not, or not yet · a status that no page names · resCd of an error · nothing readable, `status` being HTTP's where there was one. */
export interface NotProven {
  readonly kind: "not-yet" | "unknown" | "refused" | "none";
  readonly status: string | null;
  readonly text: string;
}

export type Answer = Proven | NotProven;
