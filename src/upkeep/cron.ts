// Runs the cron's steps one after another. A step that fails or hangs does not stop the others.
import { log, reasonOf } from "../log.ts";
import { before } from "../deadline.ts";

export type Steps = Readonly<Record<string, () => Promise<void>>>;

const NEXT_AFTER_MS = 20_000;

/**
 * A step that takes too long goes on while the next steps run. This returns when all have ended.
 * @returns true where no step failed
 */
export async function runSteps(steps: Steps): Promise<boolean> {
  const running: Promise<boolean>[] = [];
  for (const [step, run] of Object.entries(steps)) {
    const work = guarded(step, run);
    running.push(work);
    await before(Date.now() + NEXT_AFTER_MS, step, work).catch(() => log("cron.slow", { step }));
  }
  const ended = await Promise.all(running);
  return !ended.includes(false);
}

async function guarded(step: string, run: () => Promise<void>): Promise<boolean> {
  try {
    await run();
    return true;
  } catch (error) {
    log("cron.failed", { step, error: reasonOf(error) });
    return false;
  }
}
