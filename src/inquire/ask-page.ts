// The cron's page of due queries to KICC, whatever they are about. It takes rows, asks in a few lanes, and makes the
// rest due again. Bounded in number and time.
import { inLanes } from "../pool.ts";
import type { AskLease } from "../store/inquiry.ts";

/** An invocation has 6 connections, D1's among them. A lane has one open at a time. */
const LANES = 6;
/**
 * Limits of one run. D1 takes 1,000 queries from an invocation, and one answer costs at most five. The sweep and
 * another run like this need some too. 1,000 due rows are asked about in ten runs, so in ten minutes if KICC answers
 * within 1.5 s; 15 min are allowed.
 */
const PAGE = 50;
const ASKED = 100;
const PAGES = 20;
// No query begins after this. The last answers come half a minute later.
const BEGIN_WITHIN_MS = 25_000;
// Longer than a whole run, because a page is taken before its last row is asked about.
const PAGE_LEASE_MS = 120_000;

/** Where due queries come from: successes that wait for CONFIRM, or a register. */
export interface DueSource<Row> {
  /**
   * Takes the first due rows until the lease ends.
   * @returns the rows to ask about, and how many were taken or settled
   */
  readonly take: (lease: AskLease, limit: number) => Promise<{ readonly rows: readonly Row[]; readonly taken: number }>;
  /** Throws nothing. */
  readonly ask: (row: Row, lease: AskLease) => Promise<void>;
  readonly untake: (rows: readonly Row[], lease: AskLease) => Promise<void>;
}

/**
 * The sources take turns, so that none waits behind a full one.
 * @returns how many were asked about, and how many were settled without asking
 */
export async function askDue<Row>(sources: readonly DueSource<Row>[]): Promise<{ asked: number; settled: number }> {
  const deadline = Date.now() + BEGIN_WITHIN_MS;
  const turns = [...sources];
  let asked = 0;
  let settled = 0;
  for (let page = 0; page < PAGES && asked < ASKED && Date.now() < deadline; page++) {
    const source = turns.shift();
    if (source === undefined) break;
    const now = Date.now();
    const lease = { now, until: now + PAGE_LEASE_MS };
    const limit = Math.min(PAGE, ASKED - asked);
    const { rows, taken } = await source.take(lease, limit);
    const left = await inLanes(rows, LANES, deadline, (row) => source.ask(row, lease));
    if (left.length > 0) await source.untake(left, lease);
    asked += rows.length - left.length;
    settled += taken - rows.length;
    if (taken === limit) turns.push(source);
  }
  return { asked, settled };
}
