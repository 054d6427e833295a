// What D1 asks of its callers: which of its errors are worth another try, and how to try.

/** Errors after which the same statement may succeed at once (developers.cloudflare.com/d1/best-practices/retry-queries). */
const TRANSIENT =
  /Network connection lost|storage caused object to be reset|reset because its code was updated|Cannot resolve D1 DB due to transient issue/;

/**
 * D1 tries only reads again. Every statement here may run twice, so this tries again until it works, the error is of
 * another kind, or `deadline` (epoch ms) is too near.
 */
export async function retryTransient<T>(run: () => Promise<T>, deadline: number): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      const waitMs = Math.random() * Math.min(50 * 2 ** attempt, 1000);
      if (!TRANSIENT.test(String(error)) || Date.now() + waitMs >= deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

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

/** Milliseconds until `deadline`, as a rejection: D1 that hangs counts as D1 that is down. */
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
