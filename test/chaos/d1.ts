// The real D1 with faults before or after its calls, for one invocation.
import { D1_FULL, faultyD1 } from "../fixtures.ts";
import { sleep } from "./clock.ts";
import { between, happens, isAway, random } from "./faults.ts";
import type { Life } from "./life.ts";

const LOST = "D1_ERROR: Network connection lost.";
const OVERLOADED = "D1_ERROR: D1 DB is overloaded. Requests queued for too long.";
const HANGS_MS = 60_000;
// Longer than the receiver, the claim and a settling wait; at times longer than a lease.
const LATE_MS = [2000, 45_000] as const;

export function troubledD1(db: D1Database, life: Life, waitUntil: (work: Promise<unknown>) => void): D1Database {
  return faultyD1(db, {
    async before(_number, writes) {
      life.record.trips.push({ startedAt: Date.now(), writes, committedAt: null, repliedAt: null });
      await life.reach();
      if (writes && isAway("d1: only reads")) throw new Error(D1_FULL);
      const away = isAway("d1: away");
      if (away !== null && away.manner < 0.6) throw new Error(random() < 0.5 ? LOST : OVERLOADED);
      if (away !== null || happens("d1: hangs")) {
        await sleep(HANGS_MS);
        throw new Error(LOST);
      }
      if (happens("d1: fails before committing")) throw new Error(random() < 0.5 ? LOST : OVERLOADED);
      if (happens("d1: commits late")) {
        const ms = between(...LATE_MS);
        waitUntil(sleep(ms + 1000));
        await sleep(ms);
      }
    },
    async after(number) {
      const trip = life.record.trips[number - 1];
      if (trip) trip.committedAt = Date.now();
      if (happens("d1: commits, reply lost")) throw new Error(LOST);
      await life.reach();
      if (trip) trip.repliedAt = Date.now();
    },
  });
}
