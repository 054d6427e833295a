// Reads a body with its Content-Type at a door: which kind it is, its fields, and in which format it is acked. Throws
// for no bytes, and decides nothing else.
import type { Fields } from "../rules/notification.ts";
import type { Reply } from "./ack.ts";
import { formMessage, jsonMessage, type KiccMessage, textIn } from "./kicc-message.ts";
import { beginsAsForm, parseForm } from "./form.ts";
import { parseObject } from "./json.ts";
import type { Kind, Parts } from "./kind.ts";
import { type Door, REGISTRY, type Registry } from "./registry.ts";
import { type Charset, charsetIn, decodeText, deliverableType, textOf } from "./text.ts";

export type Dialect = "json" | "form";

export interface Readable {
  readonly readable: true;
  readonly kind: Kind;
  readonly dialect: Dialect;
  readonly charset: Charset;
  readonly fields: Fields;
  readonly parts: Parts;
  readonly ambiguous: boolean;
  /** It has the mark of a kind of another door. */
  readonly atOtherDoor: boolean;
  /** As it is delivered. */
  readonly contentType: string | null;
  readonly reply: Reply;
}

export interface Unreadable {
  readonly readable: false;
  readonly dialect: Dialect;
  readonly reply: Reply;
}

export type Reading = Readable | Unreadable;

/**
 * How a body is read. A door: by marks, else as the door's kind. A kind: where it is known, because it is stored under
 * it or a person named it. "any": by marks alone, where it came at no door.
 */
export type Where = Door | Kind | "any";

export function readNotification(
  body: Uint8Array,
  contentType: string | null,
  where: Where,
  registry: Registry = REGISTRY,
): Reading {
  const isForm = takesForms(where) && beginsAsForm(body);
  const form = isForm || mayHideForm(where, body) ? readForm(body, contentType) : null;
  if (form !== null && (isForm || registry.kindMarked(form.message)?.comesAsForm === true)) {
    return readingOf(form, contentType, where, registry);
  }
  if (isForm) return { readable: false, dialect: "form", reply: { as: "text" } };
  const json = readJson(body, contentType);
  if (json !== null) return readingOf(json, contentType, where, registry);
  return unreadable(where, null, null);
}

/** Whether a body that begins like a form is read as one. */
function takesForms(where: Where): boolean {
  if (where === "any") return false;
  return "fallback" in where ? where.fallback.comesAsForm : where.comesAsForm;
}

/** At a door without forms a body may still be a form that has the mark of a kind with forms. */
function mayHideForm(where: Where, body: Uint8Array): boolean {
  return (where === "any" || "fallback" in where) && beginsAsForm(body);
}

interface Decoded {
  readonly message: KiccMessage;
  readonly dialect: Dialect;
  readonly charset: Charset;
}

function readForm(body: Uint8Array, contentType: string | null): Decoded | null {
  const form = parseForm(body, contentType);
  return form && { message: formMessage(form.fields), dialect: "form", charset: form.charset };
}

function readJson(body: Uint8Array, contentType: string | null): Decoded | null {
  const { text, charset } = decodeText(body, charsetIn(contentType));
  const parsed = parseObject(text);
  return parsed && { message: jsonMessage(parsed), dialect: "json", charset };
}

function readingOf(decoded: Decoded, contentType: string | null, where: Where, registry: Registry): Reading {
  const { message, dialect, charset } = decoded;
  const kind = kindOf(message, dialect, where, registry);
  if (kind === null) return unreadable(where, null, textIn(message, "pgCno"));
  const fields = fieldsOf(message, kind);
  if (fields === null) {
    return dialect === "form"
      ? { readable: false, dialect, reply: { as: "text" } }
      : unreadable(where, kind, textIn(message, "pgCno"));
  }
  return {
    readable: true,
    kind,
    dialect,
    charset,
    fields,
    parts: kind.parts(message),
    ambiguous: isAmbiguous(message, kind, registry),
    atOtherDoor: where !== "any" && "fallback" in where && kind.door !== where.path,
    contentType: deliverableType(contentType, charset, dialect),
    reply: dialect === "form" ? { as: "text" } : replyInJson(kind, fields.pgCno),
  };
}

/** A form cannot be of a kind that never comes as a form, even if it has that kind's mark. */
function kindOf(message: KiccMessage, dialect: Dialect, where: Where, { kindMarked }: Registry): Kind | null {
  if (where !== "any" && !("fallback" in where)) return where;
  const marked = kindMarked(message);
  const isPossible = marked !== null && (dialect === "json" || marked.comesAsForm);
  if (isPossible) return marked;
  return where === "any" ? null : where.fallback;
}

function fieldsOf(message: KiccMessage, kind: Kind): Fields | null {
  const { values } = message;
  const resCd = textIn(message, "resCd");
  if (resCd === null) return null;
  const resMsg = textOf(values["resMsg"]);
  if (resMsg === null && !IDS.some((id) => textIn(message, id) !== null)) return null;
  const { cancelPgCno, cancelDate, eventDate, currency, amount } = kind.read(message);
  return {
    kind: kind.name,
    resCd,
    resMsg: resMsg ?? "",
    mallId: textIn(message, "mallId"),
    shopOrderNo: textIn(message, "shopOrderNo"),
    pgCno: textIn(message, "pgCno"),
    cancelPgCno,
    cancelDate,
    eventDate,
    currency,
    amount,
  };
}

/** A message with one of these ids reports something, also without a text. */
const IDS = ["pgCno", "cancelPgCno", "shopOrderNo", "tlfSno"] as const;

function isAmbiguous({ twice }: KiccMessage, kind: Kind, { isMark }: Registry): boolean {
  if (twice.size === 0) return false;
  return [...twice].some((name) => isMark(name) || kind.reads(name));
}

function unreadable(where: Where, kind: Kind | null, pgCno: string | null): Unreadable {
  const acked = kind ?? (where === "any" ? null : "fallback" in where ? where.fallback : where);
  return {
    readable: false,
    dialect: "json",
    reply: acked === null ? { as: "json", pgCno } : replyInJson(acked, pgCno),
  };
}

function replyInJson(kind: Kind, pgCno: string | null): Reply {
  return kind.ackHasPgCno ? { as: "json", pgCno } : { as: "json-without-pgCno" };
}
