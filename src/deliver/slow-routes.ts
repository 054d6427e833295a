// Which of several routes hang, as far as this isolate saw: one slow shop must not hold up the others. It keeps no time.

/** How long nothing more is sent to a route that hung; then one message tries. */
const REST_MS = 10_000;

export interface SlowRoutes {
  /** Whether a message may go to this route now; for a route that rests, every ten seconds one may. */
  readonly admits: (route: string, now: number) => boolean;
  /** What the last attempt there showed. */
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
