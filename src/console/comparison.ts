// Compares a list through the API's call, and reads what was announced about the missing numbers. If the list does not
// say what its ids are, it makes two calls.
import type { Refusal } from "../api/operation.ts";
import { type AnswerOf, isRefusal } from "../api/perform.ts";
import type { ListName, PastedRow } from "../rules/pasted-numbers.ts";
import { type AnnouncedRow, readAnnouncedOf } from "../store/announced.ts";
import { type Register, registerOf } from "../store/register.ts";
import { rfc3339 } from "../time.ts";
import { instantOf } from "./korean-time.ts";
import type { Given } from "./given-list.ts";
import type { View } from "./view.ts";

/** The API compares no more in one call. */
export const COMPARED_AT_MOST = 5000;
/** Of the missing numbers so many are looked up among the announced events. */
const MISSING_LOOKED_AT = 500;

type Answer = AnswerOf<"post /api/compare">;
export type Compared = Answer["compared"][number];

export interface Comparison {
  readonly by: ListName;
  /** The list did not say what its ids are. They are taken as the kind of number by which more of them were found. */
  readonly isGuess: boolean;
  readonly compared: readonly Compared[];
  /** Key: the number. */
  readonly rows: ReadonlyMap<string, PastedRow>;
  readonly announced: ReadonlyMap<string, AnnouncedRow>;
  /** null where no time was given. */
  readonly unlisted: Answer["unlisted"] | null;
}

export async function compareList(v: View, given: Given): Promise<Comparison | Refusal> {
  const rows = given.pasted.rows.slice(0, COMPARED_AT_MOST);
  const numbers = rows.map(({ number }) => number);
  const isGuess = given.pasted.by === null;
  const tried: readonly ListName[] = given.pasted.by === null ? ["cancelPgCno", "pgCno"] : [given.pasted.by];
  const time = timeOf(given, v.now);
  const flow = given.flow === null ? {} : { flow: given.flow };
  let best: { readonly by: ListName; readonly answer: Answer; readonly found: number } | null = null;
  for (const by of tried) {
    const answer = await v.perform("post /api/compare", { [by]: numbers, ...time, ...flow, detail: true });
    if (isRefusal(answer)) return answer;
    const found = answer.compared.filter(({ state }) => state !== "missing").length;
    if (best === null || found > best.found) best = { by, answer, found };
  }
  if (best === null) throw new Error("Cannot compare: no number was tried");
  const { by, answer } = best;
  return {
    by,
    isGuess,
    compared: answer.compared,
    rows: new Map(rows.map((row) => [row.number, row])),
    announced: await announcedOf(v.db, by, answer.compared),
    unlisted: Object.keys(time).length === 0 ? null : answer.unlisted,
  };
}

/** Returns null for order numbers: KICC cannot be asked about these. */
export function registerFor(by: ListName): Register | null {
  return by === "shopOrderNo" ? null : registerOf(by);
}

async function announcedOf(db: D1Database, by: ListName, compared: readonly Compared[]) {
  const register = registerFor(by);
  const missing = compared.filter(({ state }) => state === "missing").slice(0, MISSING_LOOKED_AT);
  if (register === null || missing.length === 0) return new Map<string, AnnouncedRow>();
  const ids = missing.map(({ number }) => number);
  return new Map((await readAnnouncedOf(db, register, ids)).map((row) => [row.id, row]));
}

/** If only one end is given, the other end is open. */
function timeOf({ from, to }: Given, now: number): { from?: string; to?: string } {
  if (from === "" && to === "") return {};
  const [first, last] = [from === "" ? 0 : instantOf(from), to === "" ? now + 1 : instantOf(to)];
  return { from: rfc3339(first ?? 0), to: rfc3339(last ?? now) };
}
