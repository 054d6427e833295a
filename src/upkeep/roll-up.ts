// The cron's counting by hour: what was received, delivered and failed. Each row is read once, and again only for new
// attempts.
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
import { HOUR_MS } from "../time.ts";

// Whoever stores or settles with an earlier time is done by then: an attempt is prompt within 60 s, and 30 s are added.
const LAG_MS = PROMPT_MS + 30_000;
const PAGE = 500;
const PAGES = 10;

/** One run counts at most PAGES pages. The next run counts the rest. */
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

/** @param passed up to where receipts were counted when these rows were read */
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
      // A delivery that follows an earlier one is a replay: its delay means nothing.
      if (outcome === "accepted")
        addDelivery(endOf(attempt), index === accepted ? endOf(attempt) - row.receivedAt : null);
      else add(endOf(attempt), outcome);
    }
    counted.set(row.id, row.attempts.length);
  }
  return { additions: [...sums.values()], counted };
}

/**
 * The first attempt that no run has counted. A row before the cursor without a mark was either delivered promptly and
 * replayed now; or it was stored late, while D1 was down, and its receipt is not counted yet.
 */
function firstUncounted({ counted, attempts, ...row }: UncountedRow, passed: Cursor): number | "unreceived" {
  if (counted !== null) return counted;
  if (row.seq > passed.seq) return 0;
  const [first] = attempts;
  const wasPrompt = first?.[2] === "accepted" && endOf(first) <= row.receivedAt + PROMPT_MS;
  return wasPrompt ? 1 : "unreceived";
}

/** An attempt that nobody reported has no duration: it counts at its start. */
function endOf([startedAt, durationMs]: UncountedRow["attempts"][number]): number {
  return startedAt + (durationMs ?? 0);
}
