// Reads the filters of a list from a page's address, and gives them to the API. Times are typed in Korean time. Pure.
import { DAY_MS, rfc3339 } from "../time.ts";
import { clockText, instantOf, midnightOf } from "./korean-time.ts";
import { type View, queryOf } from "./view.ts";

const FILTERS = ["state", "kind", "mallId", "result", "from", "to", "q"] as const;

/** What a person set, as it was typed. */
export function filtersIn(v: View): Partial<Record<(typeof FILTERS)[number], string>> {
  const query = queryOf(v);
  return Object.fromEntries(FILTERS.flatMap((name) => (query[name] === undefined ? [] : [[name, query[name]]])));
}

/** In the form of the API's calls. */
export function apiFilters(v: View): Record<string, string> {
  return withInstants(filtersIn(v));
}

/** The same from the fields of a form. */
export function apiForm(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  const given = FILTERS.flatMap((name) => (typeof fields[name] === "string" ? [[name, fields[name]] as const] : []));
  return withInstants(Object.fromEntries(given));
}

function withInstants({ from, to, ...rest }: Partial<Record<string, string>>): Record<string, string> {
  return {
    ...(rest as Record<string, string>),
    ...(from === undefined ? {} : { from: isoOf(from) }),
    ...(to === undefined ? {} : { to: isoOf(to) }),
  };
}

/** What is not a time stays as it is: the API refuses it. */
function isoOf(text: string): string {
  const at = instantOf(text);
  return at === null ? text : rfc3339(at);
}

/** Filters for whole days, so that their addresses mean the same tomorrow. */
export function presets(now: number): Record<"today" | "yesterday" | "week", TimePreset> {
  const midnight = midnightOf(now);
  return {
    today: rangeOf(midnight, midnight + DAY_MS),
    yesterday: rangeOf(midnight - DAY_MS, midnight),
    week: rangeOf(midnight - 6 * DAY_MS, midnight + DAY_MS),
  };
}

interface TimePreset {
  readonly from: string;
  readonly to: string;
}

function rangeOf(from: number, to: number): TimePreset {
  return { from: clockText(from), to: clockText(to) };
}
