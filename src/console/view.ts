// What every page is made with: the words, the time, the person, and the functions to read and to act.
import type { Context } from "hono";
import type { Refusal } from "../api/operation.ts";
import type { AnswerOf, OperationName } from "../api/perform.ts";
import type { Config } from "../config.ts";
import type { Language, Words } from "./words/words.ts";

export interface View {
  readonly language: Language;
  readonly w: Words;
  readonly now: number;
  readonly url: URL;
  readonly config: Config;
  readonly db: D1Database;
  /** null on pages for anyone: signing in, and what is refused. */
  readonly who: string | null;
  /** Cloudflare Access signs people in and out, not this console. */
  readonly byAccess: boolean;
  /** Runs an operation of the API by its name, such as `post /api/test`. */
  readonly perform: <Name extends OperationName>(name: Name, given: object) => Promise<AnswerOf<Name> | Refusal>;
}

export interface ConsoleEnv {
  readonly Bindings: Env;
  readonly Variables: { view: View };
}

export type ConsoleContext = Context<ConsoleEnv>;

/** The query in the form that an operation takes. */
export function queryOf({ url }: View): Record<string, string> {
  return Object.fromEntries([...url.searchParams].filter(([, value]) => value.trim() !== ""));
}

/** In the address of a page that renewed itself; not in its links. */
export const RENEWED = "renewed";

/** The page's own address with other query values. null removes one. */
export function hrefWith(url: URL, values: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams(url.search);
  query.delete(RENEWED);
  for (const [name, value] of Object.entries(values)) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
  return query.size === 0 ? url.pathname : `${url.pathname}?${query.toString()}`;
}
