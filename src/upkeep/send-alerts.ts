// Sends the alerts in the outbox, each channel on its own. A channel that fails keeps its alerts and does not hold up
// the others.
import { type Channel, channelsOf } from "../outbound/alert-channel.ts";
import type { Alerts } from "../config.ts";
import { log, reasonOf } from "../log.ts";
import { type Unsent, dropStale, forgetSent, keepUnsent, takeUnsent } from "../store/alert-outbox.ts";

// At 10 s each these end before the next run.
const PER_RUN = 4;
const SEND_LEASE_MS = 55_000;

/** One run. @param console scheme and host of the console; null where it is not known */
export async function sendAlerts(alerts: Alerts, db: D1Database, console: string | null, now: number): Promise<void> {
  const channels = channelsOf(alerts);
  // ALERT_URL may be wrong for one deploy: what waits then is not dropped.
  if (channels.length === 0) return;
  const dropped = await dropStale(
    db,
    channels.map(({ key }) => key),
    now,
  );
  if (dropped > 0) log("alert.dropped", { alerts: dropped });
  const sent = await Promise.allSettled(channels.map((channel) => sendThrough(channel, db, console, now)));
  for (const each of sent) if (each.status === "rejected") log("alert.failed", { error: reasonOf(each.reason) });
}

/** Sends in the order in which they were raised, up to the first that fails. */
async function sendThrough(channel: Channel, db: D1Database, console: string | null, now: number): Promise<void> {
  const unsent = await takeUnsent(db, channel.key, { now, until: now + SEND_LEASE_MS, limit: PER_RUN });
  for (const [index, alert] of unsent.entries()) {
    const error = await channel.send(alert, console);
    if (error !== null) {
      await keepUnsent(db, idsOf(unsent.slice(index)), error);
      return;
    }
    await forgetSent(db, alert.id);
  }
}

function idsOf(alerts: readonly Unsent[]): number[] {
  return alerts.map(({ id }) => id);
}
