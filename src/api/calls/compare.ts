// Compares a list from KICC or the shop with what came: which of its numbers are here, and what came that is not on it.
import * as z from "zod/mini";
import { type ComparedRow, findCompared } from "../../store/compare.ts";
import { kindNamed } from "../../kinds/registry.ts";
import type { Owner } from "../../archive/entries.ts";
import { type Flow, NUMBERS, type NumberName, isUnlisted } from "../../store/filters.ts";
import { STATES } from "../../store/insert.ts";
import { compareWithArchive } from "../from-archive.ts";
import { instant } from "../input.ts";
import { type CallContext, operation, refuse } from "../operation.ts";
import { type NotificationShape, notificationSchema } from "../shapes.ts";
import { walk } from "../walk.ts";

const MOST_NUMBERS = 5000;
const LONGEST_NUMBER = 200;
/** 5,000 texts with their quotes. */
const MOST_CHARACTERS = 1_200_000;
// The most notifications that are answered as not on the list.
const MOST_UNLISTED = 1000;
const PAGE = 100;
// How many pages of D1 and parts of the archive are looked through for these.
const PIECES = 50;

const NAMES = Object.keys(NUMBERS) as NumberName[];
const TEXTS = `must be a list of 1 to ${MOST_NUMBERS} texts of at most ${LONGEST_NUMBER} characters (a number in JSON would lose digits)`;

const list = z.optional(
  z
    .array(z.string(TEXTS).check(z.minLength(1, TEXTS), z.maxLength(LONGEST_NUMBER, TEXTS)), TEXTS)
    .check(z.minLength(1, TEXTS), z.maxLength(MOST_NUMBERS, TEXTS)),
);

const comparedSchema = z.object({
  number: z.string(),
  state: z.enum([...STATES, "missing"]),
  id: z.nullable(z.string()),
  /** With `detail`. null also for an archived one: its id leads to its kind. */
  kind: z.optional(z.nullable(z.string())),
  result: z.optional(z.nullable(z.enum(["success", "failure"]))),
  archived: z.optional(z.boolean()),
});

type Compared = z.infer<typeof comparedSchema>;

export const compare = operation({
  method: "post",
  path: "/api/compare",
  summary: `Which of up to ${MOST_NUMBERS} numbers came, the archive included; with from and to also what came then and is not on the list, up to ${MOST_UNLISTED}`,
  mostCharacters: MOST_CHARACTERS,
  input: z.object({
    cancelPgCno: list,
    pgCno: list,
    shopOrderNo: list,
    from: z.optional(instant),
    to: z.optional(instant),
    /**
     * Only payments, or only refunds and cancellations: the approval of an order does not mean that its refund came.
     */
    flow: z.optional(z.enum(["in", "out"], "must be in or out")),
    /** Adds kind, result and archived to each, as the console shows them. */
    detail: z.optional(z.boolean("must be true or false")),
  }),
  answer: z.object({
    compared: z.array(comparedSchema),
    unlisted: z.array(notificationSchema),
  }),
  async run({ from, to, flow = null, detail = false, ...lists }, context) {
    const [by, ...others] = NAMES.filter((name) => lists[name] !== undefined);
    if (by === undefined || others.length > 0) return refuse("invalid", `one of ${NAMES.join(", ")}: must be a list`);
    if ((from === undefined) !== (to === undefined)) return refuse("invalid", "from, to: are given together");
    const wanted = lists[by] ?? [];
    const numbers = [...new Set(wanted)];
    const found = new Map((await findCompared(context.db, by, numbers, flow)).map((row) => [row.number, row]));
    const archived = await compareWithArchive(
      context.config,
      context.db,
      by,
      numbers.filter((number) => found.get(number)?.rank !== 0),
      flow,
    );
    if (archived.kind === "too-many") {
      return refuse(
        "invalid",
        `${by}: these numbers lie far apart in the archive: compare at most ${archived.atOnce} at once`,
      );
    }
    const whole = wanted.map((number) => comparedOf(number, found.get(number), archived.owners.get(number)));
    const compared: Compared[] = detail ? whole : whole.map(({ number, state, id }) => ({ number, state, id }));
    if (from === undefined || to === undefined) return { compared, unlisted: [] };
    const among = { from: Date.parse(from), to: Date.parse(to), flow };
    return { compared, unlisted: [...(await findUnlisted(context, by, wanted, among))] };
  },
});

/** An archived success counts before a failure in D1, and before a held one. */
function comparedOf(number: string, row: ComparedRow | undefined, owner: Owner | undefined) {
  if (owner !== undefined && owner.says !== "test" && Number(owner.says !== "success") < (row?.rank ?? 3)) {
    return { number, state: owner.state, id: owner.id, kind: null, result: owner.says, archived: true };
  }
  if (row === undefined) {
    return { number, state: "missing" as const, id: null, kind: null, result: null, archived: false };
  }
  const { state, id, kind, result } = row;
  return { number, state, id, kind, result, archived: false };
}

async function findUnlisted(
  context: CallContext,
  by: NumberName,
  numbers: readonly string[],
  among: { readonly from: number; readonly to: number; readonly flow: Flow | null },
): Promise<readonly NotificationShape[]> {
  const listed = new Set(numbers);
  const found: NotificationShape[] = [];
  const looking = { ...among, unlisted: { by, numbers }, limit: PAGE };
  const isWanted = (one: NotificationShape) =>
    isUnlisted(one, by, listed) && (among.flow === null || kindNamed(one.kind)?.flow === among.flow);
  let pieces = 0;
  for await (const piece of walk(context, looking, isWanted)) {
    found.push(...piece);
    pieces += 1;
    if (found.length >= MOST_UNLISTED || pieces >= PIECES) break;
  }
  return found.slice(0, MOST_UNLISTED);
}
