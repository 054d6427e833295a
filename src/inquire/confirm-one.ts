// Asks KICC about one success that waits for confirmation, and acts on the answer. The caller has taken it before.
import type { Config, Delivering } from "../config.ts";
import { enqueue } from "../queue/send.ts";
import { ASK_LEASE_MS, askStatus, askableKind } from "./ask-one.ts";
import { log, reasonOf } from "../log.ts";
import type { StatusApi } from "../kinds/kind.ts";
import { confirmVerdictOf } from "../kinds/confirm-verdict.ts";
import type { Answer } from "../rules/notification.ts";
import { UNREPORTED_MS } from "../store/insert.ts";
import { uncountAttempts } from "../store/claim.ts";
import { type AskingRow, askAgain, holdUnconfirmed, recordConfirmed, takeUnconfirmed } from "../store/confirmations.ts";
import { notificationOf } from "../store/rows.ts";

export interface ConfirmResources {
  readonly db: D1Database;
  readonly deliveries: Queue;
}

/**
 * Runs after the ack, for a success that was just stored. A Worker has 30 s for it; if it is cut short, the cron asks
 * again. Throws nothing.
 */
export async function confirmOneNow(id: string, { delivering }: Config, resources: ConfirmResources): Promise<void> {
  if (delivering === null) return;
  try {
    const now = Date.now();
    const row = await takeUnconfirmed(resources.db, id, { now, until: now + ASK_LEASE_MS });
    if (row !== null) await confirmOne(row, delivering, resources);
  } catch (error) {
    log("confirmation.failed", { id, error: reasonOf(error) });
  }
}

/** Throws nothing: what could not be settled becomes due again. */
export async function confirmOne(row: AskingRow, delivering: Delivering, resources: ConfirmResources): Promise<void> {
  try {
    const api = askableKind(row.kind)?.statusApi ?? null;
    const answer = api === null ? null : await askStatus(row, api, delivering);
    if (api === null || answer === null) await hold(row, "nothing to ask with", resources.db);
    else await actOnVerdict(row, api, answer, delivering, resources);
  } catch (error) {
    log("confirmation.failed", { id: row.id, error: reasonOf(error) });
  }
}

async function actOnVerdict(
  row: AskingRow,
  api: StatusApi,
  answer: Answer,
  delivering: Delivering,
  resources: ConfirmResources,
): Promise<void> {
  const verdict = confirmVerdictOf(answer, row, api.proves, row.confirmTries, delivering.delaysMs, Date.now());
  log("confirmation.answered", { id: row.id, tries: row.confirmTries, status: answer.status, verdict: verdict.kind });
  switch (verdict.kind) {
    case "confirmed":
      return deliverConfirmed(row, api, delivering, resources);
    case "again":
      return askAgain(resources.db, row, verdict.at);
    case "unconfirmed":
      return hold(row, verdict.because, resources.db);
  }
}

async function hold({ id }: AskingRow, because: string, db: D1Database): Promise<void> {
  await holdUnconfirmed(db, id);
  log("notification.held", { id, reason: "unconfirmed", because });
}

/**
 * Makes it due now and sends it like one that just came: a message in push; a message with an open attempt in queue
 * mode; in pull mode a puller fetches it.
 */
async function deliverConfirmed(
  { id }: AskingRow,
  { announcedBy }: StatusApi,
  { mode }: Delivering,
  { db, deliveries }: ConfirmResources,
): Promise<void> {
  const now = Date.now();
  const row = await recordConfirmed(db, id, announcedBy, now, mode === "queue" ? now + UNREPORTED_MS : null);
  // A success from the status API is delivered already: only one is delivered without a person.
  if (row === null) await holdUnconfirmed(db, id);
  else if (mode === "push") await enqueue(deliveries, notificationOf(row), row.attempts + 1);
  else if (mode === "queue" && !(await enqueue(deliveries, notificationOf(row), row.attempts)))
    await uncountAttempts(db, [row]);
}
