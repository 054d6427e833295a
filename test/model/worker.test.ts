// Runs the Worker through random troubles and changes of settings. What the contract promises holds after each step.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { clear } from "../fixtures.ts";
import { type Row, type Run, brokenAtTheEnd, brokenNow, rowsInD1 } from "./promises.ts";
import { type Step, bodyOf, step } from "./steps.ts";
import { ALL_WELL, World } from "./world.ts";

/**
 * The longest way of a notification: it waits for KICC's answer, is delivered after some failed attempts, and was
 * enqueued shortly before. It ends within so many runs of the cron.
 */
const MOST_MINUTES = 9;
/** Longer than a lease, and longer than the sweep waits before it enqueues again. */
const LONG_MS = 11 * 60_000;

/** @returns the promises that the step broke */
async function take(run: Run, taken: Step): Promise<readonly string[]> {
  const { world, acked, unacked, asked } = run;
  const before = await rowsInD1();
  switch (taken.does) {
    case "send":
      ((await world.send(bodyOf(taken.message))) ? acked : unacked).push(taken.message);
      break;
    case "consume":
      await world.consume();
      break;
    case "minute":
      world.wait(60_000);
      await world.minute();
      break;
    case "pull":
      await world.pull();
      break;
    case "report": {
      const one = world.reportable[taken.which % world.reportable.length];
      if (one === undefined) break;
      const isKnown = world.accepted.some(({ id, attempt }) => id === one.id && attempt === one.attempt);
      await world.report(one, taken.how);
      const isChanged = JSON.stringify(await rowsInD1()) !== JSON.stringify(before);
      if (isKnown && taken.how === "accepts" && isChanged) return [`${one.id} was accepted twice by one attempt`];
      break;
    }
    case "wait":
      world.wait(taken.ms);
      break;
    case "trouble":
      world.troubles = { ...world.troubles, ...taken.trouble };
      break;
    case "set":
      world.settings = { ...world.settings, ...taken.setting };
      break;
    case "replay":
      for (const { id } of picked(before, taken.which)) if (await world.replay(id)) asked.add(id);
      break;
    case "replay all":
      if (!(await world.replayAll(taken.state))) break;
      for (const { id, state } of before) if (state === taken.state) asked.add(id);
      break;
    case "close":
      for (const { id } of picked(before, taken.which)) await world.close(id);
      break;
  }
  return brokenNow(run);
}

function picked(rows: readonly Row[], which: number): readonly Row[] {
  const row = rows[which % rows.length];
  return row === undefined ? [] : [row];
}

/** Ends all troubles, and KICC sends again what was not acked. */
async function heal({ world, acked, unacked }: Run): Promise<void> {
  world.troubles = ALL_WELL;
  world.settings = { ...world.settings, DELIVERY: "push" };
  for (const message of unacked.splice(0)) if (await world.send(bodyOf(message))) acked.push(message);
  for (let minutes = 0; minutes < MOST_MINUTES; minutes++) {
    world.wait(LONG_MS);
    await world.minute();
    while (world.queue.some(({ dueAt }) => dueAt <= Date.now())) await world.consume();
  }
}

it("loses nothing, counts what was handed over, and delivers one success, whatever fails and whatever is set anew meanwhile", async () => {
  const holds = async (steps: readonly Step[]) => {
    await clear();
    const run: Run = { world: new World(), acked: [], unacked: [], asked: new Set() };
    try {
      for (const taken of steps) {
        run.world.wait(1);
        expect(await take(run, taken)).toEqual([]);
      }
      await heal(run);
      expect(await brokenAtTheEnd(run)).toEqual([]);
    } finally {
      run.world.end();
    }
  };
  // `npm run check` runs the same steps each time. 150 runs of another seed were made as well.
  const parameters = { numRuns: 15, seed: 1, endOnFailure: true };
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 50 }), holds), parameters);
}, 240_000);
