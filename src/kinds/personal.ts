// A body as people may see it: its text, and the text with each personal value masked to its first character and a *.
// It also masks bodies that are cut off or broken.
import { type Field, formText, parseForm } from "./form.ts";
import { jsonNameOf } from "./legacy-names.ts";
import { behindBlanks, endOfText, endOfValue, parseObject } from "./json.ts";
import { type Charset, charsetIn, decodeText } from "./text.ts";

/**
 * The fields with personal or secret values in KICC's tables, by their JSON names; and older names that are in no
 * table.
 */
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
// The merchant's own numbered texts.
const MERCHANTS_OWN = /^(?:shopvalue|reserve)\d{1,2}$/;

export interface Shown {
  /** Decoded; a form as unescaped name=value, a line each. */
  readonly text: string;
  readonly masked: string;
  /** At least one value is masked. */
  readonly isPersonal: boolean;
  readonly charset: Charset;
}

/** @param body also the beginning of a body, or one that cannot be read */
export function showBody(body: Uint8Array, contentType: string | null): Shown {
  const { text, charset } = decodeText(body, charsetIn(contentType));
  if (!looksLikeForm(text)) {
    const inPlace = maskJson(text);
    const masked = parseObject(text) === null ? maskBroken(inPlace) : inPlace;
    return { text, masked, isPersonal: masked !== text, charset };
  }
  const form = parseForm(body, contentType);
  if (form === null) {
    // Too many fields to read: nothing is shown unless the whole body is asked for.
    return { text, masked: "*", isPersonal: true, charset };
  }
  const whole = formText(form.fields);
  // A body that only looks like a form may contain personal names inside what is taken for one value.
  const masked = form.fields.map((field) => maskBroken(formText([maskField(field)]))).join("\n");
  return { text: whole, masked, isPersonal: masked !== whole, charset: form.charset };
}

/** It does not begin like JSON, and its first name is followed by =. */
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

/**
 * A string that is followed by a colon is a name. Its value is masked in place, at any depth; everything else stays.
 */
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

// A name begins at the beginning of a word, and is short: no text makes the match slow.
const NAMED_VALUE = /(?<!\w)([A-Za-z]\w{0,40})(["']?\s*[:=]\s*["']?)([^"',}&\r\n]*)/g;

/** In broken JSON a stray quote mixes up names and values. So each personal name counts, wherever it stands. */
function maskBroken(text: string): string {
  return text.replaceAll(NAMED_VALUE, (whole: string, name: string, between: string, value: string) =>
    isPersonal(name) && value.trim() !== "" && value !== "null" ? `${name}${between}${mask(value)}` : whole,
  );
}

function nameIn(text: string): string {
  const value = valueOf(text);
  return typeof value === "string" ? value : text.slice(1, -1);
}

/** Returns undefined for what is not JSON: a string that is cut off, or that has a raw line break. */
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
