// The faults, when each happens, and how often it did. Draws are seeded; what they hit depends on the event loop.
import { env } from "cloudflare:workers";
import { seededRandom } from "../simulator/random.ts";
import { elapsed } from "./clock.ts";

const settings = env as unknown as Record<string, string>;
export const random = seededRandom(Number(settings["CHAOS_SEED"]));

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Chances of each fault, at each occasion for it. */
const CHANCES = {
  "d1: fails before committing": 0.008,
  "d1: commits, reply lost": 0.012,
  "d1: hangs": 0.002,
  "d1: commits late": 0.002,
  "queue: send fails": 0.03,
  "queue: sent, reply lost": 0.02,
  "queue: message twice": 0.03,
  "queue: message late": 0.03,
  "queue: message early": 0.1,
  "killed: consumer": 0.03,
  "killed: between acceptance and settling": 0.005,
  "killed: receiver": 0.005,
  "killed: cron": 0.1,
  "origin: 500": 0.04,
  "origin: 5001 in 200": 0.03,
  "origin: reset": 0.03,
  "origin: hangs": 0.015,
  "origin: accepts, answer lost": 0.03,
  "origin: 429 or 503, Retry-After": 0.02,
} as const;

/** The same of KICC's find, in the runs where it is there to be asked. */
const FIND_CHANCES = {
  "find: slow": 0.1,
  "find: hangs": 0.03,
  "find: 500": 0.06,
  "find: reset": 0.06,
  "find: broken JSON": 0.05,
  "find: resCd error": 0.05,
  "find: EUC-KR": 0.1,
  "find: answered, then killed": 0.02,
} as const;

/** Stretches: the wait before each, and how long it lasts. */
const STRETCHES = {
  "d1: away": { gap: [40 * SECOND, 4 * MINUTE], length: [20 * SECOND, 90 * SECOND] },
  "queue: away": { gap: [30 * SECOND, 4 * MINUTE], length: [15 * SECOND, 60 * SECOND] },
  "origin: away": { gap: [60 * SECOND, 6 * MINUTE], length: [60 * SECOND, 150 * SECOND] },
  "d1: only reads": { gap: [40 * SECOND, 4 * MINUTE], length: [20 * SECOND, 90 * SECOND] },
} as const;

/** What follows from others, or from what is sent. */
const CONSEQUENCES = ["queue: gave a message up", "origin: 410"] as const;

export type Chance = keyof typeof CHANCES | keyof typeof FIND_CHANCES;
export type Stretch = keyof typeof STRETCHES;
export type Fault = Chance | Stretch | (typeof CONSEQUENCES)[number];

const finds = "KICC_API_URL" in settings ? Object.keys(FIND_CHANCES) : [];

export const fired: Record<string, number> = Object.fromEntries(
  [...Object.keys(CHANCES), ...finds, ...Object.keys(STRETCHES), ...CONSEQUENCES].map((fault) => [fault, 0]),
);

let resting = settings["CHAOS_FAULTS"] === "none";

/** No more faults of chance, as in the scenarios that set their own. */
export function rest(value: boolean): void {
  resting = value;
}

export function count(fault: Fault): void {
  fired[fault] = (fired[fault] ?? 0) + 1;
}

/** The occasion at which each fires whatever the chances, so that a short run has all. */
const owed = new Map<string, number>([
  ...Object.keys(CHANCES).map((fault) => [fault, Math.floor((fault === "killed: cron" ? 4 : 60) * random())] as const),
  // One after the other: a query meets one of most.
  ...finds.map((fault, index) => [fault, index] as const),
]);

export function happens(fault: Chance): boolean {
  if (resting) return false;
  const left = owed.get(fault) ?? -1;
  owed.set(fault, left - 1);
  // Drawn each time, so that one fault's luck leaves the others' alone.
  const drawn = random() < { ...CHANCES, ...FIND_CHANCES }[fault];
  if (!drawn && left !== 0) return false;
  count(fault);
  return true;
}

/** What was to happen did not: the occasion was over before. Unless it has happened before, it does at the next one. */
export function missed(fault: Chance): void {
  fired[fault] = (fired[fault] ?? 0) - 1;
  if (fired[fault] === 0) owed.set(fault, 0);
}

export function between(least: number, most: number): number {
  return least + random() * (most - least);
}

interface Away {
  readonly from: number;
  readonly to: number;
  /** How it is away, 0 ≤ manner < 1. */
  readonly manner: number;
}

// Later ones would only wait for KICC's last resends, which are hours apart.
const TROUBLED_MS = Number(settings["CHAOS_TROUBLED_MINUTES"]) * MINUTE;
const away = Object.fromEntries(
  Object.entries(STRETCHES).map(([name, { gap, length }]) => {
    const stretches: Away[] = [];
    for (let at = gap[0] * (1 + random()); at < TROUBLED_MS;) {
      const to = at + between(...length);
      stretches.push({ from: at, to, manner: random() });
      at = to + between(...gap);
    }
    return [name, stretches];
  }),
) as Record<Stretch, Away[]>;
// Each second time that D1 is away, so is the queue: both down, and KICC is told to send again.
away["queue: away"].push(...away["d1: away"].filter((_, index) => index % 2 === 1));

/** The stretch under way now; it is counted for each call that meets it. */
export function isAway(stretch: Stretch): Away | null {
  if (resting) return forced.has(stretch) ? { from: 0, to: 0, manner: 0 } : null;
  const at = elapsed();
  const found = away[stretch].find(({ from, to }) => from <= at && at < to) ?? null;
  if (found) count(stretch);
  return found;
}

const forced = new Set<Stretch>();

/** A scenario's own stretch, until it is ended. */
export function force(stretch: Stretch, value: boolean): void {
  if (value) forced.add(stretch);
  else forced.delete(stretch);
}
