// Runs the cron's steps one after another. A step that fails or hangs does not keep the others from running.
import { log, reasonOf } from "../log.ts";
import { before } from "../deadline.ts";

export type Steps = Readonly<Record<string, () => Promise<void>>>;

const NEXT_AFTER_MS = 20_000;

/** A step that takes longer than NEXT_AFTER_MS goes on beside the next ones. This returns when all have ended. */
export async function runSteps(steps: Steps): Promise<void> {
  const running: Promise<void>[] = [];
  for (const [step, run] of Object.entries(steps)) {
    const work = guarded(step, run);
    running.push(work);
    await before(Date.now() + NEXT_AFTER_MS, step, work).catch(() => log("cron.slow", { step }));
  }
  await Promise.all(running);
}

async function guarded(step: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    log("cron.failed", { step, error: reasonOf(error) });
  }
}
