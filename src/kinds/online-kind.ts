// What the kinds of the general online payment share: texts without nesting, KRW, an ack without pgCno. Each kind is
// one line of a table.
import type { Fields } from "../rules/notification.ts";
import { differ, idsDiffer, isSameKey, keyWithoutId, kstStamp, relateResults } from "./identity.ts";
import {
  COMMON_NAMES,
  type Event,
  type Kind,
  type Parts,
  type Relation,
  type Sample,
  type Comparable,
} from "./kind.ts";
import { type KiccMessage, textIn } from "./kicc-message.ts";
import { normalAmount } from "./money.ts";

type Slot = readonly (string | null)[];

/** One line of the table. */
export interface Online {
  readonly name: `online.${string}`;
  readonly title: Kind["title"];
  /** undefined: the kind of every other notiType, and of a message without one. */
  readonly notiType?: string;
  /** The parts that `slot` uses, besides those in Fields. */
  readonly parts: readonly string[];
  /** What identifies the event, besides mallId. */
  readonly slot: (comparable: Comparable) => Slot;
  /**
   * The ids in the slot, of which one identifies the event. The first one that the message has is searched for in D1.
   */
  readonly ids: readonly ("pgCno" | "cancelPgCno" | "tlfSno")[];
  /** true: two notifications of one event must have the same amount and resCd. false: the same resCd. */
  readonly hasAmount: boolean;
  readonly isWeak?: (comparable: Comparable) => boolean;
  readonly judgesResults?: boolean;
  readonly isLoss?: boolean;
  readonly flow?: Kind["flow"];
  /** Only notiType 20: amount and date are those of the cancellation. */
  readonly isCancellation?: boolean;
  /** More fields of a test notification. */
  readonly sample?: Readonly<Record<string, string>>;
  /** For the kind whose slot uses whatever fields there are. */
  readonly readsToo?: (name: string) => boolean;
  readonly partsToo?: (message: KiccMessage) => Parts;
}

export const MARK = ["notiType", "noti_type"] as const;
const NAMES = [...COMMON_NAMES, "cancelPgCno", "amount", "cancelDate", "transactionDate"];
const AMOUNTS: ReadonlySet<string> = new Set(["cancelAmount"]);

export function onlineKind(online: Online): Kind {
  const names = new Set([...NAMES, ...online.parts, ...(online.isCancellation === true ? ["cancelAmount"] : [])]);
  return {
    name: online.name,
    product: "online",
    door: "/kicc/online",
    title: online.title,
    mark: { names: MARK, ...(online.notiType === undefined ? {} : { value: online.notiType }) },
    reads: (name) => names.has(name) || online.readsToo?.(name) === true,
    read: (message) => readFields(message, online),
    parts: (message) => ({ ...partsOf(message, online.parts), ...online.partsToo?.(message) }),
    ackHasPgCno: false,
    comesAsForm: true,
    identity: {
      key: (comparable) => keyOf(comparable, online),
      event: (comparable) => eventOf(comparable, online),
      relate: (arriving, known) => relate(arriving, known, online),
      isWeak: (comparable) => idsOf(comparable, online).length > 0 && online.isWeak?.(comparable) === true,
      judgesResults: online.judgesResults === true,
      // One notifyUrl serves all events.
      referenceNamesEvent: false,
    },
    statusApi: null,
    sample: (resCd, serial, now) => sampleOf(online, resCd, serial, now),
    demandsBooking: false,
    flow: online.flow ?? null,
    isLoss: online.isLoss === true,
  };
}

type OnlineFields = Pick<Fields, "cancelPgCno" | "cancelDate" | "eventDate" | "currency" | "amount">;

function readFields(message: KiccMessage, { isCancellation }: Online): OnlineFields {
  const amount = normalAmount(textIn(message, "amount"));
  const cancelDate = textIn(message, "cancelDate");
  return {
    cancelPgCno: textIn(message, "cancelPgCno"),
    cancelDate: isCancellation === true ? cancelDate : null,
    eventDate: cancelDate ?? textIn(message, "transactionDate"),
    currency: "KRW",
    amount: isCancellation === true ? (normalAmount(textIn(message, "cancelAmount")) ?? amount) : amount,
  };
}

function partsOf(message: KiccMessage, names: readonly string[]): Parts {
  const parts: Record<string, string> = {};
  for (const name of names) {
    const text = textIn(message, name);
    const part = AMOUNTS.has(name) ? normalAmount(text) : text;
    if (part !== null) parts[name] = part;
  }
  return parts;
}

function idsOf(comparable: Comparable, { ids }: Online): readonly string[] {
  return ids.map((id) => (id === "tlfSno" ? comparable.parts[id] : comparable[id]) ?? "").filter((id) => id !== "");
}

function keyOf(comparable: Comparable, online: Online): Slot {
  const slot = online.slot(comparable);
  if (idsOf(comparable, online).length === 0)
    return keyWithoutId([online.name], comparable, comparable.eventDate, null, slot);
  return [online.name, comparable.mallId, ...slot, comparable.resCd, ...(online.hasAmount ? [comparable.amount] : [])];
}

function eventOf(comparable: Comparable, online: Online): Event | null {
  if (idsOf(comparable, online).length === 0) return null;
  const column = online.ids.find((id) => id !== "tlfSno" && comparable[id] !== null);
  if (column !== undefined && column !== "tlfSno") return { column, value: comparable[column] ?? "" };
  return comparable.shopOrderNo === null ? null : { column: "shopOrderNo", value: comparable.shopOrderNo };
}

function relate(arriving: Comparable, known: Comparable, online: Online): Relation {
  if (arriving.kind !== known.kind) return "independent";
  if (idsOf(arriving, online).length === 0 || idsOf(known, online).length === 0) {
    return isSameKey(keyOf(arriving, online), keyOf(known, online)) ? "same" : "independent";
  }
  if (differ(arriving.mallId, known.mallId)) return "independent";
  if (!isSameKey(online.slot(arriving), online.slot(known))) return "independent";
  if (online.judgesResults === true) return relateResults(arriving, known);
  const isOther = arriving.resCd !== known.resCd || (online.hasAmount && differ(arriving.amount, known.amount));
  return isOther || idsDiffer(arriving, known) ? "conflicts" : "same";
}

function sampleOf(online: Online, resCd: string, serial: number, now: number): Sample {
  const [pgCno, cancelPgCno] = [serial, serial + 1].map((id) => String(id).padStart(20, "0"));
  const message = {
    resCd,
    resMsg: "TEST",
    mallId: "00000000",
    notiType: online.notiType ?? "99",
    pgCno,
    shopOrderNo: pgCno,
    amount: "0",
    transactionDate: kstStamp(now),
    ...(online.ids[0] === "cancelPgCno" ? { cancelPgCno } : {}),
    ...online.sample,
  };
  return { body: JSON.stringify(message), contentType: "application/json; charset=utf-8" };
}
