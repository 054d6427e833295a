// One invocation of the Worker, and its death: a killed one does nothing more, and its caller sees it fail.
import { type Chance, count, fired, happens, random } from "./faults.ts";

export type Door = "receiver" | "consumer" | "cron";

/** A D1 round trip of an invocation; `committedAt` is null where it did not commit. */
interface Trip {
  readonly startedAt: number;
  committedAt: number | null;
  /** null where it did not, or not in time. */
  repliedAt: number | null;
}

/** One call of the origin. Instants are of the Worker's time. */
export interface Call {
  readonly id: string;
  readonly attempt: number;
  readonly startedAt: number;
  endedAt: number | null;
  accepted: boolean;
  /** The origin accepted, and its answer did not come back in time. */
  answerLost: boolean;
}

export interface Life {
  readonly number: number;
  readonly startedAt: number;
  readonly door: Door;
  readonly trips: Trip[];
  readonly calls: Call[];
  endedAt: number | null;
  killedAt: number | null;
  /** Told at each place where this invocation may be killed. Never comes back from the place where it is. */
  readonly reach: () => Promise<void>;
  /** The same for what is not awaited. @returns false when it is dead */
  readonly lives: () => boolean;
}

export const lives: Life[] = [];

/**
 * Runs one invocation; rejects at once where it is killed.
 * @param steps about how many places there are where it may be killed
 */
export async function live<T>(door: Door, steps: number, run: (life: Life) => Promise<T>): Promise<T> {
  const killStep = happens(`killed: ${door}` satisfies Chance) ? 1 + Math.floor(random() * steps) : 0;
  let step = 0;
  let kill: (error: Error) => void = () => {};
  const killed = new Promise<never>((_resolve, reject) => {
    kill = reject;
  });
  killed.catch(() => {});
  const isLastStep = () => {
    step += 1;
    if (step === killStep) {
      life.killedAt = Date.now();
      kill(new Error(`Cannot go on: the ${door} was killed`));
    }
    return life.killedAt !== null;
  };
  const life: Life = {
    number: lives.length,
    startedAt: Date.now(),
    door,
    trips: [],
    calls: [],
    endedAt: null,
    killedAt: null,
    async reach() {
      if (!isLastStep()) return;
      // What the receiver does after its ack keeps its request open: it must end.
      if (door === "receiver") throw new Error("Cannot go on: killed");
      await new Promise<never>(() => {});
    },
    lives: () => !isLastStep(),
  };
  lives.push(life);
  try {
    return await Promise.race([run(life), killed]);
  } finally {
    life.endedAt = Date.now();
    // The invocation was over before its last step came.
    if (killStep > 0 && life.killedAt === null) fired[`killed: ${door}`] = (fired[`killed: ${door}`] ?? 0) - 1;
    if (life.killedAt !== null && life.calls.some((call) => call.accepted && !isSettled(life, call))) {
      count("killed: between acceptance and settling");
    }
  }
}

/** In the consumer the only round trip that begins after an acceptance is the one that settles it. */
export function isSettled(life: Life, call: Call): boolean {
  return life.trips.some((trip) => trip.startedAt >= call.startedAt && trip.committedAt !== null);
}
