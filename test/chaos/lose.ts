// A run in which KICC loses notifications for good: the merchant announces its cancellations, and the receiver asks
// KICC.
// The receiver asks for a day. Where nothing happens the Worker's clock leaps to the next event: only waiting is
// skipped, no time of the schedule.
import { setTimeout as pause } from "node:timers/promises";
import { startKicc } from "../simulator/kicc.ts";
import { seededRandom } from "../simulator/random.ts";
import { openAgenda } from "./agenda.ts";
import { type Ended, wantedOf } from "./announced.ts";
import { type Course, type World, follow } from "./course.ts";
import { nothingSent } from "./kicc.ts";
import { type Ledger, hasAllEnded } from "./ledger.ts";
import { passTheDay } from "./leaping.ts";
import { loseLedger } from "./lose-ledger.ts";
import { planCases } from "./losing.ts";
import { readAll } from "./merchant.ts";
import { PUSH_SETTINGS, type RunOptions, beginningMs, showLogs, storiesOf } from "./run.ts";
import { type Happened, type Stage, setStage } from "./stage.ts";

// While anything is pending the clock leaps over nothing.
const TROUBLED_LONGER_MINUTES = 5;
const TOKEN = "notify-token";

export async function runLose(options: RunOptions): Promise<Ledger> {
  const { seed, speed, patienceMs, note } = options;
  const asked = new Map<unknown, () => void>();
  const kicc = await startKicc({ seed, onCall: ({ request }) => asked.get(request["cancelPgCno"])?.() });
  const troubledMinutes = (beginningMs(options) * speed) / 60_000 + TROUBLED_LONGER_MINUTES;
  const settings = {
    ...PUSH_SETTINGS,
    CHAOS_SEED: String(seed),
    CHAOS_TROUBLED_MINUTES: String(troubledMinutes),
    NOTIFY_TOKEN: TOKEN,
    KICC_API_URL: kicc.url,
  };
  const stage = await setStage(settings, speed);
  const over = new AbortController();
  const { signal } = over;
  const agenda = openAgenda(speed);
  const url = new URL(`${stage.hook.href}/${TOKEN}`);
  const world: World = {
    kicc,
    firstQuery: (cancelPgCno) => new Promise((resolve) => void asked.set(cancelPgCno, resolve)),
    receiver: { url: stage.url, token: "delivery-token", speed, signal },
    agenda,
    sending: { url, speed, signal, random: seededRandom(seed + 1), sent: nothingSent() },
  };
  try {
    const courses: Course[] = [];
    // What the origin refuses for ever tells nothing of losing, and takes the longest.
    const stories = storiesOf(options, false).filter(({ kind }) => kind !== "never");
    const cases = planCases(stories, seededRandom(seed + 2));
    for (const one of cases) {
      const course: Course = { one, acked: [], isAnnounced: false };
      courses.push(course);
      await pause(beginningMs(options) / cases.length);
      void follow(course, world);
    }
    note(`All is requested: ${JSON.stringify(await stage.states())}`);
    await passTheDay(stage, agenda, options);
    const until = Date.now() + patienceMs;
    for (;;) {
      const ledger = await drawUp(courses, stage, world);
      // What only the queue has is stored when D1 is back.
      if (hasAllEnded(ledger) || Date.now() >= until) {
        await showLogs(ledger, stage, options);
        return ledger;
      }
      await pause(2000);
    }
  } finally {
    over.abort();
    agenda.close();
    await stage.close();
    await kicc.stop();
  }
}

async function drawUp(
  courses: readonly Course[],
  stage: Stage,
  { kicc, agenda, receiver, sending }: World,
): Promise<Ledger> {
  const all = await readAll(receiver);
  const ended = courses.map(({ one, acked, isAnnounced }): Ended => {
    const { story, reference } = one;
    const told = { story, acked, reference, wanted: wantedOf(one, acked) };
    return { one, told, isAnnounced, shown: all.get(story.cancellation.cancelPgCno) ?? null };
  });
  const happened = await stage.ask<Happened>("happened");
  const rows = await stage.rows();
  const { queries } = kicc;
  return loseLedger({ ended, sent: sending.sent, rows, happened, queries, isThrough: agenda.isDone() });
}
