// The ledger of a run: its figures, what is wrong with them, and the table in LEDGER.md.
import { type Excuse, breachesOf, callsById, excusesOf, lateAttempts, verdictOf } from "./judge.ts";
import type { LedgerRow } from "./control.ts";
import type { Sent, Comparable } from "./kicc.ts";
import type { Happened } from "./stage.ts";

/** What came of the notifications of one kind. */
export type OfKind = Readonly<Record<(typeof COLUMNS)[number], number>>;
const COLUMNS = ["told", "acked", "stored", "delivered", "dead", "held", "doubled", "unexcused", "lost"] as const;

export interface Ledger {
  readonly figures: Readonly<Record<string, number>>;
  readonly kinds: Readonly<Record<string, OfKind>>;
  readonly doubled: Readonly<Record<Excuse, number>>;
  readonly ends: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  /** Empty where the run is good. */
  readonly complaints: readonly string[];
}

export interface Run {
  readonly told: readonly Comparable[];
  readonly sent: Sent;
  readonly rows: readonly LedgerRow[];
  readonly happened: Happened;
  readonly leaseMs: number;
  /** What came of a story: the rows with its bodies unless told. */
  readonly rowsOf?: (told: Comparable) => readonly LedgerRow[];
}

export function rowsByBody(rows: readonly LedgerRow[]): (told: Comparable) => readonly LedgerRow[] {
  const byBody = Map.groupBy(rows, ({ body }) => body);
  return ({ story }) => story.bodies.flatMap((body) => byBody.get(Buffer.from(body).toString("base64")) ?? []);
}

export function acceptancesOf({ lives }: Pick<Happened, "lives">): (id: string) => number {
  const accepted = lives.flatMap(({ calls }) => calls.filter((call) => call.accepted));
  const byId = Map.groupBy(accepted, ({ id }) => id);
  return (id) => byId.get(id)?.length ?? 0;
}

export function ledgerOf({ told, sent, rows, happened, leaseMs, rowsOf = rowsByBody(rows) }: Run): Ledger {
  const calls = callsById(happened.lives);
  const acceptances = acceptancesOf(happened);
  const verdicts = told.map((one) => verdictOf(one, rowsOf(one), acceptances));
  const lost = verdicts.flatMap((verdict) => verdict.lost);
  const wrong = verdicts.flatMap((verdict) => verdict.wrong);
  const doubled: Record<Excuse, number> = {
    "answer lost": 0,
    "this machine stalled": 0,
    "killed before settling": 0,
    "D1 away until the lease ran out": 0,
    none: 0,
  };
  const breaches: string[] = [];
  const late = new Map(rows.map((row) => [row.id, lateAttempts(row)]));
  const count = countByKind();
  told.forEach(({ story, acked }, at) => {
    for (const [body, of] of story.ofs.entries()) {
      if (body >= story.bodies.length) continue;
      count(of, "told");
      if (acked[body] === true) count(of, "acked");
    }
    count(story.ofs[0] ?? "none", "lost", verdicts[at]?.lost.length);
  });
  for (const { kind, state } of rows) {
    count(kind, "stored");
    if (state === "delivered" || state === "dead" || state === "held") count(kind, state);
  }
  const kindById = new Map(rows.map(({ id, kind }) => [id, kind]));
  for (const [id, ofOne] of calls) {
    for (const excuse of excusesOf(ofOne, leaseMs, late.get(id) ?? new Set())) {
      doubled[excuse] += 1;
      count(kindById.get(id) ?? "none", excuse === "none" ? "unexcused" : "doubled");
      if (excuse === "none") breaches.push(`${id}: delivered more than once without an excuse`);
      if (excuse === "this machine stalled") breaches.push(`${id}: this machine stalled, run it again on a quiet one`);
    }
    breaches.push(...breachesOf(ofOne, leaseMs));
  }
  const silent = Object.entries(happened.fired).filter(([, times]) => times <= 0);
  return {
    figures: {
      notifications: told.reduce((sum, { story }) => sum + story.bodies.length, 0),
      sent: sent.sendings,
      resends: sent.resends,
      acked: told.reduce((sum, { acked }) => sum + acked.filter(Boolean).length, 0),
      stored: rows.length,
      attempts: [...calls.values()].reduce((sum, { length }) => sum + length, 0),
      accepted: [...calls.keys()].reduce((sum, id) => sum + acceptances(id), 0),
      delivered: rows.filter(({ state }) => state === "delivered").length,
      "delivered more than once": [...calls.keys()].filter((id) => acceptances(id) > 1).length,
      lost: lost.length,
      "ended otherwise than they must": wrong.length,
      "acked in text, as forms are": sent.ackedInText,
      "series started anew in KICC's admin": sent.pressedInAdmin,
      "slowest ack, as KICC saw it, ms": Math.round(sent.slowestAckMs),
      "slowest ack inside the Worker, ms": Math.round(happened.slowestAckMs),
    },
    kinds: count.all,
    doubled,
    ends: countBy(rows.map(({ state, reason }) => (reason === null ? state : `${state}: ${reason}`))),
    faults: { ...happened.fired, "kicc: sending or ack lost": sent.lostOnTheWay },
    complaints: [
      ...lost.map((text) => `lost: ${text}`),
      ...wrong.map((text) => `wrong end: ${text}`),
      ...breaches,
      ...silent.map(([fault]) => `never fired: ${fault}`),
    ],
  };
}

/** Whether nothing is left to wait for. A message may still be in the queue alone: then its row is missing beside another of its story. */
export function hasAllEnded({ figures }: Ledger): boolean {
  return figures["lost"] === 0 && figures["ended otherwise than they must"] === 0;
}

/** A run that is bad for no other reason than that this machine stalled says nothing of the receiver. */
export function tellsOfMachineAlone({ figures, doubled }: Ledger): boolean {
  return doubled["this machine stalled"] > 0 && doubled.none === 0 && figures["lost"] === 0;
}

/** Of the parts of a run: figures are added up, but for the slowest ack; a fault that fired in any part fired. */
export function addUp(parts: readonly Ledger[]): Ledger {
  const sums = (figures: (ledger: Ledger) => Readonly<Record<string, number>>) => {
    const sum: Record<string, number> = {};
    for (const [name, value] of parts.flatMap((part) => Object.entries(figures(part)))) {
      sum[name] = name.startsWith("slowest") ? Math.max(sum[name] ?? 0, value) : (sum[name] ?? 0) + value;
    }
    return sum;
  };
  const faults = sums((part) => part.faults);
  const fired = (complaint: string) => (faults[complaint.replace(/^never fired: /, "")] ?? 0) > 0;
  return {
    figures: sums(({ figures }) => figures),
    kinds: kindsOf(parts),
    doubled: sums(({ doubled }) => doubled) as Record<Excuse, number>,
    ends: sums(({ ends }) => ends),
    faults,
    complaints: [...new Set(parts.flatMap(({ complaints }) => complaints))].filter((complaint) => !fired(complaint)),
  };
}

interface CountByKind {
  (kind: string, column: keyof OfKind, by?: number): void;
  readonly all: Readonly<Record<string, OfKind>>;
}

function countByKind(): CountByKind {
  const all: Record<string, Record<keyof OfKind, number>> = {};
  const count = (kind: string, column: keyof OfKind, by = 1) => {
    const row = (all[kind] ??= Object.fromEntries(COLUMNS.map((name) => [name, 0])) as Record<keyof OfKind, number>);
    row[column] += by;
  };
  return Object.assign(count, { all });
}

function kindsOf(parts: readonly Ledger[]): Ledger["kinds"] {
  const count = countByKind();
  for (const [kind, row] of parts.flatMap((part) => Object.entries(part.kinds))) {
    for (const column of COLUMNS) count(kind, column, row[column]);
  }
  return count.all;
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

export function printLedger({ figures, kinds, doubled, ends, faults, complaints }: Ledger): void {
  const table = (title: string, lines: Readonly<Record<string, number>>) => {
    console.log(`\n${title}`);
    for (const [name, value] of Object.entries(lines)) {
      console.log(`  ${name.padEnd(44)} ${value.toLocaleString("en").padStart(9)}`);
    }
  };
  const { none, ...excused } = doubled;
  table("Ledger", figures);
  console.log(`\n${"By kind".padEnd(25)}${COLUMNS.map((name) => name.padStart(11)).join("")}`);
  for (const [kind, row] of Object.entries(kinds).toSorted(([one], [other]) => one.localeCompare(other))) {
    const cells = COLUMNS.map((name) => row[name].toLocaleString("en").padStart(11));
    console.log(`  ${kind.padEnd(23)}${cells.join("")}`);
  }
  table("Acceptances after the first, and why", { ...excused, unexcused: none });
  table("Ends in D1", ends);
  table("Faults that fired", faults);
  console.log(complaints.length === 0 ? "\nGood: nothing lost, nothing doubled." : `\nBad: ${complaints.length}`);
  for (const complaint of complaints.slice(0, 40)) console.log(`  ${complaint}`);
}
