// How the settings want a notification stored — ours or foreign, asked about first, attempt open — and whether to enqueue it then. Pure.
import type { Config } from "./config.ts";
import { type Fields, SUCCESS, type Source } from "./rules/notification.ts";
import { type Stored, type Storing, UNREPORTED_MS } from "./store/insert.ts";

/** @param receipt this receipt's own id */
export function storingOf(
  settings: Config["storing"],
  fields: Pick<Fields, "mallId" | "resCd">,
  source: Source,
  receipt: string,
  now: number,
): Storing {
  const { mallIds, confirms, opensAttempt } = settings;
  return {
    // One without a mallId names nobody else; a made-up one is ours.
    foreign: mallIds !== null && fields.mallId !== null && source !== "test" && !mallIds.includes(fields.mallId),
    confirm: confirmOf(confirms && fields.resCd === SUCCESS, source),
    attemptOpenUntil: opensAttempt ? now + UNREPORTED_MS : null,
    receipt,
  };
}

/**
 * What the status API said is KICC's own word, whether or not CONFIRM is on: it counts as confirmed, and the origin
 * is told so. A made-up notification KICC knows nothing of.
 */
function confirmOf(asks: boolean, source: Source): Storing["confirm"] {
  if (source === "status-api") return "confirmed";
  return asks && source === "notification" ? "asking" : null;
}

/**
 * By the row, not by whether this receipt made it: an insert whose reply was lost looks like a resend. Where a puller
 * fetches, or KICC is to be asked first, nothing is enqueued.
 */
export function isToBeEnqueued(stored: Stored, config: Pick<Config, "delivering" | "storing">): boolean {
  if (stored.state !== "pending" || stored.confirm === "asking" || config.delivering === null) return false;
  if (config.storing.mode === "pull") return false;
  // In queue mode a message is an attempt, and the sweep hands over what has none open.
  return stored.receipts === 1 || (stored.attempts === 0 && config.storing.mode === "push");
}
