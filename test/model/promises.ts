// Checks what the contract promises in every state of the world, by what is in D1 and what the world saw. Each finding
// is a line.
import { env } from "cloudflare:workers";
import { type Message, bodyOf } from "./steps.ts";
import type { World } from "./world.ts";

/** One run: the world, and what is known about the run besides. */
export interface Run {
  readonly world: World;
  /** Messages that were acked. `unacked` are those that KICC will send again. */
  readonly acked: Message[];
  readonly unacked: Message[];
  /** Ids of notifications that a person had delivered. */
  readonly asked: Set<string>;
}

export interface Row {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly attempts: number;
  readonly tries: number;
  readonly nextAttemptAt: number | null;
  readonly leaseUntil: number | null;
  readonly confirm: string | null;
  readonly cancelPgCno: string;
  readonly resCd: string;
  readonly amount: string;
  readonly mallId: string;
}

export async function rowsInD1(): Promise<readonly Row[]> {
  const { results } = await env.DB.prepare(
    `SELECT id, state, reason, attempts, tries, next_attempt_at AS nextAttemptAt, lease_until AS leaseUntil, confirm,
       cancel_pg_cno AS cancelPgCno, res_cd AS resCd, amount, mall_id AS mallId FROM notifications ORDER BY seq`,
  ).run<Row>();
  return results;
}

/** What is broken now. Must be empty at any time. */
export async function brokenNow({ world, asked }: Run): Promise<readonly string[]> {
  const rows = await rowsInD1();
  const accepted = new Set(world.accepted.map(({ id }) => id));
  const broken: string[] = [];
  for (const { id, attempts, state } of rows) {
    const made = [...world.called, ...world.handedOver].filter((one) => one.id === id).map(({ attempt }) => attempt);
    const last = Math.max(0, ...made);
    if (attempts !== last) broken.push(`${id} has ${attempts} attempts, and the last one handed over was ${last}`);
    if (state === "delivered" && !accepted.has(id)) broken.push(`${id} is delivered, and nobody accepted it`);
  }
  const calls = world.called.map(({ id, attempt }) => `${id} by attempt ${attempt}`);
  for (const call of repeated(calls)) broken.push(`the origin got twice ${call}`);
  const successes = rows.filter(({ id, resCd }) => resCd === "0000" && accepted.has(id) && !asked.has(id));
  for (const cancelPgCno of repeated(successes.map((row) => row.cancelPgCno))) {
    broken.push(`two successes of ${cancelPgCno} were delivered without a person`);
  }
  return broken;
}

/** What is broken at the end, after all has been well for a while. Must be empty. */
export async function brokenAtTheEnd(run: Run): Promise<readonly string[]> {
  const rows = await rowsInD1();
  const waiting = rows.filter(({ state }) => state === "pending").map(({ id }) => `${id} waits for ever`);
  const missing = run.acked.filter((message) => rows.filter(isRowOf(message)).length !== 1);
  return [
    ...(await brokenNow(run)),
    ...waiting,
    ...missing.map((message) => `acked, and not there once: ${JSON.stringify(message)}`),
  ];
}

function isRowOf(message: Message): (row: Row) => boolean {
  const { cancelPgCno, resCd } = JSON.parse(bodyOf(message)) as { cancelPgCno: string; resCd: string };
  return (row) =>
    row.cancelPgCno === cancelPgCno &&
    row.resCd === resCd &&
    row.amount === message.amount &&
    row.mallId === message.mallId;
}

function repeated(texts: readonly string[]): readonly string[] {
  return texts.filter((text, index) => texts.indexOf(text) !== index);
}
