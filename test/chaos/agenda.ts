// The waits of the harness in the Worker's time. When the Worker's clock leaps, they end that much sooner.

export interface Agenda {
  /** Work under way, of which the waits below are part. */
  readonly run: <T>(work: () => Promise<T>) => Promise<T>;
  readonly sleep: (ms: number) => Promise<void>;
  /** Waits for what the Worker alone brings about. */
  readonly when: (event: Promise<unknown>) => Promise<void>;
  /** Whether all work waits, and none is left. */
  readonly isIdle: () => boolean;
  readonly isDone: () => boolean;
  /** How long until the next one sleeps no more; infinite where none sleeps. */
  readonly nextInMs: () => number;
  readonly leap: (ms: number) => void;
  /** Nobody wakes any more. */
  readonly close: () => void;
}

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
  timer: ReturnType<typeof setTimeout>;
}

export function openAgenda(speed: number): Agenda {
  const sleepers = new Set<Sleeper>();
  let [leapt, running, expecting] = [0, 0, 0];
  const now = () => Date.now() * speed + leapt;
  return {
    async run(work) {
      running += 1;
      const result = await work();
      running -= 1;
      return result;
    },
    async sleep(ms) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          sleepers.delete(sleeper);
          resolve();
        };
        const sleeper = { until: now() + ms, wake, timer: setTimeout(wake, ms / speed) };
        sleepers.add(sleeper);
      });
    },
    async when(event) {
      expecting += 1;
      await event;
      expecting -= 1;
    },
    isIdle: () => running === sleepers.size + expecting,
    isDone: () => running === 0,
    nextInMs: () => Math.min(...[...sleepers].map(({ until }) => until - now())),
    leap(ms) {
      leapt += ms;
      for (const sleeper of sleepers) {
        clearTimeout(sleeper.timer);
        sleeper.timer = setTimeout(sleeper.wake, Math.max(0, sleeper.until - now()) / speed);
      }
    },
    close() {
      for (const { timer } of sleepers) clearTimeout(timer);
    },
  };
}
