// The cron's work on notifications: settles leases that ran out, replays, enqueues what is overdue, prunes. It delivers
// nothing itself.
import { shortId } from "../short-id.ts";
import type { Config, Delivering } from "../config.ts";
import { oldestWaiting, sendDeliveries } from "../queue/send.ts";
import { log, reasonOf } from "../log.ts";
import { encodeMessage } from "../queue/message.ts";
import { UNREPORTED_MS } from "../store/insert.ts";
import { START, type Window, keepPlace, placeBehind, readPlace } from "../store/due-window.ts";
import { findExpired, findExpiredHeld, settleExpired } from "../store/expired.ts";
import { replayNextPage } from "../store/replay-many.ts";
import { uncountAttempts } from "../store/claim.ts";
import { type DeliverableRow, notificationOf } from "../store/rows.ts";
import { buryExhausted, claimDue, markOverdue, unclaimDue, unmarkEnqueued } from "../store/overdue.ts";
import { pruneNotifications } from "../store/prune-notifications.ts";
import { DAY_MS, MINUTE_MS } from "../time.ts";

// A message may be on its way: no row is enqueued sooner after it was due, or twice within ENQUEUE_AGAIN_MS.
const GRACE_MS = MINUTE_MS;
const ENQUEUE_AGAIN_MS = 5 * MINUTE_MS;
/**
 * If the queue holds a message older than the row's due time, it may be this row's: the row waits up to 15 min before
 * another message is sent. Not longer, because delayed messages may look old too, for as long as 6 h. A second message
 * costs little: it is acked where the first one was claimed.
 */
const BACKLOG_MS = 15 * MINUTE_MS;
// Limits of one run. A page is 100 rows, the most that one sendBatch takes.
const ROWS_PER_PAGE = 100;
const PAGES_PER_WINDOW = 20;
const WINDOWS_PER_RUN = 4;
const REPLAYED_PER_RUN = 200;
const PRUNED_PER_PAGE = 1000;
const PRUNE_FOR_MS = 10_000;

/** One run. A step that fails does not stop the others; the next minute tries again. */
export async function sweep(config: Config, db: D1Database, queue: Queue): Promise<void> {
  const { delivering } = config;
  if (delivering === null) {
    log("sweep.left", { because: "settings" });
    return;
  }
  await runStep("expire held", () => settleExpiredHeld(delivering, db));
  await runStep("replay", () => enqueueReplays(delivering, db, queue));
  for await (const window of windowsOf(db)) {
    await runStep("expire", () => settleExpiredIn(delivering, db, window));
    await runStep("bury", () => bury(delivering, db, window));
    if (delivering.mode === "push") await runStep("enqueue", () => enqueueOverdue(delivering, db, queue, window));
    if (delivering.mode === "queue") await runStep("hand-over", () => handOver(delivering, db, queue, window));
  }
  if (!config.hasArchive) await runStep("prune", () => pruneAll(db, Date.now() - delivering.retentionDays * DAY_MS));
}

/**
 * Nearly always one window contains all that is due. Otherwise a run looks at some windows, and the next run continues
 * after them.
 */
async function* windowsOf(db: D1Database): AsyncGenerator<Window> {
  const dueBy = Date.now();
  let from = await readPlace(db, dueBy).catch(() => null);
  if (from === null) {
    yield { dueBy, from: START };
    return;
  }
  for (let windows = 0; windows < WINDOWS_PER_RUN; windows++) {
    const window: Window = { dueBy, from };
    const behind = await placeBehind(db, window);
    yield window;
    from = behind ?? START;
  }
  await keepPlace(db, from);
}

/** Runs a step, and logs how many notifications it moved. Its failure does not stop the other steps. */
async function runStep(name: string, run: () => Promise<number>): Promise<void> {
  try {
    const notifications = await run();
    if (notifications > 0) log(`sweep.${name}`, { notifications });
  } catch (error) {
    log("sweep.failed", { runStep: name, error: reasonOf(error) });
  }
}

async function settleExpiredHeld({ delaysMs }: Delivering, db: D1Database): Promise<number> {
  const now = Date.now();
  const expired = await findExpiredHeld(db, now, ROWS_PER_PAGE);
  await settleExpired(db, expired, delaysMs, now);
  return expired.length;
}

async function settleExpiredIn({ delaysMs }: Delivering, db: D1Database, window: Window): Promise<number> {
  const now = Date.now();
  return inPages(async () => {
    const expired = await findExpired(db, window, now, ROWS_PER_PAGE);
    await settleExpired(db, expired, delaysMs, now);
    return expired.length;
  });
}

async function bury({ delaysMs }: Delivering, db: D1Database, window: Window): Promise<number> {
  return inPages(() => buryExhausted(db, window, delaysMs.length + 1, Date.now(), ROWS_PER_PAGE));
}

async function enqueueOverdue({ delaysMs }: Delivering, db: D1Database, queue: Queue, window: Window): Promise<number> {
  const now = Date.now();
  const oldest = await oldestWaiting(queue);
  const dueBy = Math.min(now - GRACE_MS, Math.max(oldest ?? now, now - BACKLOG_MS));
  const wanted = {
    dueBy,
    enqueuedBefore: now - ENQUEUE_AGAIN_MS,
    maxTries: delaysMs.length + 1,
    now,
    limit: ROWS_PER_PAGE,
  };
  return inPages(async () => {
    const rows = await markOverdue(db, window, wanted);
    await sendRows(rows, queue, 1, (unsent) =>
      unmarkEnqueued(
        db,
        unsent.map(({ id }) => id),
        now,
      ),
    );
    return rows.length;
  });
}

/** Queue mode: enqueueing is the attempt. A message that the queue did not take is no attempt. */
async function handOver({ delaysMs }: Delivering, db: D1Database, queue: Queue, window: Window): Promise<number> {
  const now = Date.now();
  const lease = { claimant: shortId(), now, until: now + UNREPORTED_MS, maxTries: delaysMs.length + 1 };
  return inPages(async () => {
    const rows = await claimDue(db, window, lease, ROWS_PER_PAGE).catch(async (error: unknown) => {
      // D1 may have committed the claim although it answered with an error.
      await unclaimDue(db, window, lease.claimant);
      throw error;
    });
    await sendRows(rows, queue, 0, (unsent) => uncountAttempts(db, unsent));
    return rows.length;
  });
}

/**
 * Prunes page by page for some seconds, as long as at least half of a page is deleted. At 100 million notifications a
 * month 2,300 must be deleted each minute.
 */
async function pruneAll(db: D1Database, before: number): Promise<number> {
  const until = Date.now() + PRUNE_FOR_MS;
  let total = 0;
  for (;;) {
    const { deleted, looked } = await pruneNotifications(db, before, PRUNED_PER_PAGE);
    total += deleted;
    if (looked < PRUNED_PER_PAGE || deleted < PRUNED_PER_PAGE / 2 || Date.now() >= until) return total;
  }
}

async function enqueueReplays({ mode }: Delivering, db: D1Database, queue: Queue): Promise<number> {
  const rows = await replayNextPage(db, Date.now(), REPLAYED_PER_RUN);
  if (mode === "push") await sendRows(rows, queue, 1, async () => {});
  return rows.length;
}

/**
 * @param ahead 1 where the message announces the next attempt, 0 where the attempt is claimed already
 * @param undo called with the rows whose messages the queue did not take
 * @throws the reason why the queue did not take them
 */
async function sendRows(
  rows: readonly DeliverableRow[],
  queue: Queue,
  ahead: 0 | 1,
  undo: (unsent: readonly DeliverableRow[]) => Promise<void>,
): Promise<void> {
  const messages = rows.map((row) => encodeMessage(notificationOf(row), row.attempts + ahead));
  const { count, error } = await sendDeliveries(queue, messages);
  if (count === rows.length) return;
  await undo(rows.slice(count));
  throw error;
}

async function inPages(page: () => Promise<number>): Promise<number> {
  let total = 0;
  for (let index = 0; index < PAGES_PER_WINDOW; index++) {
    const length = await page();
    total += length;
    if (length < ROWS_PER_PAGE) break;
  }
  return total;
}
