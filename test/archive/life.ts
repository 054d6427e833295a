// A life of the archive under seeded faults: days pass, crons run two at once, R2 fails, loses replies, hangs; then a ledger.
import { env } from "cloudflare:workers";
import { archiveOld } from "../../src/archive/move.ts";
import { faultyD1 } from "../fixtures.ts";
import { DAY_MS, faultyR2, idsInD1, insertRows, settle, vouchedFor } from "./filling.ts";

export interface Ledger {
  readonly stored: number;
  readonly faults: number;
  readonly runs: number;
  /** In neither, in both, or vouched for more than once. */
  readonly lost: readonly string[];
  readonly both: readonly string[];
  readonly twice: readonly string[];
  readonly inD1: number;
  readonly archived: number;
}

const FIRST = Date.parse("2026-01-01T00:00:00+09:00");
const HOT_DAYS = 7;
/** So late some finish: the others of their day are in the archive by then. */
const LATE_DAYS = 10;
const QUIET_RUNS = 40;

/** Of two crons a simulated day, each call of R2 and D1 fails with this chance, half of them after it was done. */
const FAULTS = 0.06;

export async function live(notifications: number, days: number, seed: number): Promise<Ledger> {
  const random = mulberry(seed);
  const ids: string[] = [];
  let [faults, runs] = [0, 0];
  const perDay = Math.ceil(notifications / days);
  for (let day = 0; day < days + HOT_DAYS + LATE_DAYS; day++) {
    const from = FIRST + day * DAY_MS;
    await settle(from - LATE_DAYS * DAY_MS);
    if (day < days) ids.push(...(await storeDay(from, Math.min(perDay, notifications - ids.length), random)));
    const crons = Array.from({ length: 2 }, () => {
      // A cron that is killed does nothing more from that call on.
      let killed = false;
      const fault = () => {
        const drawn = random();
        if (killed || drawn < FAULTS) {
          faults += killed ? 0 : 1;
          killed ||= drawn < FAULTS / 3;
          throw new Error("a fault of the run");
        }
      };
      const bucket = faultyR2({ before: fault, after: fault });
      runs += 1;
      return archiveOld(
        { bucket, hotDays: HOT_DAYS },
        faultyD1(env.DB, { before: fault, after: fault }),
        from + DAY_MS,
      );
    });
    await Promise.allSettled(crons);
  }
  const end = FIRST + (days + HOT_DAYS + LATE_DAYS) * DAY_MS;
  for (let run = 0; run < QUIET_RUNS; run++) await archiveOld({ bucket: env.BUCKET, hotDays: HOT_DAYS }, env.DB, end);
  return judge(ids, { faults, runs });
}

/** Most finish; a twentieth stays pending, and finishes when the others of its day are archived. */
async function storeDay(from: number, count: number, random: () => number): Promise<string[]> {
  const rows = Array.from({ length: count }, (_, index) => ({ at: from + index * 1000, isPending: random() < 0.05 }));
  return insertRows(rows);
}

async function judge(ids: readonly string[], counted: { faults: number; runs: number }): Promise<Ledger> {
  const [d1, vouched] = [new Set(await idsInD1()), await vouchedFor()];
  const archived = new Set(vouched);
  const seen = new Set<string>();
  const twice = vouched.filter((id) => seen.has(id) || !seen.add(id));
  return {
    stored: ids.length,
    ...counted,
    lost: ids.filter((id) => !d1.has(id) && !archived.has(id)),
    both: ids.filter((id) => d1.has(id) && archived.has(id)),
    twice,
    inD1: d1.size,
    archived: archived.size,
  };
}

function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
