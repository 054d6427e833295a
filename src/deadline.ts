// Waiting for another system until a deadline: what hangs counts as down.

export type Before = <T>(deadline: number, what: string, work: Promise<T>) => Promise<T>;

/** One timer for several waits, one after the other: setting and clearing one takes as long as reading a notification. */
export interface Patience {
  /** As `before`. */
  readonly before: Before;
  /** Nothing is waited for any more. */
  readonly end: () => void;
}

/** @param firstRing epoch ms: best as soon as the soonest deadline. Until a later one the timer is set again. */
export function patience(firstRing: number): Patience {
  let waiting = { deadline: firstRing, giveUp: () => {} };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ringsAt = Infinity;
  function ringAt(instant: number): void {
    ringsAt = instant;
    timer = setTimeout(ring, Math.max(0, instant - Date.now()));
  }
  function ring(): void {
    ringsAt = Infinity;
    if (Date.now() >= waiting.deadline) waiting.giveUp();
    else ringAt(waiting.deadline);
  }
  ringAt(firstRing);
  return {
    before: (deadline, what, work) =>
      new Promise((resolve, reject) => {
        waiting = { deadline, giveUp: () => reject(lateError(what)) };
        if (ringsAt > deadline) {
          clearTimeout(timer);
          ringAt(deadline);
        }
        work.then(resolve, reject);
      }),
    end: () => clearTimeout(timer),
  };
}

function lateError(what: string): Error {
  return new Error(`Cannot ${what}: no answer in time`);
}

/** The result of `work`, or an error at `deadline` (epoch ms) where there is none yet. The work itself goes on. */
export async function before<T>(deadline: number, what: string, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(lateError(what)), Math.max(0, deadline - Date.now()));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
