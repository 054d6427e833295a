// GET /metrics as Prometheus text. The sums of all time come from the rollups, so they are up to two minutes old.
import * as z from "zod/mini";
import { version } from "../../../package.json";
import { DELAY_BOUNDS_MS } from "../../rules/histogram.ts";
import { CONTENT_TYPE, type MetricSample, histogram, metric } from "../prometheus.ts";
import { before } from "../../deadline.ts";
import { METRICS_COUNT_AT_MOST, type MetricCounts, readMetricCounts } from "../../store/metrics.ts";
import { operation } from "../operation.ts";

const AGES: readonly (readonly [label: string, below: number])[] = [
  ["under 1 m", 60_000],
  ["1 m to 5 m", 300_000],
  ["5 m to 1 h", 3_600_000],
  ["1 h to 6 h", 21_600_000],
  ["6 h to 24 h", 86_400_000],
  ["over 24 h", Number.POSITIVE_INFINITY],
];

const QUEUE_WITHIN_MS = 2000;

export const metricsOperation = operation({
  method: "get",
  path: "/metrics",
  contentType: CONTENT_TYPE,
  summary: "How it goes, as Prometheus text",
  bare: true,
  input: z.object({}),
  answer: z.string(),
  run: async (_input, { db, deliveries, now }) => {
    const [counts, backlog] = await Promise.all([readMetricCounts(db), backlogOf(deliveries)]);
    return [...counters(counts), ...gauges(counts, now), ...queue(backlog, now)].join("");
  },
});

function counters({ totals }: MetricCounts): string[] {
  const outcomes = { accepted: totals.delivered, failed: totals.failed - totals.gone, gone: totals.gone };
  const bounds = DELAY_BOUNDS_MS.map((bound) => bound / 1000);
  return [
    metric("kicc_receiver_info", "gauge", "The receiver's version.", [{ labels: { version }, value: 1 }]),
    metric("kicc_notifications_received_total", "counter", "Notifications received, resends not counted.", [
      { value: totals.received },
    ]),
    metric(
      "kicc_delivery_attempts_total",
      "counter",
      "Attempts to deliver, by how they ended.",
      Object.entries(outcomes).map(([outcome, value]) => ({ labels: { outcome }, value })),
    ),
    metric(
      "kicc_delivery_delay_seconds",
      "histogram",
      "Time from receipt to first delivery.",
      histogram(bounds, totals.delays, totals.delaySumMs / 1000),
    ),
  ];
}

function gauges({ pending, held, dead, quarantine }: MetricCounts, now: number): string[] {
  const oldest = pending[0];
  const kept = quarantine.reduce((sum, { count }) => sum + count, 0);
  const counts = { pending: pending.length, held, dead, quarantine: kept };
  const capped = Object.entries(counts).map(([what, count]): MetricSample => ({
    labels: { what },
    value: count >= METRICS_COUNT_AT_MOST ? 1 : 0,
  }));
  return [
    metric(
      "kicc_notifications_pending",
      "gauge",
      "Pending notifications by age, the oldest ones.",
      byAge(pending, now),
    ),
    metric("kicc_notifications_oldest_pending_seconds", "gauge", "Age of the oldest pending one, 0 without any.", [
      { value: oldest === undefined ? 0 : Math.max(0, now - oldest) / 1000 },
    ]),
    metric("kicc_notifications_held", "gauge", "Held ones: each needs a person.", [{ value: held }]),
    metric("kicc_notifications_dead", "gauge", "Dead ones: each needs a person.", [{ value: dead }]),
    metric(
      "kicc_quarantine_rows",
      "gauge",
      "Refused sendings kept aside, by reason.",
      ["token", "address", "too-large", "unreadable"].map((reason) => ({
        labels: { reason },
        value: quarantine.find((row) => row.reason === reason)?.count ?? 0,
      })),
    ),
    metric(
      "kicc_count_capped",
      "gauge",
      `1 where counting stopped at ${METRICS_COUNT_AT_MOST}: there are more.`,
      capped,
    ),
  ];
}

function byAge(pending: readonly number[], now: number): MetricSample[] {
  const ages = pending.map((receivedAt) => AGES.findIndex(([, below]) => now - receivedAt < below));
  return AGES.map(([age], index) => ({ labels: { age }, value: ages.filter((each) => each === index).length }));
}

/** Returns null where the queue does not answer: the other metrics are answered all the same. */
async function backlogOf(deliveries: Queue): Promise<QueueMetrics | null> {
  try {
    return await before(Date.now() + QUEUE_WITHIN_MS, "ask the queue", deliveries.metrics());
  } catch {
    return null;
  }
}

function queue(backlog: QueueMetrics | null, now: number): string[] {
  if (backlog === null) return [];
  const oldest = backlog.oldestMessageTimestamp ? new Date(backlog.oldestMessageTimestamp).getTime() : 0;
  return [
    metric("kicc_queue_messages", "gauge", "Messages in the queue of deliveries.", [{ value: backlog.backlogCount }]),
    metric("kicc_queue_bytes", "gauge", "Their size.", [{ value: backlog.backlogBytes }]),
    metric("kicc_queue_oldest_seconds", "gauge", "Age of the oldest of them, 0 without any.", [
      { value: oldest > 0 ? Math.max(0, now - oldest) / 1000 : 0 },
    ]),
  ];
}
