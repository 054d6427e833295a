// Returns the queue's dead letters to delivery: a notification ends only by used-up delays or a 410.
import type { Config } from "../config.ts";
import { WAIT_FOR_PEOPLE_SECONDS } from "./disposition.ts";
import { log, reasonOf } from "../log.ts";
import { type DeliveryMessage, decodeMessage, toNotification } from "../queue/message.ts";
import { failed } from "../rules/outcome.ts";
import { decide } from "../rules/retry.ts";
import { attemptOf, settle } from "../store/settle.ts";
import { type Standing, standings } from "../store/standing.ts";
import { before } from "../deadline.ts";
import { storeNotification, storingOf } from "../intake.ts";
import { isStored } from "./is-stored.ts";

const RETURN_DELAY_SECONDS = 900;
const QUEUE_AWAY_DELAY_SECONDS = 300;
const RETURN_WITHIN_MS = 10_000;

/**
 * Stores the row of a dead letter if it is missing; the sweep enqueues it again while it is pending. While D1 is down
 * the message goes back to the deliveries as a new one, with a delay. While a setting is wrong it waits. Throws
 * nothing.
 */
export async function returnDeadLetters(
  batch: MessageBatch,
  config: Config,
  db: D1Database,
  deliveries: Queue,
): Promise<void> {
  for (const message of batch.messages) {
    const content = decodeMessage(message.body);
    if (content === null) {
      log("deadletter.unreadable", { message: message.id });
      message.ack();
      continue;
    }
    try {
      await before(Date.now() + RETURN_WITHIN_MS, "return", returnOne(content, message, config, db));
      if (config.delivering === null) {
        // Without the settings nobody knows whether this message was an attempt.
        message.retry({ delaySeconds: WAIT_FOR_PEOPLE_SECONDS });
        continue;
      }
      log("deadletter.returned", { id: content.id });
      message.ack();
    } catch (error) {
      log("deadletter.waits-for-d1", { id: content.id, error: reasonOf(error) });
      await sendBack(content, message, deliveries);
    }
  }
}

async function returnOne(content: DeliveryMessage, message: Message, config: Config, db: D1Database): Promise<void> {
  const row = (await standings(db, [content.id])).get(content.id);
  if (isStored(content, row)) {
    await countAsFailed(row, content, config, db);
    return;
  }
  const notification = toNotification(content);
  if (notification === null) return;
  const storing = storingOf(config.storing, notification, message.id, Date.now());
  await storeNotification(db, notification, storing);
}

/** In queue mode the dead letter is the only sign of another Worker's attempt. */
async function countAsFailed(row: Standing, content: DeliveryMessage, config: Config, db: D1Database): Promise<void> {
  const { delivering } = config;
  if (delivering?.mode !== "queue" || row.attempts !== content.attempt || row.leaseUntil === null) return;
  const now = Date.now();
  const outcome = failed("the consuming Worker gave the message up");
  const decision = decide(outcome, row.tries, delivering.delaysMs, now, Math.random());
  await settle(db, [{ id: row.id, attempt: attemptOf(row.attempts, row.claimedAt, null, outcome), decision }], now);
}

async function sendBack(content: DeliveryMessage, message: Message, deliveries: Queue): Promise<void> {
  try {
    await deliveries.send(content, { contentType: "json", delaySeconds: RETURN_DELAY_SECONDS });
    message.ack();
  } catch (error) {
    log("deadletter.waits-for-queue", { id: content.id, error: reasonOf(error) });
    message.retry({ delaySeconds: QUEUE_AWAY_DELAY_SECONDS });
  }
}
