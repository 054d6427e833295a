// What all runs share: options, stories, and how long they wait for the origin.
import { seededRandom } from "../simulator/random.ts";
import type { Ledger } from "./ledger.ts";
import { type Story, planStories } from "./plan.ts";
import type { Stage } from "./stage.ts";

export interface RunOptions {
  readonly notifications: number;
  readonly seed: number;
  /** How many times as fast as the machine's clock the Worker's runs. */
  readonly speed: number;
  /** After KICC's last sending, until what has not ended counts as lost. */
  readonly patienceMs: number;
  /** Shows the Worker's log of the first notifications that something is wrong with. */
  readonly trace: boolean;
  readonly note: (text: string) => void;
}

const TIMEOUT_MS = 4000;
export const PUSH_LEASE_MS = TIMEOUT_MS + 30_000;
export const PUSH_SETTINGS = { ORIGIN_TIMEOUT_MS: String(TIMEOUT_MS) };
// Some 40 ms of CPU each; faster, a small machine is itself the worst fault.
const PER_SECOND = 15;
// In a shorter run some stretches of faults would not come.
const SHORTEST_MS = 20_000;

/** @param isMixed of all kinds that KICC has, or of `wechat.cancel` alone */
export function storiesOf({ notifications, seed }: RunOptions, isMixed: boolean): Story[] {
  return planStories(notifications, seededRandom(seed), Date.UTC(2026, 0, 14, 3), isMixed);
}

/** For how long, in the machine's time, stories begin. */
export function beginningMs({ notifications }: RunOptions): number {
  return Math.max(SHORTEST_MS, (notifications / PER_SECOND) * 1000);
}

export async function showLogs({ complaints }: Ledger, { ask }: Stage, { trace, note }: RunOptions): Promise<void> {
  if (!trace) return;
  const ids = new Set(complaints.flatMap((text) => text.match(/ntf_[0-9a-f]{32}|\b\d{20}\b/g) ?? []));
  for (const id of [...ids].slice(0, 3)) note(JSON.stringify(await ask(`log?id=${id}`), null, 2));
}
