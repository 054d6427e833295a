// Finds the call of KICC's API that an HTTP request makes, and its reply. What is not a call is answered here.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Books } from "./books.ts";
import { find } from "./find.ts";
import type { Misbehaviour } from "./misbehaviour.ts";
import type { Fate } from "./notifying.ts";
import type { Reply } from "./reply.ts";
import { type Revised, type ReviseOptions, revise } from "./revise.ts";

/** May be changed while KICC runs; a function is asked for each call. */
export interface Behaviour {
  /** From a cancel request to its result, and from a first failure to the success. */
  notifyDelayMs: number;
  /** The probability that a cancellation is never notified. */
  loseNotifications: number;
  /** The probability that one sending, or the ack to it, is lost. */
  lossPerSending: number;
  fate: (request: Request) => Fate;
  /** What goes wrong with the answer to this call; null for nothing. */
  misbehave: (name: CallName, request: Request) => Misbehaviour | null;
}

type CallName = "revise" | "find";

/** The body of a call, as it came. */
type Request = Readonly<Record<string, unknown>>;

export interface Call {
  readonly name: CallName;
  /** Epoch ms. */
  readonly at: number;
  readonly request: Request;
  /** What a well-behaved answer says, whether or not it was given. */
  readonly reply: Reply;
  readonly misbehaviour: Misbehaviour | null;
}

export interface Taken {
  readonly call: Call;
  readonly accepted: Revised["accepted"];
}

const CALLS: Readonly<Record<string, CallName>> = {
  "/api/trades/wechatpay/revise": "revise",
  "/api/trades/wechatpay/find": "find",
};
const LARGEST_REQUEST_BYTES = 64 * 1024;

/** Null where it was no call: that has its answer already. */
export async function takeCall(
  message: IncomingMessage,
  response: ServerResponse,
  books: Books,
  behaviour: Behaviour,
  options: ReviseOptions,
): Promise<Taken | null> {
  const name = CALLS[message.url ?? ""];
  if (name === undefined) return turnAway(response, 404);
  if (message.method !== "POST") return turnAway(response, 405);
  const request = await readObject(message);
  if (request === null) return turnAway(response, 400);
  const at = Date.now();
  const misbehaviour = behaviour.misbehave(name, request);
  if (name === "find") {
    return { call: { name, at, request, reply: find(books, request, at), misbehaviour }, accepted: null };
  }
  const { reply, accepted } = revise(books, request, options, at);
  return { call: { name, at, request, reply, misbehaviour }, accepted };
}

function turnAway(response: ServerResponse, status: number): null {
  response.writeHead(status, { connection: "close" }).end();
  return null;
}

async function readObject(message: IncomingMessage): Promise<Request | null> {
  try {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of message as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > LARGEST_REQUEST_BYTES) return null;
    }
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Request) : null;
  } catch {
    // No JSON, or the caller hung up.
    return null;
  }
}
