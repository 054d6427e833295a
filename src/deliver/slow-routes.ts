// Remembers which of several routes hang, as far as this isolate saw: one slow shop must not hold up the others. `now`
// is given by the caller.

/** How long a route that hung gets no message. Then one message tries it. */
const REST_MS = 10_000;

export interface SlowRoutes {
  /** Whether a message may go to this route now. A resting route gets one every ten seconds. */
  readonly admits: (route: string, now: number) => boolean;
  /** Reports how the last attempt on the route went. */
  readonly saw: (route: string, hung: boolean, now: number) => void;
}

export function slowRoutes(): SlowRoutes {
  const restsUntil = new Map<string, number>();
  return {
    admits(route, now) {
      const until = restsUntil.get(route);
      if (until === undefined) return true;
      if (until > now) return false;
      restsUntil.set(route, now + REST_MS);
      return true;
    },
    saw(route, hung, now) {
      if (hung) restsUntil.set(route, now + REST_MS);
      else restsUntil.delete(route);
    },
  };
}
