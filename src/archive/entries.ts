// An entry of an index object, a line of ASCII: a number, where it stands, and the notification that has it. Sorted by
// number, then by place. Pure.
import { SUCCESS } from "../rules/notification.ts";
import { kindNamed } from "../kinds/registry.ts";
import { type Flow, NUMBERS, type NumberName } from "../store/filters.ts";
import { DAY_MS } from "../time.ts";
import type { ArchivedLine } from "./line.ts";

/** Where a notification is archived: the name of an object, and a line in it. */
export interface LinePlace {
  readonly part: string;
  readonly line: number;
}

/** What a number leads to. */
export interface IndexEntry extends LinePlace {
  /** The notification that has the number; null where the number is the id itself. */
  readonly of: Owner | null;
}

export interface Owner {
  readonly id: string;
  readonly state: "delivered" | "closed";
  readonly says: "success" | "failure" | "test";
  /** The names of the fields in which it has the number. */
  readonly as: readonly NumberName[];
  /** The flow of its kind. */
  readonly flow: Flow | null;
}

export type Indexed = Pick<ArchivedLine, "id" | "kind" | "state" | "source" | "resCd" | NumberName>;

const NAMES = Object.keys(NUMBERS) as NumberName[];
/** Further bits after those of NAMES. */
const FLOWS = { in: 8, out: 16 } as const;
const STATES = { d: "delivered", c: "closed" } as const;
const SAYINGS = { s: "success", f: "failure", t: "test" } as const;

/**
 * The letters of a place in base 36: days since 1970, part, line. Each has a fixed width, so that texts sort like
 * places.
 */
const WIDTHS = [3, 4, 3] as const;
const PLACE = 10;
const PART = /^notifications\/(\d{4})\/(\d\d)\/(\d\d)\/(\d+)\.ndjson\.gz$/;
const USUAL_ID = /^ntf_[0-9a-f]{32}$/;
/** Stands before an id in another form. A short id has no such letter. */
const UNUSUAL = "=";

/** One entry for the id, and one for each number. */
export function entriesOf(line: Indexed, place: LinePlace): string[] {
  const at = placeText(place);
  const state = line.state === "closed" ? "c" : "d";
  const says = line.source === "test" ? "t" : line.resCd === SUCCESS ? "s" : "f";
  const flow = kindNamed(line.kind)?.flow ?? null;
  const flowBit = flow === null ? 0 : FLOWS[flow];
  const numbers = new Set(NAMES.map((name) => line[name]).filter((number) => number !== null));
  return [
    `${keyOf(line.id)}\t${at}`,
    ...[...numbers].map((number) => {
      const as = NAMES.reduce((bits, name, bit) => bits + (line[name] === number ? 1 << bit : 0), flowBit);
      return `${keyOf(number)}\t${at}${state}${says}${as.toString(36)}${shortOf(line.id)}`;
    }),
  ];
}

export function entryOf(text: string): IndexEntry {
  const behind = text.slice(text.indexOf("\t") + 1);
  const place = placeOf(behind.slice(0, PLACE));
  const [state = "", says = "", as = "", ...short] = behind.slice(PLACE);
  if (state === "") return { ...place, of: null };
  const bits = Number.parseInt(as, 36);
  return {
    ...place,
    of: {
      id: longOf(short.join("")),
      state: STATES[state as keyof typeof STATES],
      says: SAYINGS[says as keyof typeof SAYINGS],
      as: NAMES.filter((_, bit) => (bits >> bit) % 2 === 1),
      flow: (bits & FLOWS.in) !== 0 ? "in" : (bits & FLOWS.out) !== 0 ? "out" : null,
    },
  };
}

/**
 * Has no tabs and no line breaks, whatever KICC writes into an order number. An id is shortened; no number's key begins
 * like one.
 */
export function keyOf(number: string): string {
  return USUAL_ID.test(number) ? `/${shortOf(number)}` : encodeURIComponent(number.toWellFormed());
}

export function keyIn(entry: string): string {
  return entry.slice(0, entry.indexOf("\t"));
}

export function sorted(entries: readonly string[]): string[] {
  return [...new Set(entries)].toSorted((a, b) => (a < b ? -1 : Number(a > b)));
}

function placeText({ part, line }: LinePlace): string {
  const [, year, month, day, number] = PART.exec(part) ?? [];
  if (number === undefined) throw new Error(`Cannot index ${part}: it is no part's name`);
  const days = Date.parse(`${year}-${month}-${day}`) / DAY_MS;
  return [days, Number(number), line]
    .map((each, index) => {
      const text = each.toString(36).padStart(WIDTHS[index] ?? 0, "0");
      if (text.length !== WIDTHS[index]) throw new Error(`Cannot index line ${line} of ${part}: too many`);
      return text;
    })
    .join("");
}

function placeOf(text: string): LinePlace {
  const [day, part] = [text.slice(0, WIDTHS[0]), text.slice(WIDTHS[0], -WIDTHS[2])];
  const date = new Date(Number.parseInt(day, 36) * DAY_MS).toISOString().slice(0, 10);
  const number = String(Number.parseInt(part, 36)).padStart(4, "0");
  return {
    part: `notifications/${date.replaceAll("-", "/")}/${number}.ndjson.gz`,
    line: Number.parseInt(text.slice(-WIDTHS[2]), 36),
  };
}

/** The 16 bytes of an id in 22 letters instead of 36. */
function shortOf(id: string): string {
  if (!USUAL_ID.test(id)) return `${UNUSUAL}${encodeURIComponent(id)}`;
  const bytes = id.slice(4).replaceAll(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)));
  return btoa(bytes).slice(0, 22);
}

function longOf(short: string): string {
  if (short.startsWith(UNUSUAL)) return decodeURIComponent(short.slice(1));
  const hex = Array.from(atob(short), (letter) => letter.charCodeAt(0).toString(16).padStart(2, "0"));
  return `ntf_${hex.join("")}`;
}
