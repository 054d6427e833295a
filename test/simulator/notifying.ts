// Carries out an accepted cancellation some time later and calls its notifyUrl, with everything that may go wrong on
// the way.
import { setTimeout as sleep } from "node:timers/promises";
import { type Books, type Registered, registerCancellation } from "./books.ts";
import { failed, kstDigits, succeeded } from "./messages.ts";
import type { Revised } from "./revise.ts";

/** How a cancellation goes at WeChat. One that fails first is notified twice; one that fails for good stays TS01. */
export type Fate = "succeeds" | "fails" | "fails-then-succeeds";

export interface Carrying {
  readonly books: Books;
  readonly fate: Fate;
  /** From the request to the result, and from a first failure to the success. */
  readonly delayMs: number;
  /** The result is never notified: only the status tells of it. */
  readonly losesNotification: boolean;
  readonly notify: (notifyUrl: string, body: Uint8Array, cancelPgCno: string) => Promise<unknown>;
  readonly signal: AbortSignal;
}

export async function carryOut(accepted: NonNullable<Revised["accepted"]>, carrying: Carrying): Promise<void> {
  const { fate, delayMs, signal } = carrying;
  const { cancellation, status, notifyUrl } = accepted;
  const tell = (body: Uint8Array) => {
    if (!carrying.losesNotification) void carrying.notify(notifyUrl, body, cancellation.cancelPgCno);
  };
  for (const result of fate === "fails-then-succeeds" ? (["fails", "succeeds"] as const) : [fate]) {
    if (!(await waited(delayMs, signal))) return;
    const { cancelPgCno } = cancellation;
    if (result === "fails") {
      const resDetailMsg = "잔액 부족";
      tell(failed(registerCancellation(carrying.books, { cancelPgCno, resDetailMsg }, Date.now())));
    } else tell(succeeded(cancelled(carrying.books, cancelPgCno, status)));
  }
}

function cancelled(books: Books, cancelPgCno: string, cancelStatus: string): Registered {
  const now = Date.now();
  const cancelDate = kstDigits(now);
  return registerCancellation(books, { cancelPgCno, cancelStatus, cancelDate, resDetailMsg: "취소 성공" }, now);
}

async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
