// A stand-in for KICC: its API on 127.0.0.1, and the notifications that follow from its calls. Everything is in memory.
import http from "node:http";
import type { AddressInfo } from "node:net";
import { type Payment, type Registered, openBooks, registerCancellation } from "./books.ts";
import { type Behaviour, type Call, takeCall } from "./calls.ts";
import { answer } from "./misbehaviour.ts";
import { type Carrying, carryOut } from "./notifying.ts";
import { seededRandom } from "./random.ts";
import { type Conclusion, type ResendOptions, type Sending, sendUntilAcked } from "./resend.ts";
import type { ReviseOptions } from "./revise.ts";

export interface KiccOptions extends Omit<ResendOptions, "loss" | "signal" | "onSending">, ReviseOptions {
  /** 0, unless told: any that is free. */
  readonly port?: number;
  readonly seed?: number;
  readonly behaviour?: Partial<Behaviour>;
  readonly onCall?: (call: Call) => void;
  readonly onSending?: (sending: Sending, cancelPgCno: string) => void;
}

export interface Kicc {
  /** Without a slash at the end: what KICC_API_URL is set to. */
  readonly url: string;
  /** May be changed at any time. */
  readonly behaviour: Behaviour;
  /** What was asked by find and by revise, in order. */
  readonly queries: readonly Call[];
  readonly revisions: readonly Call[];
  /** The cancelPgCnos whose notification was lost for good. */
  readonly lost: readonly string[];
  /** Enters or changes a cancellation, as if revise had been called; nothing is notified. */
  register(told?: Partial<Registered>): Registered;
  registerPayment(payment: Omit<Payment, "cancelled">): void;
  cancellation(cancelPgCno: string): Registered | undefined;
  /** Sends and resends a notification; the promise tells how it ended. */
  notify(notifyUrl: string, body: Uint8Array, cancelPgCno?: string): Promise<Conclusion>;
  /** All that was accepted is carried out, and all notifications are acked or given up. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** Well-behaved unless told. */
const BEHAVIOUR: Behaviour = {
  notifyDelayMs: 0,
  loseNotifications: 0,
  lossPerSending: 0,
  fate: () => "succeeds",
  misbehave: () => null,
};

export async function startKicc(options: KiccOptions = {}): Promise<Kicc> {
  const random = seededRandom(options.seed ?? 1);
  const behaviour: Behaviour = { ...BEHAVIOUR, ...options.behaviour };
  const books = openBooks(random);
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = new Set<Promise<unknown>>();
  const queries: Call[] = [];
  const revisions: Call[] = [];
  const lost: string[] = [];

  function track<T>(work: Promise<T>): Promise<T> {
    const tracked = work.finally(() => running.delete(tracked));
    running.add(tracked);
    return tracked;
  }
  function notify(notifyUrl: string, body: Uint8Array, cancelPgCno = ""): Promise<Conclusion> {
    const { onSending, ...sending } = options;
    const loss = { probability: behaviour.lossPerSending, random };
    const report = onSending && ((one: Sending) => onSending(one, cancelPgCno));
    return track(sendUntilAcked(notifyUrl, body, { ...sending, loss, signal, ...(report && { onSending: report }) }));
  }
  async function serve(message: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const taken = await takeCall(message, response, books, behaviour, options);
    if (taken === null) return;
    const { call, accepted } = taken;
    (call.name === "find" ? queries : revisions).push(call);
    options.onCall?.(call);
    // The result does not wait for the answer: it may overtake it, as it may at KICC.
    if (accepted !== null) void track(carryOut(accepted, plan(call)));
    await answer(response, call.reply, call.misbehaviour, signal);
  }
  function plan(call: Call): Carrying {
    const losesNotification = random() < behaviour.loseNotifications;
    const cancelPgCno = String(call.reply["cancelPgCno"]);
    if (losesNotification) lost.push(cancelPgCno);
    const { fate, notifyDelayMs: delayMs } = behaviour;
    return { books, fate: fate(call.request), delayMs, losesNotification, notify, signal };
  }
  const server = http.createServer((message, response) => void track(serve(message, response)));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    behaviour,
    queries,
    revisions,
    lost,
    register: (told = {}) => registerCancellation(books, told, Date.now()),
    registerPayment: (payment) => void books.payments.set(payment.pgCno, { ...payment, cancelled: 0 }),
    cancellation: (cancelPgCno) => books.cancellations.get(cancelPgCno),
    notify,
    idle: () => settled(running),
    async stop() {
      stopping.abort();
      const closed = new Promise((resolve) => void server.close(resolve));
      server.closeAllConnections();
      await Promise.all([closed, settled(running)]);
    },
  };
}

/** Each may start others: settled is only when none is left. */
async function settled(running: ReadonlySet<Promise<unknown>>): Promise<void> {
  while (running.size > 0) await Promise.allSettled(running);
}
