// Judges the announced cancellations: each success at the origin once, each settled, none asked about twice at once.
// Pure.
import type { LedgerRow } from "./control.ts";
import type { Query } from "./find.ts";
import { type Wanted, successesAmong } from "./judge.ts";
import type { Comparable } from "./kicc.ts";
import type { Case } from "./losing.ts";
import type { Shown } from "./merchant.ts";
import { succeeds } from "./res-cd.ts";

/** One case at its end. */
export interface Ended {
  readonly one: Case;
  readonly told: Comparable;
  /** Whether the receiver answered the announcement with 200. */
  readonly isAnnounced: boolean;
  /** As the API shows it; null where it knows none. */
  readonly shown: Shown | null;
}

type Outcome = Readonly<Record<"lost" | "wrong", readonly string[]>>;

/** All that came of a case, by whatever way: under its cancelPgCno, by its reference alone, or by the bodies. */
export function rowsOfCase(rows: readonly LedgerRow[]): (told: Comparable) => readonly LedgerRow[] {
  const byId = Map.groupBy(rows, ({ cancelPgCno }) => cancelPgCno);
  const nameless = byId.get(null) ?? [];
  const byReference = Map.groupBy(nameless, ({ reference }) => reference);
  const byBody = Map.groupBy(nameless, ({ body }) => body);
  return ({ story, reference = null }) => [
    ...(byId.get(story.cancellation.cancelPgCno) ?? []),
    ...new Set([
      ...((reference !== null && byReference.get(reference)) || []),
      ...story.bodies.flatMap((body) => byBody.get(Buffer.from(body).toString("base64")) ?? []),
    ]),
  ];
}

const ENDS: Readonly<Record<string, string>> = {
  foreign: "0000 held foreign",
  gone: "0000 dead gone",
  never: "0000 dead exhausted",
};
const FAILURE = /^(?:W901|9999) delivered$/;
// Also where the success was there first.
const FAILURE_BESIDE_SUCCESS = /^(?:W901|9999) (?:delivered|held superseded|held contradicts)$/;

/** How the rows of a case must end, whatever of it was lost: what came of a lost notification is KICC's word, if any. */
export function wantedOf({ story, find }: Case, acked: readonly boolean[]): Wanted {
  const arrived = story.bodies.filter((_, index) => acked[index] === true);
  const successes = arrived.filter(succeeds).length;
  const failures = arrived.length - successes;
  const isSuccess = successes > 0 || find.afterMs < Number.POSITIVE_INFINITY;
  const end = ENDS[story.kind] ?? "0000 delivered";
  return (rows) => {
    const failed = rows.filter((row) => !row.startsWith("0000"));
    const conflicts = rows.filter((row) => row === "0000 held conflict").length;
    const wanted = isSuccess ? FAILURE_BESIDE_SUCCESS : FAILURE;
    return (
      rows.filter((row) => row === end).length === (isSuccess ? 1 : 0) &&
      // After KICC's own word another amount is a receipt.
      conflicts <= (story.kind === "two amounts" && successes === 2 ? 1 : 0) &&
      failed.length === failures &&
      failed.every((row) => wanted.test(row)) &&
      rows.length === (isSuccess ? 1 : 0) + conflicts + failures
    );
  };
}

/** What is said of one announced cancellation, over all its notifications. */
export function outcomeOf(
  { one, told, isAnnounced, shown }: Ended,
  rows: readonly LedgerRow[],
  acceptances: (id: string) => number,
): Outcome {
  const { cancelPgCno } = one.story.cancellation;
  const isRefused = one.story.kind === "gone" || one.story.kind === "never";
  const hasSucceeded =
    one.find.afterMs < Number.POSITIVE_INFINITY ||
    one.story.bodies.some((body, index) => succeeds(body) && told.acked[index] === true);
  const successes = successesAmong(rows, acceptances);
  const isLost = hasSucceeded && !isRefused && successes.length === 0;
  const wrong = [
    ...(isAnnounced ? [] : ["its announcement was not taken"]),
    ...(isLost ? [] : stateComplaints(one, hasSucceeded, shown, rows)),
  ];
  const named = (text: string) => `${cancelPgCno} (${one.story.kind}): ${text}`;
  const answers = JSON.stringify(shown?.history.map(({ at, status, text }) => [at, status, text]));
  return {
    lost: isLost ? [named(`announced, and never at the origin: KICC answered ${answers}`)] : [],
    wrong: wrong.map(named),
  };
}

function stateComplaints(
  { announced }: Case,
  hasSucceeded: boolean,
  shown: Shown | null,
  rows: readonly LedgerRow[],
): string[] {
  // One without cancelPgCno and reference cannot be tied to it.
  const isTied = ({ cancelPgCno, reference }: LedgerRow) =>
    cancelPgCno !== null || (reference !== null && reference === announced?.reference);
  const by = rows.find(({ id }) => id === shown?.notificationId);
  const settled = by?.source === "status-api" ? "reconciled" : "notified";
  const state = hasSucceeded ? settled : rows.some(isTied) ? "failed" : "unresolved";
  return [
    ...(shown?.state === state ? [] : [`is ${shown?.state}, and should be ${state}`]),
    ...(hasSucceeded && by === undefined ? [`is settled by ${shown?.notificationId}, which is none of its own`] : []),
  ];
}

/** Two queries at once for one cancellation. */
export function overlapsOf(queries: readonly Query[]): string[] {
  const byId = Map.groupBy(
    queries.toSorted((one, other) => one.startedAt - other.startedAt),
    ({ cancelPgCno }) => cancelPgCno,
  );
  return [...byId].flatMap(([cancelPgCno, ofOne]) =>
    ofOne.flatMap((query, index) =>
      ofOne
        .slice(index + 1)
        .filter(({ startedAt }) => startedAt < query.endedAt)
        .map(({ startedAt }) => `${cancelPgCno}: asked about twice at once, ${startedAt - query.startedAt} ms apart`),
    ),
  );
}
