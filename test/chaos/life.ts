// One invocation of the Worker and its death: a killed one does nothing more, and its caller sees a failure.
import { sleep } from "./clock.ts";
import { type Chance, happens, missed, random } from "./faults.ts";

const TICK_MS = 1000;

export type Door = "receiver" | "consumer" | "cron";

/** A D1 round trip of an invocation; `committedAt` is null where it did not commit. */
interface Trip {
  readonly startedAt: number;
  /** What only reads settles nothing. */
  readonly writes: boolean;
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

/** What the ledger reads of an invocation. */
export interface LifeRecord {
  readonly startedAt: number;
  readonly trips: Trip[];
  readonly calls: Call[];
  endedAt: number | null;
  killedAt: number | null;
  /** The longest that its timers stood still: not a fault of ours, but of a machine that has too much to do. */
  stalledMs: number;
}

export interface Life {
  readonly record: LifeRecord;
  /** Told at each place where this invocation may be killed. Never comes back from the place where it is. */
  readonly reach: () => Promise<void>;
  /** The same for what is not awaited. @returns false when it is dead */
  readonly lives: () => boolean;
  /** Kills it here and now. */
  readonly die: () => Promise<void>;
  /** Kills it at one of its next places, at random. */
  readonly doom: (places: number) => void;
}

/** Of those that called the origin. Records alone: a life that is kept keeps all of its request. */
export const records: LifeRecord[] = [];

let underWay = 0;

/** Whether a consumer or a cron runs. A receiver's caller knows, and one that hangs up takes the invocation with it. */
export function isAnyAlive(): boolean {
  return underWay > 0;
}

/**
 * Runs one invocation; rejects at once where it is killed.
 * @param steps about how many places there are where it may be killed
 */
export async function live<T>(door: Door, steps: number, run: (life: Life) => Promise<T>): Promise<T> {
  const killStep = happens(`killed: ${door}` satisfies Chance) ? 1 + Math.floor(random() * steps) : 0;
  let step = 0;
  let doomed = 0;
  let kill: (error: Error) => void = () => {};
  const killed = new Promise<never>((_resolve, reject) => {
    kill = reject;
  });
  killed.catch(() => {});
  const die = () => {
    record.killedAt ??= Date.now();
    kill(new Error(`Cannot go on: the ${door} was killed`));
  };
  const isLastStep = () => {
    step += 1;
    if (step === killStep || step === doomed) die();
    return record.killedAt !== null;
  };
  const record: LifeRecord = {
    startedAt: Date.now(),
    trips: [],
    calls: [],
    endedAt: null,
    killedAt: null,
    stalledMs: 0,
  };
  const life: Life = {
    record,
    async reach() {
      if (!isLastStep()) return;
      // What the receiver does after its ack keeps its request open: it must end.
      if (door === "receiver") throw new Error("Cannot go on: killed");
      await new Promise<never>(() => {});
    },
    lives: () => !isLastStep(),
    async die() {
      die();
      await new Promise<never>(() => {});
    },
    doom(places) {
      doomed = step + 1 + Math.floor(random() * places);
    },
  };
  let tickedAt = Date.now();
  const tick = () => {
    record.stalledMs = Math.max(record.stalledMs, Date.now() - tickedAt - TICK_MS);
    tickedAt = Date.now();
  };
  if (door === "consumer") void watch(record, tick);
  const counts = door === "receiver" ? 0 : 1;
  underWay += counts;
  try {
    return await Promise.race([run(life), killed]);
  } finally {
    underWay -= counts;
    record.endedAt = Date.now();
    // A machine that awakes may come here before it comes to the tick.
    tick();
    if (record.calls.length > 0) records.push(record);
    // The invocation was over before its last step came.
    if (killStep > 0 && record.killedAt === null) missed(`killed: ${door}`);
  }
}

async function watch(record: LifeRecord, tick: () => void): Promise<void> {
  while (record.endedAt === null) {
    await sleep(TICK_MS);
    tick();
  }
}
