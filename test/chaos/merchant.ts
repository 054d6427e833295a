// The merchant in a run: announces its cancellations, has KICC asked about some, and reads what became of all.
import { setTimeout as pause } from "node:timers/promises";
import { type Receiver, call } from "./call.ts";

export interface Announcement {
  readonly cancelPgCno: string;
  readonly mallId: string;
  readonly pgCno: string;
  readonly shopOrderNo: string | null;
  readonly reference: string | null;
  /** Left out, it is the receiver's default. */
  readonly dueAfterSeconds?: number;
}

/** One as the API shows it. */
export interface Shown {
  readonly cancelPgCno: string;
  readonly state: string;
  readonly notificationId: string | null;
  /** KICC's answers, for whoever wants to know why. */
  readonly history: readonly { readonly at: string; readonly status: string | null; readonly text: string }[];
}

interface Page {
  readonly cancellations: readonly Shown[];
  readonly cursor: string | null;
}

const AGAIN_MS = 5000;
// A little longer than the receiver lets anybody wait.
const PATIENCE_MS = 60_000;

/** @returns whether it was taken: what the receiver cannot take now is announced again, what it refuses is not */
export async function announce(receiver: Receiver, { cancelPgCno, ...announcement }: Announcement): Promise<boolean> {
  return (await untilAnswered(receiver, "PUT", `cancellations/${cancelPgCno}`, announcement)) !== null;
}

/** Once, whatever comes of it: the receiver asks by itself. */
export async function askNow(receiver: Receiver, cancelPgCno: string): Promise<void> {
  await call(receiver, "POST", `cancellations/${cancelPgCno}/ask`, {}, PATIENCE_MS);
}

/** All that were announced, by cancelPgCno. */
export async function readAll(receiver: Receiver): Promise<Map<string, Shown>> {
  const all = new Map<string, Shown>();
  for (let cursor: string | null = ""; cursor !== null;) {
    const page: Page | null = await untilAnswered<Page>(receiver, "GET", `cancellations?limit=100&cursor=${cursor}`);
    for (const one of page?.cancellations ?? []) all.set(one.cancelPgCno, one);
    cursor = page?.cursor ?? null;
  }
  return all;
}

/** @returns null where it was refused for good, or the run is over */
async function untilAnswered<T>(
  receiver: Receiver,
  method: "GET" | "PUT",
  what: string,
  body?: object,
): Promise<T | null> {
  while (!receiver.signal.aborted) {
    const called = await call<T>(receiver, method, what, body, PATIENCE_MS);
    if (called !== null && called.status < 500) return called.answer;
    await pause(AGAIN_MS / receiver.speed);
  }
  return null;
}
