// What the approvals of WeChat Pay and Alipay share. A payment has one approval; mallId and pgCno identify it.
import type { Fields } from "../rules/notification.ts";
import { differ, isSameByReference, isSameKey, keyWithoutId, kstStamp, relateResults } from "./identity.ts";
import { approvalFind } from "./status-approval.ts";
import { COMMON_NAMES, type Identity, type Kind, type Relation, type StatusApi, type Comparable } from "./kind.ts";
import { type KiccMessage, innerText, textIn } from "./kicc-message.ts";
import { normalAmount, normalCurrency } from "./money.ts";

type ApprovalFields = Pick<Fields, "cancelPgCno" | "cancelDate" | "eventDate" | "currency" | "amount">;

function readApproval(message: KiccMessage): ApprovalFields {
  return {
    cancelPgCno: null,
    cancelDate: null,
    eventDate: textIn(message, "approvalDate"),
    currency: normalCurrency(innerText(message, "currency")),
    amount: normalAmount(innerText(message, "amount")),
  };
}

/** @param name the name of the kind, which is part of the key */
function approvalIdentity(name: string): Identity {
  return {
    key: (comparable) => keyOf(name, comparable),
    event: ({ pgCno }) => (pgCno === null ? null : { column: "pgCno", value: pgCno }),
    relate: (arriving, known) => relate(name, arriving, known),
    isWeak: () => false,
    judgesResults: true,
    referenceNamesEvent: true,
  };
}

function keyOf(name: string, comparable: Comparable): readonly (string | null)[] {
  const { mallId, pgCno, resCd, currency, amount } = comparable;
  if (pgCno === null) return keyWithoutId([name], comparable, comparable.eventDate, comparable.reference, []);
  return [name, mallId, pgCno, resCd, currency, amount];
}

function relate(name: string, arriving: Comparable, known: Comparable): Relation {
  if (arriving.kind !== known.kind) return "independent";
  if (arriving.pgCno === null || known.pgCno === null) {
    const isSame = isSameKey(keyOf(name, arriving), keyOf(name, known)) || isSameByReference(arriving, known);
    return isSame ? "same" : "independent";
  }
  if (arriving.pgCno !== known.pgCno || differ(arriving.mallId, known.mallId)) return "independent";
  return relateResults(arriving, known);
}

/** What differs between the two approvals. */
interface Approval extends Pick<Kind, "name" | "product" | "door" | "title" | "mark"> {
  /** Appended to KICC_API_URL. */
  readonly find: StatusApi["path"];
  /** More fields of a test notification. */
  readonly sample?: Readonly<Record<string, string>>;
}

const NAMES: ReadonlySet<string> = new Set([
  ...COMMON_NAMES,
  "approvalDate",
  "amountInfo",
  "amountInfo.currency",
  "amountInfo.amount",
]);

export function approvalKind({ find, sample, ...approval }: Approval): Kind {
  return {
    ...approval,
    reads: (name) => NAMES.has(name),
    read: readApproval,
    parts: () => ({}),
    ackHasPgCno: true,
    comesAsForm: false,
    identity: approvalIdentity(approval.name),
    statusApi: approvalFind(find),
    sample: (resCd, serial, now) => ({
      body: JSON.stringify({ ...approvalSample(resCd, serial, now), ...sample }),
      contentType: "application/json; charset=utf-8",
    }),
    demandsBooking: true,
    flow: "in",
    isLoss: false,
  };
}

/** A test notification in the format of KICC's pages. */
function approvalSample(resCd: string, serial: number, now: number): Readonly<Record<string, unknown>> {
  const pgCno = String(serial).padStart(20, "0");
  return {
    resCd,
    resMsg: "TEST",
    mallId: "00000000",
    shopOrderNo: pgCno,
    pgCno,
    approvalDate: kstStamp(now),
    amountInfo: { currency: "KRW", amount: 0 },
  };
}
