// The clock of the chaos Worker: everything that reads or waits for time runs `speed` times as fast, so that no
// constant of src is changed.
import { env } from "cloudflare:workers";

const machineNow = Date.now.bind(Date);
const machineTimeout = globalThis.setTimeout.bind(globalThis);
const machineSignal = AbortSignal.timeout.bind(AbortSignal);

export const speed = Number((env as unknown as Record<string, unknown>)["CHAOS_SPEED"]);

// Noon in Korea: a run of hours crosses no midnight, around which a message without ids may come twice.
const BEGIN = Date.UTC(2026, 0, 14, 3);
let beganAt = 0;

const leaps: { readonly machineAt: number; readonly ms: number }[] = [];
let heldUntil = 0;

/** The machine's time → the Worker's. */
export function toWorkerTime(machineAt: number): number {
  const leapt = leaps.reduce((sum, leap) => sum + (leap.machineAt <= machineAt ? leap.ms : 0), 0);
  return BEGIN + (machineAt - beganAt) * speed + leapt;
}

/**
 * Puts the Worker's clock forward where nothing happens for hours. While a fault holds something back it stands: what
 * is under way would see a stall that no machine had.
 * @returns whether it leapt
 */
export function leap(ms: number): boolean {
  if (Date.now() < heldUntil) return false;
  leaps.push({ machineAt: machineNow(), ms });
  return true;
}

/** How long the run is under way, in the Worker's time. */
export function elapsed(): number {
  return Date.now() - BEGIN;
}

/** When this isolate's clock was started, in the machine's time. It differs if workerd restarted. */
export function isolateSince(): number {
  return beganAt;
}

/** Called by the first request: outside of one a Worker's clock stands still. */
export function startClock(): void {
  if (beganAt > 0) return;
  beganAt = machineNow();
  Date.now = () => toWorkerTime(machineNow());
  globalThis.setTimeout = ((run: () => void, ms = 0) => machineTimeout(run, ms / speed)) as typeof setTimeout;
  AbortSignal.timeout = (ms) => machineSignal(Math.ceil(ms / speed));
}

/** @param ms of the Worker's time */
export function sleep(ms: number): Promise<void> {
  // Not counted: a request that ended takes its timers with it.
  heldUntil = Math.max(heldUntil, Date.now() + ms);
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
