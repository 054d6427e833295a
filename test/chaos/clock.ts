// The chaos Worker's clock: all that tells or waits for time runs `speed` times as fast, so no constant of src is touched.
import { env } from "cloudflare:workers";

const machineNow = Date.now.bind(Date);
const machineTimeout = globalThis.setTimeout.bind(globalThis);
const machineSignal = AbortSignal.timeout.bind(AbortSignal);

export const speed = Number((env as unknown as Record<string, unknown>)["CHAOS_SPEED"]);

// Noon in Korea: a run of hours crosses no midnight, around which a message without ids may come twice.
const BEGIN = Date.UTC(2026, 0, 14, 3);
let beganAt = 0;

/** The machine's time → the Worker's. */
export function toWorkerTime(machineAt: number): number {
  return BEGIN + (machineAt - beganAt) * speed;
}

/** How long the run is under way, in the Worker's time. */
export function elapsed(): number {
  return Date.now() - BEGIN;
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
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
