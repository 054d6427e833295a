// Dollars per million notifications at Cloudflare's list prices, and which limit is met first: measured numbers, and arithmetic that is shown.
import { BUDGET } from "./budget.ts";
import { startRuntime } from "./runtime.ts";
import { seed } from "./seed.ts";
import { figure, markdown } from "./statistics.ts";

const MILLION = 1_000_000;
const MINUTES = 30.4 * 24 * 60;
const SECONDS = MINUTES * 60;
const GB = 1_000_000_000;
const SEEDED = 20_000;

// Paid plan, November 2026: what a month includes, and dollars per unit beyond.
const PRICES = {
  "Workers requests": { included: 10 * MILLION, per: MILLION, dollars: 0.3 },
  "CPU ms": { included: 30 * MILLION, per: MILLION, dollars: 0.02 },
  "D1 rows written": { included: 50 * MILLION, per: MILLION, dollars: 1 },
  "D1 rows read": { included: 25_000 * MILLION, per: MILLION, dollars: 0.001 },
  "D1 GB-months": { included: 5, per: 1, dollars: 0.75 },
  "queue operations": { included: MILLION, per: MILLION, dollars: 0.4 },
  "log events": { included: 20 * MILLION, per: MILLION, dollars: 0.6 },
} as const;
type Item = keyof typeof PRICES;

const RETENTION_MONTHS = 400 / 30.4;
const LARGEST_DATABASE_GB = 10;
const QUEUE_PER_SECOND = 5000;
// Assumed, not measured here: the busiest second against the average one, a write's time in D1 ("several milliseconds",
// d1/platform/limits), and CPU per notification, generously: here workerd spends it with D1 and the queue in it.
const PEAK = 10;
const D1_MS = 5;
const CPU_MS = 4;
const BATCH = 6;
// Rows that the rollups read for each.
const ROLLED_UP = 2;
// The cron's most in one run (src/sweep.ts).
const PRUNED_A_MINUTE = 500;

export async function benchMoney(): Promise<string> {
  const bytes = await bytesPerRow();
  const monthly = [1, 10, 100].map((millions) => ({ millions, ...bill(millions * MILLION, bytes) }));
  const items = Object.keys(PRICES) as Item[];
  const costs = items.map((item) => [
    item,
    item === "D1 GB-months" ? `${Math.round(bytes)} B × ${figure(RETENTION_MONTHS)}` : each(bytes)[item],
    `${PRICES[item].included.toLocaleString("en-US")} free, then $${PRICES[item].dollars}/${PRICES[item].per === 1 ? "GB" : "M"}`,
    ...monthly.map(({ dollars }) => `$${dollars[item].toFixed(2)}`),
  ]);
  const sum = ["sum", "", "", ...monthly.map(({ total }) => `$${total.toFixed(2)}`)];
  const perMillion = [
    "per million",
    "",
    "",
    ...monthly.map(({ total, millions }) => `$${(total / millions).toFixed(2)}`),
  ];
  const head = ["", "per notification", "price", ...monthly.map(({ millions }) => `${millions} M a month`)];
  const limits = monthly.map(({ millions }) => limitRow(millions * MILLION, bytes));
  const limitHead = [
    "a month",
    `busiest second (average × ${PEAK})`,
    "D1's writer is busy",
    "stored at 400 days",
    "10 GB are full after",
    "queue's 5,000/s used",
    "databases needed",
    "first limit",
  ];
  return `${markdown([head, ...costs, sum, perMillion])}

Delivered at once: ${BUDGET.new.written} + ${BUDGET["delivered at once"].written} rows written and ${BUDGET["pruned after 400 days"].written} when it is pruned, ${sumOf("read")} + ${ROLLED_UP} read (the rollups' ${ROLLED_UP}), 1 request and at most 1 consumer's run, 3 queue operations
(write, read, delete), 1 log event, ${Math.round(bytes)} bytes stored with all indexes, kept 400 days. The cron adds ${figure(MINUTES)} runs a month of at least ${BUDGET["a minute of the cron, idle"].read} rows read. CPU is taken to be ${CPU_MS} ms, a resend costs 1 request, 1 row, and no queue operation once
it is delivered. Not in it: the plan's own price.

${markdown([limitHead, ...limits])}

D1's writer: one insert a notification and two trips a batch of 1 to ${BATCH}, each ${D1_MS} ms: ${figure(D1_MS * (1 + 2 / BATCH))} ms where the queue is busy enough for full batches, so
one database takes ${figure(1000 / (D1_MS * (1 + 2 / BATCH)))} a second. Databases needed = the larger of what the busiest second and 400 days of storage ask for.
The first thing to do is to keep less: at 10 M a month \`RETENTION_DAYS = ${Math.floor((LARGEST_DATABASE_GB * GB) / bytes / ((10 * MILLION) / 30.4))}\` fits one database. Then several databases by mallId: each adds
10 GB and ${figure(1000 / (D1_MS * (1 + 2 / BATCH)))} a second, up to the queue's ${QUEUE_PER_SECOND.toLocaleString("en-US")} messages a second, ${figure(QUEUE_PER_SECOND / (1000 / (D1_MS * (1 + 2 / BATCH))))} databases' worth: ${figure(((QUEUE_PER_SECOND / PEAK) * SECONDS) / MILLION)} M a month. Beyond that, a second queue. The
cron prunes at most ${PRUNED_A_MINUTE} a minute, ${figure((PRUNED_A_MINUTE * MINUTES) / MILLION)} M a month: above that a database grows whatever its retention.`;
}

/** Measured: a database of delivered notifications, all indexes included. */
async function bytesPerRow(): Promise<number> {
  const script = "export default { fetch: () => new Response() };";
  const runtime = await startRuntime([{ name: "receiver", script }]);
  try {
    const { before, after } = await seed(await runtime.db("receiver"), SEEDED);
    return (after - before) / SEEDED;
  } finally {
    await runtime.close();
  }
}

function each(bytes: number): Readonly<Record<Item, number>> {
  return {
    "Workers requests": 2,
    "CPU ms": CPU_MS,
    "D1 rows written": sumOf("written"),
    "D1 rows read": sumOf("read") + ROLLED_UP,
    "D1 GB-months": (bytes * RETENTION_MONTHS) / GB,
    "queue operations": 3,
    "log events": 1,
  };
}

/** From its arrival to its deletion. */
function sumOf(what: "read" | "written"): number {
  return BUDGET.new[what] + BUDGET["delivered at once"][what] + BUDGET["pruned after 400 days"][what];
}

function bill(count: number, bytes: number): { dollars: Record<Item, number>; total: number } {
  const cron = { "Workers requests": MINUTES, "D1 rows read": MINUTES * BUDGET["a minute of the cron, idle"].read };
  const used = { ...each(bytes) } as Record<Item, number>;
  const dollars = {} as Record<Item, number>;
  for (const item of Object.keys(PRICES) as Item[]) {
    const { included, per, dollars: price } = PRICES[item];
    const units = used[item] * count + (item in cron ? cron[item as keyof typeof cron] : 0);
    dollars[item] = (Math.max(0, units - included) / per) * price;
  }
  return { dollars, total: Object.values(dollars).reduce((sum, item) => sum + item, 0) };
}

function limitRow(count: number, bytes: number): string[] {
  const busiest = (count / SECONDS) * PEAK;
  const busy = (busiest * D1_MS * (1 + 2 / BATCH)) / 1000;
  const storedGb = (count * RETENTION_MONTHS * bytes) / GB;
  const fullAfterDays = ((LARGEST_DATABASE_GB * GB) / bytes / count) * 30.4;
  const needed = Math.max(1, Math.ceil(busy), Math.ceil(storedGb / LARGEST_DATABASE_GB));
  const first = storedGb > LARGEST_DATABASE_GB ? "10 GB" : busy > 1 ? "D1's writer" : "none";
  return [
    `${figure(count / MILLION)} M`,
    `${figure(busiest)}/s`,
    `${figure(busy * 100)} %`,
    `${figure(storedGb)} GB`,
    `${figure(fullAfterDays)} days`,
    `${figure((busiest / QUEUE_PER_SECOND) * 100)} %`,
    String(needed),
    first,
  ];
}
