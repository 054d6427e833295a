// npm run mutation: does a test fail for each small fault that is put into the code. `-- --only src/store/claim.ts`, `-- --quick 10`.
//
// The tables beside this file name the faults, and which tests belong to them. Two are tried at a time, each in a copy of
// the tree. It fails where one survives without a reason in its table, or where more than 5 % survive.
import { availableParallelism } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { seededRandom } from "../simulator/random.ts";
import { type Crew, crewOf } from "./crew.ts";
import { type Result, isSurvivor, lineOf, survivorsOf, tableOf } from "./print.ts";
import { type Mutation, readTables } from "./table.ts";

const ROOT = path.join(import.meta.dirname, "../..");
const AT_ONCE = Math.min(2, availableParallelism());
const TRIAL_WITHIN_MS = 300_000;
const SURVIVE_AT_MOST = 0.05;

const { values } = parseArgs({
  options: {
    /** Parts of files' names, or lines as in store.txt:12, comma-separated. */
    only: { type: "string" },
    /** So many of those that a test has to see. */
    quick: { type: "string" },
    seed: { type: "string", default: "1" },
  },
});

const mutations = sampled(readTables(ROOT, isWanted));
if (mutations.length === 0) throw new Error(`Cannot find a mutation: ${values.only} is in no table`);
const startedAt = Date.now();
const crews = Array.from({ length: AT_ONCE }, () => crewOf(ROOT, TRIAL_WITHIN_MS));
process.on("SIGINT", () => process.exit(130));
process.on("exit", () => crews.forEach(({ end }) => end()));

/** Test files that passed without a mutation, as a file that kills one has to. */
const sound = new Set<string>();

const results = await allOf(mutations, async (mutation, crew): Promise<Result> => {
  const from = Date.now();
  const tried = await crew.run(mutation, mutation.tests);
  const result = { mutation, ...tried, ms: Date.now() - from };
  console.log(lineOf(result));
  if (tried.failure !== null) await holdToBeSound(tried.failure.file, crew);
  return result;
});
const survivors = results.filter(isSurvivor);
const unexplained = survivors.filter(({ mutation }) => mutation.reason === null);
console.log(`\n${tableOf(results)}\n\n${survivorsOf(results)}`);
const share = survivors.length / results.length;
console.log(
  `\n${results.length} mutations, ${survivors.length} survived (${(share * 100).toFixed(1)} %), ${unexplained.length} of them unexplained; ${secondsSince(startedAt)} s`,
);
const isWhole = values.only === undefined && values.quick === undefined;
process.exit(unexplained.length > 0 || (isWhole && share > SURVIVE_AT_MOST) ? 1 : 0);

function isWanted(file: string, at: string): boolean {
  return values.only === undefined || values.only.split(",").some((only) => file.includes(only) || at === only);
}

function sampled(all: readonly Mutation[]): readonly Mutation[] {
  if (values.quick === undefined) return all;
  const random = seededRandom(Number(values.seed));
  const inOrder = all
    .filter(({ reason }) => reason === null)
    .map((mutation) => ({ mutation, place: random() }))
    .toSorted((a, b) => a.place - b.place);
  return inOrder.slice(0, Number(values.quick)).map(({ mutation }) => mutation);
}

async function holdToBeSound(test: string, crew: Crew): Promise<void> {
  if (sound.has(test)) return;
  sound.add(test);
  let { failure } = await crew.run(null, [test]);
  // A busy machine may be too slow once.
  if (failure !== null) ({ failure } = await crew.run(null, [test]));
  if (failure !== null) throw new Error(`Cannot judge by ${test}: without a mutation it fails too: ${failure.title}`);
}

/** Each by whoever is free. */
async function allOf<T, R>(work: readonly T[], run: (one: T, crew: Crew) => Promise<R>): Promise<R[]> {
  const queue = [...work.entries()];
  const done: R[] = [];
  await Promise.all(
    crews.map(async (crew) => {
      for (let next = queue.shift(); next; next = queue.shift()) done[next[0]] = await run(next[1], crew);
    }),
  );
  return done;
}

function secondsSince(instant: number): number {
  return Math.round((Date.now() - instant) / 1000);
}
