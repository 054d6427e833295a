// Judges a run: what must be in D1 and at the origin for each story, and whether each double delivery has an excuse.
// Pure.
import type { LedgerRow } from "./control.ts";
import type { Comparable } from "./kicc.ts";
import type { Call, LifeRecord } from "./life.ts";
import type { Kind, Story } from "./plan.ts";
import { resCdOf } from "./res-cd.ts";
import { WEAK_MS } from "../../src/rules/judge.ts";

/**
 * (a) the answer was lost, (b) killed before it settled, (c) D1 away until the lease ran out. A machine with too much to
 * do may itself stall for longer than a timeout or a lease: that is told apart and excuses nothing, for such a run says
 * nothing of the receiver.
 */
export type Excuse =
  | "answer lost"
  | "this machine stalled"
  | "killed before settling"
  | "D1 away until the lease ran out"
  | "none";

const SUCCESS = "0000";

/** The stand-in's good answers take 300 ms at most. */
const SLOW_MS = 1000;
const STALLED_MS = 10_000;

/** The attempts that a row's history calls failed for want of an answer. */
export function lateAttempts({ history }: LedgerRow): Set<number> {
  const attempts = JSON.parse(history) as readonly { readonly number: number; readonly error: string | null }[];
  return new Set(attempts.filter(({ error }) => / answer in \d+ ms/.test(error ?? "")).map(({ number }) => number));
}

export interface Delivered extends Call {
  readonly life: LifeRecord;
}

export function callsById(lives: readonly LifeRecord[]): Map<string, Delivered[]> {
  const byId = new Map<string, Delivered[]>();
  const calls = lives.flatMap((life) => life.calls.map((call) => ({ ...call, life })));
  for (const call of calls.toSorted((one, other) => one.startedAt - other.startedAt)) {
    byId.set(call.id, [...(byId.get(call.id) ?? []), call]);
  }
  return byId;
}

/**
 * For each acceptance but the last: why there was another one.
 * @param late the attempts that D1's history says had no answer in time
 */
export function excusesOf(calls: readonly Delivered[], leaseMs: number, late: ReadonlySet<number>): Excuse[] {
  const accepted = calls.filter((call) => call.accepted);
  return accepted.slice(0, -1).map((call, index) => {
    const next = accepted[index + 1];
    if (call.answerLost) return "answer lost";
    if (late.has(call.attempt) && (call.endedAt ?? 0) - call.startedAt > SLOW_MS) return "this machine stalled";
    const leaseUntil = call.life.startedAt + leaseMs;
    if (next === undefined || next.startedAt < leaseUntil) return "none";
    const settling = call.life.trips.filter(({ startedAt, writes }) => writes && startedAt >= call.startedAt);
    if (settling.some(({ committedAt }) => committedAt !== null && committedAt < leaseUntil)) return "none";
    if (call.life.killedAt !== null) return "killed before settling";
    if (call.life.stalledMs > STALLED_MS) return "this machine stalled";
    return settling.length > 1 ? "D1 away until the lease ran out" : "none";
  });
}

/** What must never be seen at the origin: two calls for one id at once within a lease, one attempt made twice. */
export function breachesOf(calls: readonly Delivered[], leaseMs: number): string[] {
  return calls.flatMap((call, index) =>
    calls.slice(index + 1).flatMap((later) => {
      const endedAt = call.endedAt ?? call.life.killedAt ?? call.life.endedAt ?? Number.POSITIVE_INFINITY;
      const leased = later.startedAt < Math.min(endedAt, call.life.startedAt + leaseMs);
      const name = `${call.id} attempts ${call.attempt} and ${later.attempt}`;
      return [
        ...(leased ? [`${name}: delivered by two at once`] : []),
        ...(later.attempt <= call.attempt ? [`${name}: counted wrongly`] : []),
      ];
    }),
  );
}

/** Stories of two events, each with a success of its own. */
const TWO_EVENTS: ReadonlySet<Kind> = new Set([
  "two in one second",
  "deposited, then taken back",
  "two parts",
  "two states",
]);

/** Told how each row ended, as in "0000 held conflict": "0000" is what goes its way, whatever its kind calls it. */
export type Wanted = (rows: readonly string[]) => boolean;

const only =
  (...wanted: string[]): Wanted =>
  (rows) =>
    rows.length === 1 && wanted.includes(rows[0] ?? "");

// The failure may reach D1 after the success although KICC sent it before, where D1 was away and the queue had it.
const successAndFailure: Wanted = (rows) =>
  rows.length === 2 &&
  rows.includes("0000 delivered") &&
  rows.some((row) => ["W901 delivered", "W901 held superseded", "W901 held contradicts"].includes(row));

const both: Wanted = (rows) => rows.join() === "0000 delivered,0000 delivered";
const conflict: Wanted = (rows) => rows.toSorted().join() === "0000 delivered,0000 held conflict";

const WANTED: Readonly<Record<Kind, Wanted>> = {
  plain: only("0000 delivered"),
  odd: only("0000 delivered", "9999 delivered"),
  failed: only("W901 delivered"),
  "failed, then succeeded": successAndFailure,
  "succeeded, then failed": successAndFailure,
  "with and without amount": only("0000 delivered"),
  "two amounts": conflict,
  // Whichever D1 had first goes its way.
  "two results": (rows) =>
    ["0000 delivered,W901 held conflict", "0000 held conflict,W901 delivered"].includes(rows.toSorted().join()),
  form: only("0000 delivered"),
  "form in EUC-KR": only("0000 delivered"),
  "in both dialects": only("0000 delivered"),
  "two in one second": both,
  "deposited, then taken back": both,
  "two parts": both,
  "two states": both,
  foreign: only("0000 held foreign"),
  "32 at once": only("0000 delivered"),
  gone: only("0000 dead gone"),
  never: only("0000 dead exhausted"),
};

export interface Verdict {
  readonly lost: readonly string[];
  readonly wrong: readonly string[];
}

/**
 * Lost is what was acked and is in no row that ended, or is in one called delivered that the origin never accepted.
 * Wrong is what ended otherwise than it must.
 */
export function verdictOf(
  { story, acked, wanted = WANTED[story.kind] }: Comparable,
  rows: readonly LedgerRow[],
  acceptances: (id: string) => number,
): Verdict {
  const code = (row: LedgerRow) => (codeOf(row) === story.resCd ? SUCCESS : codeOf(row));
  const events = withoutRepeats(rows);
  const ends = events.map((row) => [code(row), row.state, row.reason].filter((part) => part !== null).join(" "));
  const others = rows.filter((row) => row.kind !== kindOf(row, story));
  const lost = [
    ...(acked.some(Boolean) && rows.length === 0 ? ["acked and not in D1"] : []),
    ...rows.filter(({ state }) => state === "pending").map(({ id }) => `${id}: still pending`),
    ...rows
      .filter(({ id, state }) => state === "delivered" && acceptances(id) === 0)
      .map(({ id }) => `${id}: never accepted`),
  ];
  const successes = successesAmong(events, acceptances);
  const wrong = [
    ...(lost.length === 0 && acked.every(Boolean) && !wanted(ends) ? [`ended ${ends.join(", ")}`] : []),
    ...others.map(({ kind }) => `was taken for ${kind}`),
    ...(successes.length > (TWO_EVENTS.has(story.kind) ? 2 : 1) ? ["a success of one event was delivered twice"] : []),
  ];
  const named = (text: string) => `${story.ofs[0]} ${story.kind}: ${text} (${rows.map(({ id }) => id).join(", ")})`;
  return { lost: lost.map(named), wrong: wrong.map(named) };
}

/**
 * A failed transfer (51) has no id or date of its own: what comes more than 45 min after the one before is another notification
 * (contract 3.2). A series that a person starts anew in KICC's admin is longer than that.
 */
function withoutRepeats(rows: readonly LedgerRow[]): LedgerRow[] {
  const inOrder = rows.toSorted((one, other) => one.receivedAt - other.receivedAt);
  return inOrder.filter(({ kind, receivedAt }, at) => {
    const before = inOrder[at - 1];
    return kind !== "online.transfer-failed" || before === undefined || receivedAt - before.receivedAt <= WEAK_MS;
  });
}

/** Those that the origin accepted: of one event one at the most. */
export function successesAmong(rows: readonly LedgerRow[], acceptances: (id: string) => number): LedgerRow[] {
  return rows.filter((row) => codeOf(row) === SUCCESS && acceptances(row.id) > 0);
}

/** Of two events each is of its own kind, whatever else they share. What KICC said when it was asked has no body of a story. */
function kindOf({ body }: LedgerRow, { bodies, ofs }: Story): string {
  const at = bodies.findIndex((sent) => Buffer.from(sent).toString("base64") === body);
  return ofs[Math.max(0, at)] ?? "none";
}

function codeOf({ body }: LedgerRow): string {
  return resCdOf(Buffer.from(body, "base64"));
}
