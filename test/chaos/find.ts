// Faults between the Worker and KICC's find: slow, cut, garbled. Every query is remembered.
import type { Reply } from "../simulator/reply.ts";
import { type Garbling, written } from "../simulator/written.ts";
import { sleep } from "./clock.ts";
import { type Chance, between, happens, random } from "./faults.ts";
import type { Life, LifeRecord } from "./life.ts";
import { hang, reset } from "./network.ts";

/** One query of the Worker's. Instants are of the Worker's time. */
export interface Query {
  readonly cancelPgCno: string;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** The receiver waits no longer. */
const LONGEST_MS = 30_000;

const queries: { cancelPgCno: string; startedAt: number; endedAt: number | null; record: LifeRecord }[] = [];

export function queriesMade(): Query[] {
  return queries.map(({ cancelPgCno, startedAt, endedAt, record }) => ({
    cancelPgCno,
    startedAt,
    // With a killed invocation its queries end; one that went with its caller tells no more when.
    endedAt: Math.min(endedAt ?? startedAt + LONGEST_MS, record.killedAt ?? Number.POSITIVE_INFINITY),
  }));
}

/** KICC errs, but not for a day: so many times about one cancellation, so that one of its queries is answered. */
const MOST_ERRORS = 3;
const errors = new Map<string, number>();

function errs(fault: Chance, cancelPgCno: string): boolean {
  const count = errors.get(cancelPgCno) ?? 0;
  if (count >= MOST_ERRORS || !happens(fault)) return false;
  errors.set(cancelPgCno, count + 1);
  return true;
}

// As long as the receiver waits for KICC, all but a second.
const SLOW_MS = [1000, 29_000] as const;
/** Places after the answer until the next query at the latest: the notification is stored, the cancellation settled. */
const PLACES = 4;

/** What the Worker's fetch() does in one invocation: it calls nothing else. */
export async function findFetch(
  life: Life,
  call: typeof fetch,
  url: RequestInfo | URL,
  init: RequestInit = {},
): Promise<Response> {
  const { cancelPgCno } = JSON.parse(init.body as string) as { readonly cancelPgCno: string };
  await life.reach();
  const query = { cancelPgCno, startedAt: Date.now(), endedAt: null as number | null, record: life.record };
  queries.push(query);
  const signal = init.signal ?? AbortSignal.timeout(60_000);
  try {
    const response = await Promise.race([answerOf(() => call(url, init), cancelPgCno, signal), hang(signal)]);
    if (happens("find: answered, then killed")) life.doom(PLACES);
    await life.reach();
    return response;
  } finally {
    query.endedAt = Date.now();
  }
}

async function answerOf(ask: () => Promise<Response>, cancelPgCno: string, signal: AbortSignal): Promise<Response> {
  const isReset = errs("find: reset", cancelPgCno);
  const isAfterwards = random() < 0.5;
  if (isReset && !isAfterwards) reset();
  const answer = await ask();
  if (answer.status !== 200) throw new Error(`Cannot ask KICC's stand-in: it answered ${answer.status}`);
  const reply = await answer.json<Reply>();
  if (isReset) reset();
  if (errs("find: hangs", cancelPgCno)) return hang(signal);
  if (happens("find: slow")) await sleep(between(...SLOW_MS));
  const { status, contentType, body } = written(reply, garbling(cancelPgCno));
  return new Response(body, { status, headers: { "content-type": contentType } });
}

function garbling(cancelPgCno: string): Garbling | null {
  if (errs("find: 500", cancelPgCno)) return { kind: "http-status", status: 500 };
  if (errs("find: broken JSON", cancelPgCno)) return { kind: "wrong-json" };
  if (errs("find: resCd error", cancelPgCno)) return { kind: "error", resCd: "9999", resMsg: "System error" };
  return happens("find: EUC-KR") ? { kind: "euc-kr" } : null;
}
