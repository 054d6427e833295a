// Many days of the archive under seeded faults: two crons run at once, R2 fails, hangs and loses replies. It ends with
// a ledger.
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { lookUp } from "../../src/archive/index-lookup.ts";
import { archiveOld } from "../../src/archive/move.ts";
import { faultyD1 } from "../fixtures.ts";
import { faultyR2, hang } from "./faulty-r2.ts";
import { DAY_MS, idsInD1, insertRows, settle, vouchedFor } from "./filling.ts";

export interface Ledger {
  readonly stored: number;
  readonly runs: number;
  /** Faults: R2 or D1 failed before doing it; its reply was lost; R2 never answered; the cron was killed. */
  readonly faults: Readonly<Record<Fault, number>>;
  /** In neither, in both, or vouched for more than once. */
  readonly lost: readonly string[];
  readonly both: readonly string[];
  readonly twice: readonly string[];
  /** They are in the archive, but no search finds them. */
  readonly unfindable: readonly string[];
  readonly inD1: number;
  readonly archived: number;
}

export type Fault = "failed" | "lost" | "hung" | "killed";

const FIRST = Date.parse("2026-01-01T00:00:00+09:00");
const HOT_DAYS = 7;
/** Some notifications are finished so late that the others of their day are in the archive already. */
const LATE_DAYS = 10;
const QUIET_RUNS = 40;
const CRONS = 2;
/** The chance of a fault before a call of R2 or D1, and the same after it. */
const CHANCE = 0.06;

export async function live(notifications: number, days: number, seed: number): Promise<Ledger> {
  const random = mulberry(seed);
  const ids: string[] = [];
  const faults = { failed: 0, lost: 0, hung: 0, killed: 0 };
  const perDay = Math.ceil(notifications / days);
  const lastDay = days + HOT_DAYS + LATE_DAYS;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  try {
    for (let day = 0; day < lastDay; day++) {
      const from = FIRST + day * DAY_MS;
      await settle(from - LATE_DAYS * DAY_MS);
      if (day < days) ids.push(...(await storeDay(from, Math.min(perDay, notifications - ids.length), random)));
      const crons = Array.from({ length: CRONS }, (_, cron) =>
        runCron(from + DAY_MS, mulberry(seed * 1_000_003 + day * CRONS + cron), faults),
      );
      await Promise.allSettled(crons);
    }
  } finally {
    vi.useRealTimers();
  }
  const end = FIRST + lastDay * DAY_MS;
  for (let run = 0; run < QUIET_RUNS; run++) await archiveOld({ bucket: env.BUCKET, hotDays: HOT_DAYS }, env.DB, end);
  return judge(ids, { faults, runs: lastDay * CRONS });
}

async function runCron(now: number, random: () => number, faults: Record<Fault, number>): Promise<void> {
  let killed = false;
  /** After that call the killed cron does nothing more. */
  const fault = (where: "before" | "after", mayHang: boolean): void | Promise<void> => {
    const drawn = random() / CHANCE;
    if (!killed && drawn >= 1) return;
    const kind = drawn < 0.3 ? "killed" : drawn < 0.6 && mayHang ? "hung" : where === "before" ? "failed" : "lost";
    if (!killed) faults[kind] += 1;
    killed ||= kind === "killed";
    if (!killed && kind === "hung") return hang();
    throw new Error("a fault of the run");
  };
  const bucket = faultyR2({ before: () => fault("before", true), after: () => fault("after", true) });
  const db = faultyD1(env.DB, { before: () => fault("before", false), after: () => fault("after", false) });
  await archiveOld({ bucket, hotDays: HOT_DAYS }, db, now);
}

/** Most finish; a twentieth stays pending, and finishes when the others of its day are archived. */
async function storeDay(from: number, count: number, random: () => number): Promise<string[]> {
  const rows = Array.from({ length: count }, (_, index) => ({ at: from + index * 1000, isPending: random() < 0.05 }));
  return insertRows(rows);
}

async function judge(ids: readonly string[], counted: Pick<Ledger, "faults" | "runs">): Promise<Ledger> {
  const [d1, vouched] = [new Set(await idsInD1()), await vouchedFor()];
  const archived = new Set(vouched);
  const seen = new Set<string>();
  const twice = vouched.filter((id) => seen.has(id) || !seen.add(id));
  const found = await lookUp(env.BUCKET, env.DB, [...archived]);
  return {
    stored: ids.length,
    ...counted,
    lost: ids.filter((id) => !d1.has(id) && !archived.has(id)),
    both: ids.filter((id) => d1.has(id) && archived.has(id)),
    twice,
    unfindable: [...archived].filter((id) => found.kind !== "found" || found.entries.get(id) === undefined),
    inD1: d1.size,
    archived: archived.size,
  };
}

export function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
