// Three pullers at once, killed at random: they pull, book, report, and remember what they booked.
import { setTimeout as pause } from "node:timers/promises";
import type { Random } from "../simulator/random.ts";
import { type Receiver, call } from "./call.ts";
import type { LifeRecord } from "./life.ts";
import { MARKS } from "./marks.ts";

export const LEASE_MS = 30_000;
const MAX = 10;
const WAIT_SECONDS = 5;
const REPORT_AGAIN_MS = 2000;
const KILLED = 0.01;
const BOOKING_FAILS = 0.08;
const REPORT_LOST = 0.02;

interface Pulled {
  readonly id: string;
  readonly attempt: number;
  readonly shopOrderNo: string | null;
  readonly leaseUntil: string;
}

export interface Pulling extends Receiver {
  readonly random: Random;
  /** The Worker's time. */
  readonly now: () => number;
  readonly fired: Record<string, number>;
  /** One for each notification that was leased. */
  readonly lives: LifeRecord[];
}

/** Pulls until the signal: what kills it, kills it between two notifications or between booking and reporting. */
export async function runPuller(pulling: Pulling): Promise<void> {
  const { signal, random, speed, fired } = pulling;
  while (!signal.aborted) {
    const pulled = await call<{ notifications: readonly Pulled[] }>(pulling, "POST", "pull", {
      max: MAX,
      leaseSeconds: LEASE_MS / 1000,
      waitSeconds: WAIT_SECONDS,
    });
    if (!pulled?.answer) await pause(REPORT_AGAIN_MS / speed);
    for (const one of pulled?.answer?.notifications ?? []) {
      if (await bookAndReport(one, pulling)) continue;
      fired["puller: killed"] = (fired["puller: killed"] ?? 0) + 1;
      // Started anew a little later; what it had leased and not reported comes again.
      await pause((random() * 20_000) / speed);
      break;
    }
  }
}

/** @returns whether the puller lives */
async function bookAndReport(one: Pulled, pulling: Pulling): Promise<boolean> {
  const { random, now, speed, signal } = pulling;
  const leaseUntil = Date.parse(one.leaseUntil);
  const life: LifeRecord = {
    startedAt: leaseUntil - LEASE_MS,
    trips: [],
    calls: [],
    endedAt: null,
    killedAt: null,
    stalledMs: 0,
  };
  const booking = {
    id: one.id,
    attempt: one.attempt,
    startedAt: now(),
    endedAt: null,
    accepted: false,
    answerLost: false,
  };
  // A puller that is late leaves it: the lease protects nothing any more.
  if (booking.startedAt > leaseUntil - LEASE_MS / 3) return true;
  life.calls.push(booking);
  pulling.lives.push(life);
  const end = (alive: boolean) => {
    life.endedAt = now();
    Object.assign(booking, { endedAt: life.endedAt });
    if (!alive) life.killedAt = life.endedAt;
    return alive;
  };
  if (random() < KILLED) return end(false);
  const mark = one.shopOrderNo ?? "";
  const final = mark.startsWith(MARKS.gone);
  booking.accepted = !final && !mark.startsWith(MARKS.never) && random() >= BOOKING_FAILS;
  if (random() < KILLED) return end(false);
  const what = `notifications/${one.id}/${booking.accepted ? "accept" : "fail"}`;
  const report = booking.accepted ? {} : { reason: "not booked", ...(final && { final }) };
  while (now() < leaseUntil && !signal.aborted) {
    const trip = { startedAt: now(), writes: true, committedAt: null as number | null, repliedAt: null };
    life.trips.push(trip);
    if (await reportOnce(what, { attempt: one.attempt, ...report }, pulling)) {
      trip.committedAt = now();
      break;
    }
    await pause(REPORT_AGAIN_MS / speed);
  }
  return end(true);
}

/** @returns whether it was taken */
async function reportOnce(what: string, body: object, pulling: Pulling): Promise<boolean> {
  if (pulling.random() >= REPORT_LOST) return (await call(pulling, "POST", what, body))?.status === 200;
  pulling.fired["puller: report lost"] = (pulling.fired["puller: report lost"] ?? 0) + 1;
  return false;
}
