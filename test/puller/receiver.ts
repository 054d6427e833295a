// A stand-in for the receiver: pull, accept and fail as in contract section 7, in memory and over HTTP on 127.0.0.1. It
// has states, leases, attempts and signatures, but no D1 and no queue. Its clock can be moved.
import { createHash, createHmac, randomBytes } from "node:crypto";
import http from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { bodyOf, listen } from "./http.ts";

export const DELIVERY_TOKEN = "delivery-token-of-this-test";
export const SIGNING_SECRET = "whsec_bG9jYWwtd29yay1vbmx5LW5vdC1hLXNlY3JldCE=";

interface Row {
  readonly id: string;
  readonly body: Buffer;
  readonly contentType: string | null;
  readonly reference: string | null;
  readonly receivedAt: number;
  readonly history: { attempt: number; outcome: "accepted" | "failed" | "gone"; reason: string | null }[];
  state: "pending" | "delivered" | "dead";
  attempts: number;
  nextAttemptAt: number;
  leaseUntil: number | null;
}

/** What it is told to do in place of its own answer: hang up, or answer so. */
type Trouble = "hangup" | { readonly status: number; readonly answer?: unknown; readonly location?: string };

export interface ReceiverStandIn {
  readonly url: string;
  /** All calls, in the order of their arrival. */
  readonly calls: { readonly path: string; readonly authorization: string | undefined; readonly content: unknown }[];
  /** Takes a notification in, as if KICC had sent it. @returns its id */
  notify(body?: string | Buffer, more?: { contentType?: string | null; reference?: string }): string;
  find(id: string): Row;
  /** Moves its clock: leases run out, waits end. */
  advance(ms: number): void;
  /** Asked before each answer. */
  interfere: (path: string) => Trouble | undefined;
  /** Awaited in the middle of the answer to a pull that brings something: the notifications are leased by then. */
  midAnswer: () => Promise<void>;
  /** Whether header names come in capitals, as some HTTP stacks write them. */
  shouts: boolean;
  /** How many pulls are being held now. */
  held(): number;
  /** How many pulls were given up by who asked, while they were being held. */
  givenUp(): number;
}

const RETRY_DELAY_MS = 15_000;
const MOST_ATTEMPTS = 16;

export async function startReceiver(): Promise<ReceiverStandIn> {
  const rows = new Map<string, Row>();
  let skewMs = 0;
  let held = 0;
  let givenUp = 0;
  const now = () => Date.now() + skewMs;

  const standIn: ReceiverStandIn = {
    url: "",
    calls: [],
    notify(body = '{"resCd":"0000"}', { contentType = "application/json; charset=utf-8", reference } = {}) {
      const id = `ntf_${createHash("sha256").update(randomBytes(16)).digest("hex").slice(0, 32)}`;
      rows.set(id, {
        id,
        body: Buffer.from(body),
        contentType,
        reference: reference ?? null,
        receivedAt: now(),
        history: [],
        state: "pending",
        attempts: 0,
        nextAttemptAt: now(),
        leaseUntil: null,
      });
      return id;
    },
    find: (id) => rows.get(id) ?? missing(id),
    advance: (ms) => void (skewMs += ms),
    interfere: () => undefined,
    midAnswer: () => Promise.resolve(),
    shouts: false,
    held: () => held,
    givenUp: () => givenUp,
  };

  function settle(row: Row, outcome: Row["history"][number]["outcome"], reason: string | null): void {
    row.history.push({ attempt: row.attempts, outcome, reason });
    row.leaseUntil = null;
    row.nextAttemptAt = now() + RETRY_DELAY_MS;
    if (outcome === "gone" || row.attempts >= MOST_ATTEMPTS) row.state = "dead";
  }

  function lease(max: number, leaseSeconds: number): Row[] {
    const pending = [...rows.values()].filter(({ state }) => state === "pending");
    for (const row of pending.filter(({ leaseUntil }) => leaseUntil !== null && leaseUntil <= now())) {
      settle(row, "failed", "no report before the lease ran out");
    }
    const due = pending.filter(({ leaseUntil, nextAttemptAt }) => leaseUntil === null && nextAttemptAt <= now());
    return due.slice(0, max).map((row) => {
      row.attempts += 1;
      row.leaseUntil = now() + leaseSeconds * 1000;
      return row;
    });
  }

  function pulledOf(row: Row) {
    const headers = headersOf(row, now());
    const shouted = Object.entries(headers).map(([name, value]) => [name.replace(/\b[a-z]/g, capital), value]);
    return {
      id: row.id,
      kind: "wechat.cancel",
      state: row.state,
      source: "notification",
      reference: row.reference,
      receivedAt: instant(row.receivedAt),
      attempts: row.attempts,
      attempt: row.attempts,
      headers: standIn.shouts ? Object.fromEntries(shouted) : headers,
      bodyBase64: row.body.toString("base64"),
      leaseUntil: instant(row.leaseUntil ?? 0),
    };
  }

  async function pull(content: Record<string, unknown>, response: http.ServerResponse): Promise<void> {
    const { max, leaseSeconds, waitSeconds } = content;
    if (!within(max, 1, 50) || !within(leaseSeconds, 1, 300) || !within(waitSeconds, 0, 20)) {
      return reply(response, 400, problem("invalid", "max, leaseSeconds or waitSeconds is out of its range"));
    }
    const until = Date.now() + waitSeconds * 1000;
    held += 1;
    let leased = lease(max, leaseSeconds);
    while (leased.length === 0 && Date.now() < until && !response.closed) {
      await pause(20);
      if (!response.closed) leased = lease(max, leaseSeconds);
    }
    held -= 1;
    if (response.closed) givenUp += 1;
    const text = JSON.stringify({ notifications: leased.map(pulledOf) });
    response.writeHead(200, { "content-type": "application/json" });
    response.write(text.slice(0, 40));
    if (leased.length > 0) await standIn.midAnswer();
    response.end(text.slice(40));
  }

  function report(row: Row | undefined, verb: string, content: Record<string, unknown>, response: http.ServerResponse) {
    if (row === undefined) return reply(response, 404, problem("not_found", "no such notification"));
    const { attempt, reason, final } = content;
    if (!within(attempt, 1, row.attempts) || (verb === "fail" && typeof reason !== "string")) {
      return reply(response, 400, problem("invalid", "attempt or reason is wrong"));
    }
    if (verb === "accept" && row.state !== "delivered") {
      row.state = "delivered";
      row.leaseUntil = null;
      row.history.push({ attempt, outcome: "accepted", reason: null });
    } else if (verb === "fail" && attempt === row.attempts && row.leaseUntil !== null) {
      settle(row, final === true ? "gone" : "failed", String(reason));
    }
    reply(response, 200, { id: row.id, state: row.state, attempts: row.attempts });
  }

  async function take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const path = request.url ?? "";
    const { authorization } = request.headers;
    const content = JSON.parse((await bodyOf(request)).toString()) as Record<string, unknown>;
    standIn.calls.push({ path, authorization, content });
    const trouble = standIn.interfere(path);
    if (trouble === "hangup") return void request.socket.destroy();
    if (trouble) {
      if (trouble.location) response.setHeader("location", trouble.location);
      return reply(response, trouble.status, trouble.answer ?? "trouble");
    }
    if (authorization !== `Bearer ${DELIVERY_TOKEN}`) {
      return reply(response, 401, problem("unauthorized", "no token, or a wrong one"));
    }
    const [, id, verb] = /^\/api\/notifications\/([^/]+)\/(accept|fail)$/.exec(path) ?? [];
    if (path === "/api/pull") return pull(content, response);
    if (id && verb) return report(rows.get(id), verb, content, response);
    reply(response, 404, problem("not_found", "no such path"));
  }

  const url = await listen(http.createServer((request, response) => void take(request, response)));
  return Object.assign(standIn, { url });
}

/** All of contract section 5, signed at the moment of the pull. */
function headersOf(row: Row, now: number): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const secret = Buffer.from(SIGNING_SECRET.replace("whsec_", ""), "base64");
  const signature = createHmac("sha256", secret).update(`${row.id}.${timestamp}.`).update(row.body).digest("base64");
  return {
    "webhook-id": row.id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${signature}`,
    "kicc-notification": "wechat.cancel",
    "kicc-attempt": String(row.attempts),
    "kicc-received-at": instant(row.receivedAt),
    "kicc-source": "notification",
    "user-agent": "kicc-edge-receiver/1.0.0",
    ...(row.reference === null ? {} : { "kicc-reference": row.reference }),
    ...(row.contentType === null ? {} : { "content-type": row.contentType }),
  };
}

function within(value: unknown, lowest: number, highest: number): value is number {
  return Number.isInteger(value) && Number(value) >= lowest && Number(value) <= highest;
}

function reply(response: http.ServerResponse, status: number, answer: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
}

function problem(code: string, message: string) {
  return { error: { code, message } };
}

function instant(at: number): string {
  return new Date(at).toISOString();
}

function capital(letter: string): string {
  return letter.toUpperCase();
}

function missing(id: string): never {
  throw new RangeError(`Cannot find notification: ${id}`);
}
