// One message from KICC, a JSON object or a form, as values by their JSON names. It also says which names stand in it
// twice.
import type { Field } from "./form.ts";
import { jsonNameOf } from "./legacy-names.ts";
import { type Member, type Parsed, behindBlanks, isObject, membersOf, parseObject } from "./json.ts";
import { trimmedOf } from "./text.ts";

export interface KiccMessage {
  readonly values: Readonly<Record<string, unknown>>;
  /**
   * Names that stand twice in the object or form, or in its amountInfo ("amountInfo.amount"), whatever their values.
   * Names are compared unescaped and without blanks around them; a form's by their JSON names. `values` has the last
   * value.
   */
  readonly twice: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();
/** The one nested object whose members are read. */
const INNER = "amountInfo";

export function textIn({ values }: KiccMessage, name: string): string | null {
  return trimmedOf(values[name]);
}

/** A text in amountInfo. */
export function innerText({ values }: KiccMessage, name: string): string | null {
  const inner = values[INNER];
  return isObject(inner) ? trimmedOf(inner[name]) : null;
}

export function jsonMessage(parsed: Parsed): KiccMessage {
  return isPlain(parsed) ? { values: parsed.value, twice: NONE } : lookedThrough(parsed);
}

/**
 * Whether no name can stand twice. A body without backslashes has two quotes for each name and each string, so a name
 * that JSON.parse merged leaves two quotes over. Counting quotes costs a fraction of listing the names. Names and
 * strings in other objects are not counted: they leave quotes over, and then the names are listed.
 */
function isPlain({ value, text, exact }: Parsed): boolean {
  if (exact) return false;
  let quotes = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) quotes += 1;
    else if (code === 0x5c) return false;
  }
  for (const name in value) {
    if (isOdd(name)) return false;
    const member = value[name];
    quotes -= typeof member === "string" ? 4 : 2;
    if (name !== INNER || !isObject(member)) continue;
    for (const inner in member) {
      if (isOdd(inner)) return false;
      quotes -= typeof member[inner] === "string" ? 4 : 2;
    }
  }
  return quotes === 0;
}

/**
 * A name with a blank at an end, or of the form dialect. Most names of that dialect have an underscore; `cno` has none.
 */
function isOdd(name: string): boolean {
  return name.trim() !== name || name === "cno" || name.includes("_");
}

function lookedThrough({ value, text }: Parsed): KiccMessage {
  const members = membersOf(text, behindBlanks(text, 0));
  const twice = repeated(members, "");
  const inner = members.findLast(({ name, from }) => name.trim() === INNER && text[from] === "{");
  if (inner) for (const name of repeated(membersOf(text, inner.from), `${INNER}.`)) twice.add(name);
  if (twice.size === 0 && members.every(({ name }) => name.trim() === name)) return { values: value, twice: NONE };
  const values: Record<string, unknown> = Object.create(null);
  for (const { name, from, to } of members) values[name.trim()] = valueIn(text.slice(from, to));
  return { values, twice };
}

/** Parsed inside an object, so that parseObject treats its numbers alike. */
function valueIn(json: string): unknown {
  return parseObject(`{"value":${json}}`)?.value["value"];
}

function repeated(members: readonly Pick<Member, "name">[], within: string): Set<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { name } of members) {
    const trimmed = name.trim();
    const known = jsonNameOf(trimmed) ?? trimmed;
    if (seen.has(known)) twice.add(within + known);
    seen.add(known);
  }
  return twice;
}

/** In a form only the names of the form dialect count. */
export function formMessage(fields: readonly Field[]): KiccMessage {
  const values: Record<string, unknown> = Object.create(null);
  for (const { name, value } of fields) {
    const known = jsonNameOf(name);
    if (known !== undefined) values[known] = value;
  }
  return { values, twice: repeated(fields, "") };
}
