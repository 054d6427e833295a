// Waits for another system until a deadline: a system that hangs counts as one that is down.
//
// All durations of the Worker in one table, each with its reason. Names in capitals are settings.
//
// to the ack          receive/hook, receive/quarantine
//   3 s               the insert into D1, its retries included: KICC waits 10 s, the ack leaves within 5
//   4 s               the same, counted from the request's arrival: a body that came slowly leaves D1 less time
//   4.5 s             reading the body, and the queue while D1 is down: half a second remains to answer
//   2 s, 0.5 s        a refused caller's body, Cloudflare's rate limiting: a stranger must not hold a connection for long
//
// one attempt         deliver/consumer, deliver/taking, deliver/slow-routes, api/calls/pull, config
//   ORIGIN_TIMEOUT_MS the origin's whole answer
//   + 30 s            the lease, longer than the attempt: it ends only under a consumer that died
//   10 s              the claim, a third of those 30 s: the rest is for settling the attempt
//   5 s               of those 10: storing what came while D1 was down, so that the claim of the others has the rest
//   10 s, 10 s        a claim that came too late: waiting whether it commits after all, and giving it back
//   0.5 s             until settling is tried again: D1's failures are mostly that short
//   10 s              a route that hung rests: it must not take all 6 connections from the other routes
//
// a message's return  deliver/disposition, deliver/dead-letters, wrangler.toml
//   5 s … 15 min      while D1 is down, doubled each time: 100 deliveries of a message then last a day
//   5 min             while a setting is wrong or a message unreadable: only a person can mend it
//   30 s, 5 min       the queue's retry_delay of deliveries and of dead letters, where the consumer named none
//   15 min, 5 min     a dead letter, while D1 is down, or the queue
//
// the sweep           upkeep/sweep, store/insert
//   1 min             the cron's interval, Cloudflare's shortest
//   1 min             grace after a row is due: its message may be on its way
//   5 min             until the same row is enqueued again: a batch may be under way that long
//   15 min            the longest that a row waits for an older message in the queue
//   10 min            for a report in queue mode: then the attempt counts as failed
//
// asking KICC         outbound/kicc, inquire/, rules/ask-schedule
//   30 s              one answer: KICC's documents ask the client to wait that long
//   25 s              of a run, in which queries begin: the last answer comes 30 s later, so a run ends within a minute
//   2 min             for which a run takes its rows: the whole run and some more, so that no two ask about one
//   1 min             the same for a query that a person asks for
//   5 min … 24 h      when an announced cancellation is asked about: KICC resends for as long
//   10 s              storing an answer: it can be asked for again
//
// people and programs api/, console/, upkeep/watch, outbound/alert
//   45 s              any call of the API: longer than a pull waits (20 s) and than KICC is given (30 s)
//   15 s              a page of the console
//   3 s, kept 5 s     /health: a watchdog must not load D1
//   300 s, 20 s, 1 s  a pull's longest lease, its longest wait, and how often it looks meanwhile
//   10 s              an alert, and the look at D1 before it
//   5 min             until a due row counts as overdue: the sweep has then had several runs
//   30 min, 1 h       until the same alert is told again: of D1, and of conditions that stay
//   12 h              a console session: one working day
//
// the cron            upkeep/cron, upkeep/count, upkeep/prune
//   20 s              until the next step begins beside one that hangs: six steps fit into two minutes
//   90 s              behind now, counting stops: whoever stores or settles with an earlier instant is done by then
//   10 s              of a run, in which notifications are pruned; the next run goes on
//   90 d, 30 d        hours of plots are kept, strangers' sendings in quarantine

export type Before = <T>(deadline: number, what: string, work: Promise<T>) => Promise<T>;

/** One timer for several waits, one after the other. Setting and clearing a timer costs as much as reading a notification. */
export interface Patience {
  /** As `before`. */
  readonly before: Before;
  /** Nothing is waited for any more. */
  readonly end: () => void;
}

/** @param firstRing epoch ms, best the earliest deadline; for a later one the timer is set again when it rings */
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

/** The result of `work`, or an error where there is none by `deadline` (epoch ms). The work itself goes on. */
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
