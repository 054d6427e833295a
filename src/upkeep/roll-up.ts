// The cron's counting: what was received, delivered and failed, by hour. Each row is read once, and again only for new attempts.
import { delayName } from "../rules/histogram.ts";
import { log } from "../log.ts";
import { sumsOf } from "../rules/sums.ts";
import {
  type Addition,
  type Counting,
  type Cursor,
  type ReceivedRow,
  type UncountedRow,
  PROMPT_MS,
  addUp,
  readCursor,
  readUncounted,
} from "../store/rollup-writes.ts";

const HOUR_MS = 60 * 60 * 1000;
// Whoever stores or settles now with an earlier instant is done by then: 60 s are prompt, and 30 s more.
const LAG_MS = PROMPT_MS + 30_000;
const PAGE = 500;
const PAGES = 10;

/** One run: at most PAGES pages. What is left, the next minute counts. */
export async function rollUp(db: D1Database, now: number): Promise<void> {
  let rows = 0;
  for (let page = 0; page < PAGES; page++) {
    const cursor = await readCursor(db);
    const { received, uncounted } = await readUncounted(db, cursor, now - LAG_MS, PAGE);
    if (received.length + uncounted.length === 0) break;
    const { additions, counted } = count(received, uncounted, cursor);
    await addUp(db, cursor, (received.at(-1) ?? cursor).seq, additions, counted);
    rows += received.length + uncounted.length;
    if (received.length < PAGE && uncounted.length < PAGE) break;
  }
  if (rows > 0) log("rollup.counted", { rows });
}

interface Counted {
  readonly additions: Addition[];
  readonly counted: Map<string, number>;
}

/** @param passed how far receipts were counted when these rows were read */
function count(received: readonly ReceivedRow[], uncounted: readonly UncountedRow[], passed: Cursor): Counted {
  const sums = new Map<string, Addition>();
  const counted = new Map<string, number>();
  const addTo = (hour: number, name: string, by: number) => {
    const key = `${hour} ${name}`;
    sums.set(key, [hour, name, (sums.get(key)?.[2] ?? 0) + by]);
  };
  const add = (at: number, name: string, by = 1) => {
    for (const hour of [Math.floor(at / HOUR_MS) * HOUR_MS, 0]) addTo(hour, name, by);
  };
  const addDelivery = (at: number, delayMs: number | null) => {
    add(at, "delivered");
    if (delayMs === null) return;
    add(at, delayName(delayMs));
    add(at, "delay_ms", Math.max(0, delayMs));
  };
  const addReceipt = (row: Counting & { readonly receivedAt: number }) => {
    add(row.receivedAt, "received");
    for (const [name, by] of sumsOf(row)) addTo(Math.floor(row.receivedAt / HOUR_MS) * HOUR_MS, name, by);
  };
  for (const row of received) {
    const { id, receivedAt, promptAt } = row;
    addReceipt(row);
    if (promptAt === null) counted.set(id, 0);
    else addDelivery(promptAt, promptAt - receivedAt);
  }
  for (const row of uncounted) {
    const from = firstUncounted(row, passed);
    if (from === "unreceived") addReceipt(row);
    const accepted = row.attempts.findIndex(([, , outcome]) => outcome === "accepted");
    for (const [index, attempt] of row.attempts.entries()) {
      if (index < (from === "unreceived" ? 0 : from)) continue;
      const [, , outcome] = attempt;
      // What was delivered before and replayed says nothing of delay.
      if (outcome === "accepted")
        addDelivery(endOf(attempt), index === accepted ? endOf(attempt) - row.receivedAt : null);
      else add(endOf(attempt), outcome);
    }
    counted.set(row.id, row.attempts.length);
  }
  return { additions: [...sums.values()], counted };
}

/**
 * The first attempt that no run has counted. A row that the receipts' count has passed without a mark was prompt then,
 * and is replayed now — or it was stored late, while D1 was away, and its receipt is yet to be counted.
 */
function firstUncounted({ counted, attempts, ...row }: UncountedRow, passed: Cursor): number | "unreceived" {
  if (counted !== null) return counted;
  if (row.seq > passed.seq) return 0;
  const [first] = attempts;
  const wasPrompt = first?.[2] === "accepted" && endOf(first) <= row.receivedAt + PROMPT_MS;
  return wasPrompt ? 1 : "unreceived";
}

/** One that nobody reported has no duration: it counts from its start. */
function endOf([startedAt, durationMs]: UncountedRow["attempts"][number]): number {
  return startedAt + (durationMs ?? 0);
}
