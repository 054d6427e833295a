// Skips hours in which a run only waits: the Worker's clock leaps to the next event, which the cron then finds due.
import { setTimeout as pause } from "node:timers/promises";
import type { Agenda } from "./agenda.ts";
import type { Standing } from "./control.ts";
import type { RunOptions } from "./run.ts";
import type { Stage } from "./stage.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** So much beyond what comes first: all that is due by then is done at once, as after a cron that stood still. */
const BEYOND_MS = 5 * MINUTE_MS;
const LEAST_MS = 20_000;
const LOOK_MS = 300;

/**
 * Until nothing is to come any more, and the receiver has looked once again at what is past asking; or until nothing
 * came forward for as long as patience lasts.
 */
export async function passTheDay(
  stage: Stage,
  agenda: Agenda,
  { patienceMs, note }: Pick<RunOptions, "patienceMs" | "note">,
): Promise<void> {
  let hasLookedAgain = false;
  for (let until = Date.now() + patienceMs; Date.now() < until;) {
    const { now, pending, dueAt, lateAt } = await stage.ask<Standing>("standing");
    const isQuiet = pending === 0 && agenda.isIdle() && (lateAt ?? Number.POSITIVE_INFINITY) > now;
    const nextMs = Math.min((dueAt ?? Number.POSITIVE_INFINITY) - now, agenda.nextInMs());
    const isLast = nextMs === Number.POSITIVE_INFINITY;
    if (isQuiet && isLast && hasLookedAgain) return;
    const ms = (isLast ? HOUR_MS : nextMs) + BEYOND_MS;
    if (isQuiet && nextMs > LEAST_MS && (await leap(ms, stage, agenda))) {
      hasLookedAgain = isLast;
      note(`${Math.round(ms / MINUTE_MS)} min later: ${JSON.stringify(await stage.states())}`);
      until = Date.now() + patienceMs;
    } else await pause(LOOK_MS);
  }
}

async function leap(ms: number, stage: Stage, agenda: Agenda): Promise<boolean> {
  const { leapt } = await stage.ask<{ leapt: boolean }>(`leap?ms=${ms}`);
  if (!leapt) return false;
  agenda.leap(ms);
  await stage.cron();
  return true;
}
