// Compares a list of KICC's or the shop's with what came: which of its numbers are here, and what came that it lacks.
import * as z from "zod/mini";
import { findCompared } from "../../store/compare.ts";
import { NUMBERS, type NumberName } from "../../store/filters.ts";
import { STATES } from "../../store/insert.ts";
import { type ListedRow, search } from "../../store/search.ts";
import { instant } from "../input.ts";
import { type Desk, operation, refuse } from "../operation.ts";
import { notificationSchema, notificationShape } from "../shapes.ts";

const MOST_NUMBERS = 5000;
const LONGEST_NUMBER = 200;
/** 5,000 texts with their quotes. */
const MOST_CHARACTERS = 1_200_000;
// What came and is on no list: no more than this are told.
const MOST_UNLISTED = 1000;
const PAGE = 100;
const PAGES = 50;

const NAMES = Object.keys(NUMBERS) as NumberName[];
const TEXTS = `must be a list of 1 to ${MOST_NUMBERS} texts of at most ${LONGEST_NUMBER} characters (a number in JSON would lose digits)`;

const numbers = z.optional(
  z
    .array(z.string(TEXTS).check(z.minLength(1, TEXTS), z.maxLength(LONGEST_NUMBER, TEXTS)), TEXTS)
    .check(z.minLength(1, TEXTS), z.maxLength(MOST_NUMBERS, TEXTS)),
);

export const compare = operation({
  method: "post",
  path: "/api/compare",
  summary: `Which of up to ${MOST_NUMBERS} numbers came; with from and to also what came then and is not on the list, up to ${MOST_UNLISTED}`,
  mostCharacters: MOST_CHARACTERS,
  input: z.object({
    cancelPgCno: numbers,
    pgCno: numbers,
    shopOrderNo: numbers,
    from: z.optional(instant),
    to: z.optional(instant),
  }),
  answer: z.object({
    compared: z.array(
      z.object({ number: z.string(), state: z.enum([...STATES, "missing"]), id: z.nullable(z.string()) }),
    ),
    unlisted: z.array(notificationSchema),
  }),
  async run({ from, to, ...lists }, desk) {
    const [by, ...others] = NAMES.filter((name) => lists[name] !== undefined);
    if (by === undefined || others.length > 0) return refuse("invalid", `one of ${NAMES.join(", ")}: must be a list`);
    if ((from === undefined) !== (to === undefined)) return refuse("invalid", "from, to: are given together");
    const wanted = lists[by] ?? [];
    const found = new Map((await findCompared(desk.db, by, [...new Set(wanted)])).map((row) => [row.number, row]));
    const compared = wanted.map((number) => {
      const row = found.get(number);
      return { number, state: row?.state ?? ("missing" as const), id: row?.id ?? null };
    });
    if (from === undefined || to === undefined) return { compared, unlisted: [] };
    const range = { from: Date.parse(from), to: Date.parse(to) };
    const rows = await findUnlisted(desk, by, wanted, range);
    return { compared, unlisted: rows.map((row) => notificationShape(row, desk)) };
  },
});

async function findUnlisted(
  { db }: Desk,
  by: NumberName,
  listed: readonly string[],
  range: { readonly from: number; readonly to: number },
): Promise<readonly ListedRow[]> {
  const rows: ListedRow[] = [];
  let after: number | null = null;
  for (let page = 0; page < PAGES && rows.length < MOST_UNLISTED; page++) {
    const found = await search(db, { ...range, unlisted: { by, numbers: listed }, after, limit: PAGE });
    rows.push(...found.rows);
    after = found.next;
    if (after === null) break;
  }
  return rows.slice(0, MOST_UNLISTED);
}
