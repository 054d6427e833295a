// What KICC's find calls share: the head of the answer, texts for people, and which ids can be asked about.
import { type Answer, type NotProven, type Proven, SUCCESS } from "../rules/notification.ts";
import { isObject, parseObject } from "./json.ts";
import { normalAmount, normalCurrency } from "./money.ts";
import { decodeText, textOf, trimmedOf } from "./text.ts";

const LONGEST_TEXT = 500;
const LONGEST_STATUS = 40;
// The field length in find's documents: KICC cannot be asked about a longer id.
const LONGEST_ID_BYTES = 60;

export type Status = Proven["kind"] | "not-yet" | "unknown";

/** What differs between the find calls. */
interface Reading {
  /** The first of these names that the answer has. Blanks in a name are ignored. */
  readonly statusNames: readonly string[];
  readonly dateNames: readonly string[];
  readonly amountNames: readonly string[];
  readonly meaning: (status: string) => Status;
  /** Whether, with this status, the amount is that of the event. */
  readonly isAmountOf: (status: string) => boolean;
}

export function readFind(text: string, reading: Reading): Answer {
  const answered = parseObject(text)?.value;
  const message = answered === undefined ? null : withoutBlanks(answered);
  const resCd = trimmedOf(message?.["resCd"]);
  if (message === null || resCd === null) return { kind: "none", status: "200", text: "unreadable answer" };
  const resMsg = textOf(message["resMsg"]) ?? "";
  const detail = decodeDetail(textOf(message["resDetailMsg"]) ?? "");
  const said = readable([resMsg, detail].filter((part) => part !== "").join(" · "));
  if (resCd !== SUCCESS) return notProven("refused", resCd, said);
  const status = (firstOf(message, reading.statusNames) ?? "").replaceAll(/\s+/g, "");
  const meaning = reading.meaning(status);
  if (meaning !== "proven") return notProven(meaning, status, said);
  const money = isObject(message["amountInfo"]) ? message["amountInfo"] : {};
  return {
    kind: "proven",
    status,
    text: said,
    resMsg: readable(resMsg),
    mallId: trimmedOf(message["mallId"]),
    pgCno: trimmedOf(message["pgCno"]),
    cancelPgCno: trimmedOf(message["cancelPgCno"]),
    shopOrderNo: trimmedOf(message["shopOrderNo"]),
    date: firstOf(message, reading.dateNames),
    currency: normalCurrency(trimmedOf(money["currency"])),
    amount: reading.isAmountOf(status) ? normalAmount(firstOf(money, reading.amountNames)) : null,
    walletBrandName: trimmedOf(message["walletBrandName"]),
  };
}

function notProven(kind: NotProven["kind"], status: string, text: string): NotProven {
  return { kind, status: status.slice(0, LONGEST_STATUS), text };
}

function firstOf(message: Readonly<Record<string, unknown>>, names: readonly string[]): string | null {
  for (const name of names) {
    const text = trimmedOf(message[name]);
    if (text !== null) return text;
  }
  return null;
}

/** KICC's test host has answered with the name `approval Date`. A name that is spelled as documented wins. */
function withoutBlanks(message: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const odd = Object.keys(message).filter((name) => /\s/.test(name));
  if (odd.length === 0) return message;
  return { ...Object.fromEntries(odd.map((name) => [name.replaceAll(/\s+/g, ""), message[name]])), ...message };
}

/** URL-encoded text in UTF-8 or EUC-KR, with `+` for a space as in forms. A lone % stays. */
function decodeDetail(text: string): string {
  const parts = text
    .slice(0, 8 * LONGEST_TEXT)
    .replaceAll("+", " ")
    .split(/((?:%[\da-f]{2})+)/i);
  return parts
    .map((part, index) => (index % 2 === 1 ? decodeText(Uint8Array.fromHex(part.replaceAll("%", ""))).text : part))
    .join("");
}

/** Cuts a text that KICC relays, and removes control characters and lone surrogates. */
export function readable(text: string): string {
  return text
    .slice(0, LONGEST_TEXT)
    .replaceAll(/\p{Cc}+/gu, " ")
    .trim()
    .toWellFormed();
}

export function isAskable(id: string | null): id is string {
  return id !== null && id !== "" && new TextEncoder().encode(id).length <= LONGEST_ID_BYTES;
}
