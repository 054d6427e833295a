// A body as people may see it: its text, and the same text with personal values as their first character and a *. For whole and broken bodies alike.
import { type Field, formText, parseForm } from "./form.ts";
import { jsonNameOf } from "./legacy-names.ts";
import { behindBlanks, endOfText, endOfValue, parseObject } from "./json.ts";
import { type Charset, charsetIn, decodeText } from "./text.ts";

/** What KICC's tables have of persons and secrets, by the names of JSON, and what comes in no table under the older names. */
const PERSONAL: ReadonlySet<string> = new Set(
  [
    "cardNo",
    "accountNo",
    "depositName",
    "cashAuthValue",
    "authId",
    "billId",
    "mobileNo",
    "cardnoHash",
    "customerName",
    "customerId",
    "cardMaskNo",
    "cash_auth_value",
    "auth_id",
    "bill_id",
    "mobile_no",
    "card_mask_no",
  ].map((name) => name.toLowerCase()),
);
// The merchant's own texts, numbered.
const MERCHANTS_OWN = /^(?:shopvalue|reserve)\d{1,2}$/;

export interface Shown {
  /** As decoded; of a form name=value, unescaped, a line each. */
  readonly text: string;
  readonly masked: string;
  /** Something was masked. */
  readonly isPersonal: boolean;
  readonly charset: Charset;
}

/** @param body may be the beginning of one, or unreadable */
export function showBody(body: Uint8Array, contentType: string | null): Shown {
  const { text, charset } = decodeText(body, charsetIn(contentType));
  if (!looksLikeForm(text)) {
    const inPlace = maskJson(text);
    const masked = parseObject(text) === null ? maskBroken(inPlace) : inPlace;
    return { text, masked, isPersonal: masked !== text, charset };
  }
  const form = parseForm(body, contentType);
  if (form === null) {
    // Too many fields to be read: nothing of it is shown unless the whole is asked for.
    return { text, masked: "*", isPersonal: true, charset };
  }
  const whole = formText(form.fields);
  // What only looks like a form has its names within what is taken for other ones.
  const masked = form.fields.map((field) => maskBroken(formText([maskField(field)]))).join("\n");
  return { text: whole, masked, isPersonal: masked !== whole, charset: form.charset };
}

/** It begins as no JSON, and the first name has a value. */
function looksLikeForm(text: string): boolean {
  return /^\s*[^\s{["=&]+\s*=/.test(text);
}

function maskField({ name, value }: Field): Field {
  return { name, value: isPersonal(name) && value !== "" ? mask(value) : value };
}

function isPersonal(name: string): boolean {
  const trimmed = name.trim();
  const known = (jsonNameOf(trimmed.toLowerCase()) ?? trimmed).toLowerCase();
  return PERSONAL.has(known) || MERCHANTS_OWN.test(known);
}

function mask(value: string): string {
  const [first = ""] = value;
  return `${first}*`;
}

/** Each text that a colon follows is a name: what stands behind it is masked in place, at any depth, all else stays as it is. */
function maskJson(json: string): string {
  const pieces: string[] = [];
  let copied = 0;
  for (let at = json.indexOf('"'); at >= 0;) {
    const nameEnd = endOfText(json, at);
    const colon = behindBlanks(json, nameEnd);
    if (json[colon] === ":" && isPersonal(nameIn(json.slice(at, nameEnd)))) {
      const from = behindBlanks(json, colon + 1);
      const to = endOfValue(json, from);
      pieces.push(json.slice(copied, from), maskedValue(json.slice(from, to)));
      copied = to;
      at = json.indexOf('"', to);
    } else {
      at = json.indexOf('"', nameEnd);
    }
  }
  return pieces.join("") + json.slice(copied);
}

// Begins at a word's beginning only, and a name is short: no text makes it slow.
const NAMED_VALUE = /(?<!\w)([A-Za-z]\w{0,40})(["']?\s*[:=]\s*["']?)([^"',}&\r\n]*)/g;

/** In what is no JSON a stray quote shifts names and values: each personal name counts, whatever stands around it. */
function maskBroken(text: string): string {
  return text.replaceAll(NAMED_VALUE, (whole: string, name: string, between: string, value: string) =>
    isPersonal(name) && value.trim() !== "" && value !== "null" ? `${name}${between}${mask(value)}` : whole,
  );
}

function nameIn(text: string): string {
  const value = valueOf(text);
  return typeof value === "string" ? value : text.slice(1, -1);
}

/** undefined for what is no JSON: a text that is cut off, or has a raw line end in it. */
function valueOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function maskedValue(json: string): string {
  const value = valueOf(json);
  if (value === null || value === "" || json === "") return json;
  if (typeof value === "string") return JSON.stringify(mask(value));
  if (typeof value === "number") return JSON.stringify(mask(json));
  const first = /^"([^"\\])/.exec(json)?.[1] ?? "";
  return JSON.stringify(first.toWellFormed() === first ? `${first}*` : "*");
}
