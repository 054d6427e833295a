// Waits for another system until a deadline. A system that hangs is treated like one that is down. Every duration of the
// Worker stands with its reason in times.md.

export type Before = <T>(deadline: number, what: string, work: Promise<T>) => Promise<T>;

/** One timer for several waits in a row. Setting and clearing a timer costs as much as reading a notification. */
export interface SharedTimer {
  /** Works like `before` below. */
  readonly before: Before;
  /** Clears the timer: nothing waits any more. */
  readonly end: () => void;
}

/**
 * @param firstRing epoch ms. Best is the earliest deadline: for a later deadline the timer is set again when it rings
 */
export function sharedTimer(firstRing: number): SharedTimer {
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

/**
 * Returns the result of `work`. The work itself is not stopped.
 * @param deadline epoch ms
 * @param what completes "Cannot …" in the error
 * @throws where there is no result by the deadline
 */
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
