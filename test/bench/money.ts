// The price of a month at Cloudflare's list prices, and which limit comes first: from measured bytes and rows. The
// arithmetic is shown.
import { gzipSync } from "node:zlib";
import { entriesOf } from "../../src/archive/entries.ts";
import { lineOf } from "../../src/archive/line.ts";
import { partName } from "../../src/archive/manifest.ts";
import { DAYS_A_MONTH, EACH, GB, MILLION, PART, dollarsOf } from "../../src/rules/month-cost.ts";
import { readArchivable } from "../../src/store/archive-plan.ts";
import { fill } from "./bytes.ts";
import { localD1 } from "./local-d1.ts";
import { MONTHS_KEPT, type Sizes, monthOf } from "./prices.ts";
import { figure, markdown } from "./statistics.ts";
import { TRAFFICS, type Traffic } from "./traffic.ts";

const LARGEST_GB = 10;
const SECONDS = DAYS_A_MONTH * 24 * 60 * 60;
const QUEUE_PER_SECOND = 5000;
// Assumed, not measured here: the busiest second against the average one, and a write's time in D1 ("several milliseconds",
// d1/platform/limits).
const PEAK = 10;
const D1_MS = 5;
const BATCH = 6;
const PER_SECOND = 1000 / (D1_MS * (1 + 2 / BATCH));
const UNARCHIVED_DAYS = 400;
const IN_FLIGHT = 4;
const LINES = 5000;

/** Millions a month, and the days that stay in D1 of cancellations and of the mix. */
const AMOUNTS = [
  [1, 60, 60],
  [10, 30, 21],
  [100, 7, 7],
] as const;

interface Measured {
  readonly traffic: Traffic;
  readonly sizes: Sizes;
}

export async function benchMoney(count: number): Promise<string> {
  const measured: Measured[] = [];
  for (const traffic of TRAFFICS) measured.push({ traffic, sizes: await sizesOf(traffic, count) });
  const head = [
    "a month",
    "HOT_DAYS",
    "Workers",
    "D1 rows",
    "D1 storage",
    "queue",
    "R2",
    "logs",
    "sum",
    "D1 GB",
    "R2 GB",
  ];
  const rows = AMOUNTS.flatMap(([millions, ...days]) =>
    measured.map(({ traffic, sizes }, index) => billRow(traffic, sizes, millions, days[index] ?? 0)),
  );
  const limits = AMOUNTS.flatMap(([millions, ...days]) =>
    measured.map(({ traffic, sizes }, index) => limitRow(traffic, sizes, millions, days[index] ?? 0)),
  );
  const limitHead = [
    "a month",
    "busiest second",
    "D1's writer is busy",
    "days that fit 10 GB",
    `${UNARCHIVED_DAYS} days, GB`,
    "$ of them, unarchived",
    "queue's 5,000/s used",
    "receivers by mallId",
  ];
  const sizes = measured.map(
    ({ traffic, sizes: { d1, line, index } }) =>
      `${traffic.name}: ${figure(d1)} bytes in D1 (${IN_FLIGHT} in flight), ${figure(line)} of a gzipped line and ${figure(index)} of its index in R2`,
  );
  return `${markdown([head, ...rows])}

Measured, a notification. ${sizes.join(". ")}.
Assumed: list prices, without the plan's own $5 and with what it includes taken off. Each is delivered at once: ${EACH.rowsWritten} rows written (${EACH.rowsWritten - 1}, and 1 when
it leaves D1: a deletion is billed by the row, not by its indexes) and ${EACH.rowsRead} read; 1 request, at most 1 consumer's run, ${EACH.cpuMs} ms
of CPU, 3 queue operations (write, read, delete), 1 log event. The cron adds ${figure(SECONDS / 60)} runs. R2 has ${MONTHS_KEPT} months, after five
years; a part of ${PART.lines.toLocaleString("en-US")} lines takes ${PART.classA} operations of class A and ${PART.classB} of class B. Goals: 1 M at most $1.00, 10 M at most $65; 400 days of 1 M
cancellations in 10 GB without the archive.

${markdown([limitHead, ...limits])}

The busiest second is taken to be ${PEAK} times the average one. D1's writer: one insert a notification and two trips a batch of up to ${BATCH}, each ${D1_MS} ms,
so one database takes ${figure(PER_SECOND)} a second. The queue takes ${QUEUE_PER_SECOND.toLocaleString("en-US")} messages a second: ${figure(((QUEUE_PER_SECOND / PEAK) * SECONDS) / MILLION)} M a month.`;
}

function billRow({ name }: Traffic, sizes: Sizes, millions: number, days: number): (string | number)[] {
  const used = monthOf(millions * MILLION, sizes, days, true);
  const cost = dollarsOf(used);
  const money = (...each: readonly number[]) => `$${each.reduce((sum, one) => sum + one, 0).toFixed(2)}`;
  return [
    `${millions} M ${name}`,
    days,
    money(cost["Workers requests"], cost["CPU ms"]),
    money(cost["D1 rows written"], cost["D1 rows read"]),
    money(cost["D1 GB-months"]),
    money(cost["queue operations"]),
    money(cost["R2 GB-months"], cost["R2 class A"], cost["R2 class B"]),
    money(cost["log events"]),
    money(cost.sum),
    figure(used["D1 GB-months"]),
    figure(used["R2 GB-months"]),
  ];
}

function limitRow({ name }: Traffic, sizes: Sizes, millions: number, days: number): (string | number)[] {
  const count = millions * MILLION;
  const busiest = (count / SECONDS) * PEAK;
  const hotGb = monthOf(count, sizes, days, true)["D1 GB-months"];
  const unarchived = monthOf(count, sizes, UNARCHIVED_DAYS, false);
  return [
    `${millions} M ${name}`,
    `${figure(busiest)}/s`,
    `${figure((busiest / PER_SECOND) * 100)} %`,
    figure((LARGEST_GB * GB * DAYS_A_MONTH) / sizes.d1 / count),
    figure(unarchived["D1 GB-months"]),
    dollarsOf(unarchived).sum.toFixed(2),
    `${figure((busiest / QUEUE_PER_SECOND) * 100)} %`,
    Math.max(1, Math.ceil(busiest / PER_SECOND), Math.ceil(hotGb / LARGEST_GB)),
  ];
}

/** Its row in D1; its line in a gzipped part of the archive, and its entries in the index. */
async function sizesOf(traffic: Traffic, count: number): Promise<Sizes> {
  const { db, file } = localD1();
  try {
    const { bytes } = await fill({ db, file }, traffic, count, IN_FLIGHT);
    const keys = file.prepare(`SELECT seq FROM notifications ORDER BY seq LIMIT ${LINES}`).all();
    const rows = await readArchivable(
      db,
      keys.map(({ seq }) => Number(seq)),
    );
    const lines = rows.map((row) => lineOf({ ...row, body: withBase64(row.body) }));
    const part = partName("notifications", { day: "2026-01-14", part: 1 });
    const entries = lines.flatMap((one, line) => entriesOf(one, { part, line }).map((entry) => `${entry}\n`));
    const gzip = gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    return { d1: bytes, line: gzip.length / lines.length, index: entries.join("").length / lines.length };
  } finally {
    file.close();
  }
}

/** Node 24 has no Uint8Array.toBase64 yet. */
function withBase64(bytes: Uint8Array): Uint8Array {
  const body = Buffer.from(bytes);
  return Object.assign(body, { toBase64: () => body.toString("base64") });
}
