// What surrounds the Worker: KICC, the queue, the origin, pullers or another consumer, and the clock. All of it is in
// memory and can fail. D1 is the real one.
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { confirmDue } from "../../src/inquire/confirm-due.ts";
import { confirmOneNow } from "../../src/inquire/confirm-one.ts";
import { deliverBatch } from "../../src/deliver/consumer.ts";
import type { DeliveryMessage } from "../../src/queue/message.ts";
import { receive } from "../../src/receive/hook.ts";
import { sweep } from "../../src/upkeep/sweep.ts";
import { call } from "../calls.ts";
import { D1_FULL, configWith, faultyD1, kiccRequest } from "../fixtures.ts";
import { findAnswer } from "../kicc-stand-in.ts";

export interface Settings {
  readonly DELIVERY: "push" | "pull" | "queue";
  readonly CONFIRM: "off" | "before-delivery";
  readonly RETRY_DELAYS_SECONDS: string;
  readonly MALL_IDS: string | undefined;
}

export interface Troubles {
  /** `full`: D1 answers reads, and fails writes. */
  readonly d1: "well" | "full" | "away";
  readonly queue: "well" | "refuses";
  readonly metrics: "answers" | "hang";
  readonly kicc: "answers" | "away";
  readonly origin: "accepts" | "fails" | "gone";
}

export const ALL_WELL: Troubles = { d1: "well", queue: "well", metrics: "answers", kicc: "answers", origin: "accepts" };

export interface Attempt {
  readonly id: string;
  readonly attempt: number;
}

interface Waiting {
  readonly content: DeliveryMessage;
  readonly attempts: number;
  readonly dueAt: number;
}

const BATCH = 6;
/** As long as src/queue/send.ts waits for the queue's metrics. Here the wait ends at once. */
const METRICS_WITHIN_MS = 5000;
/** The amount that KICC cancelled. A message with another amount is forged. */
export const TRUE_AMOUNT = "51000";

export class World {
  settings: Settings = { DELIVERY: "push", CONFIRM: "off", RETRY_DELAYS_SECONDS: "15,30,60", MALL_IDS: undefined };
  troubles: Troubles = ALL_WELL;
  /** Attempts at which the origin was called. */
  readonly called: Attempt[] = [];
  /** Attempts that a puller has leased, or that the queue has for another Worker. */
  readonly handedOver: Attempt[] = [];
  /** Attempts whose end the puller or that Worker may report: late, twice or never. */
  readonly reportable: Attempt[] = [];
  /** In the order in which they were accepted. */
  readonly accepted: Attempt[] = [];
  queue: Waiting[] = [];

  constructor() {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 0, 14) });
    const original = globalThis.setTimeout;
    vi.spyOn(globalThis, "setTimeout").mockImplementation((run: () => void, ms = 0) =>
      original(run, ms === METRICS_WITHIN_MS ? 0 : ms),
    );
    vi.stubGlobal("fetch", (input: RequestInfo | URL, init?: RequestInit) => this.#answer(new Request(input, init)));
  }

  wait(ms: number): void {
    vi.setSystemTime(Date.now() + ms);
  }

  /** KICC sends the body. @returns whether it was acked; if not, KICC sends it again */
  async send(body: string): Promise<boolean> {
    const after: Promise<unknown>[] = [];
    const [config, db, deliveries] = [this.#config(), this.#d1(), this.#queue()];
    const response = await receive(kiccRequest(body), config, {
      db,
      deliveries,
      askNow: (id) => confirmOneNow(id, config, { db, deliveries }),
      noteWrongDoor: async () => {},
      waitUntil: (work) => void after.push(work),
    });
    await Promise.all(after);
    return (await response.json<{ resCd: string }>()).resCd === "0000";
  }

  /** The queue's consumer gets a batch of the messages that are due. */
  async consume(): Promise<void> {
    const due = this.queue.filter(({ dueAt }) => dueAt <= Date.now()).slice(0, BATCH);
    this.queue = this.queue.filter((each) => !due.includes(each));
    if (this.settings.DELIVERY === "queue") {
      for (const { content } of due) this.reportable.push({ id: content.id, attempt: content.attempt });
      return;
    }
    const messages = due.map(({ content, attempts }, index) => ({
      id: `m${index}-${Date.now()}`,
      body: content,
      attempts,
      ack() {},
      retry: ({ delaySeconds = 0 }: QueueRetryOptions = {}) =>
        void this.queue.push({ content, attempts: attempts + 1, dueAt: Date.now() + delaySeconds * 1000 }),
    }));
    const batch = { queue: "kicc-deliveries", messages } as unknown as MessageBatch;
    await deliverBatch(batch, this.#config(), this.#d1());
  }

  /** One run of the cron, only the steps that move notifications. */
  async minute(): Promise<void> {
    await sweep(this.#config(), this.#d1(), this.#queue());
    await confirmDue(this.#config(), this.#d1(), this.#queue());
  }

  async pull(): Promise<void> {
    const { status, answer } = await this.#call("POST /api/pull", { max: 3, leaseSeconds: 60 });
    if (status !== 200) return;
    for (const { id, attempt } of answer.notifications) {
      this.handedOver.push({ id, attempt });
      this.reportable.push({ id, attempt });
    }
  }

  /** @returns whether the receiver took the report */
  async report({ id, attempt }: Attempt, how: "accepts" | "fails" | "gone"): Promise<boolean> {
    const line = `POST /api/notifications/${id}/${how === "accepts" ? "accept" : "fail"}`;
    const body = how === "accepts" ? { attempt } : { attempt, reason: "no", final: how === "gone" };
    const { status } = await this.#call(line, body);
    if (status === 200 && how === "accepts") this.accepted.push({ id, attempt });
    return status === 200;
  }

  async replay(id: string): Promise<boolean> {
    return (await this.#call(`POST /api/notifications/${id}/replay`, undefined)).status === 200;
  }

  async replayAll(state: string): Promise<boolean> {
    const [from, to] = [0, Date.now() + 1].map((instant) => new Date(instant).toISOString());
    return (await this.#call("POST /api/replay", { state, from, to })).status === 200;
  }

  async close(id: string): Promise<boolean> {
    return (await this.#call(`POST /api/notifications/${id}/close`, { note: "by hand" })).status === 200;
  }

  end(): void {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  }

  #config() {
    return configWith({ KICC_API_URL: "https://kicc.example", ...this.settings });
  }

  async #call(line: string, body: unknown) {
    const settings = { KICC_API_URL: "https://kicc.example", ...this.settings };
    const refuses = async () => {
      if (this.troubles.queue === "refuses") throw new Error("Too Many Requests");
    };
    const answered = await call(line, { body, settings, db: this.#d1(), queue: refuses });
    for (const content of answered.sent) this.#enqueued(content);
    return answered;
  }

  #d1(): D1Database {
    const { d1 } = this.troubles;
    return faultyD1(env.DB, {
      before: (_trip, writes) => {
        if (d1 === "away") throw new Error("D1_ERROR: D1 DB is overloaded.");
        if (d1 === "full" && writes) throw new Error(D1_FULL);
      },
    });
  }

  #queue(): Queue {
    const take = async (contents: readonly DeliveryMessage[]) => {
      if (this.troubles.queue === "refuses") throw new Error("Too Many Requests");
      for (const content of contents) this.#enqueued(content);
    };
    return {
      send: (content: DeliveryMessage) => take([content]),
      sendBatch: (page: Iterable<MessageSendRequest<DeliveryMessage>>) => take([...page].map(({ body }) => body)),
      metrics: () =>
        this.troubles.metrics === "hang"
          ? new Promise(() => {})
          : Promise.resolve({ oldestMessageTimestamp: new Date(this.queue.length > 0 ? Date.now() : 0) }),
    } as unknown as Queue;
  }

  #enqueued(content: DeliveryMessage): void {
    this.queue.push({ content, attempts: 1, dueAt: Date.now() });
    const { id, attempt } = content;
    if (this.settings.DELIVERY === "queue") this.handedOver.push({ id, attempt });
  }

  async #answer(request: Request): Promise<Response> {
    if (request.url.endsWith("/find")) return this.#find(await request.json());
    const [id, attempt] = [request.headers.get("webhook-id") ?? "", Number(request.headers.get("kicc-attempt"))];
    this.called.push({ id, attempt });
    const { origin } = this.troubles;
    if (origin === "accepts") this.accepted.push({ id, attempt });
    return new Response("", { status: { accepts: 200, fails: 500, gone: 410 }[origin] });
  }

  #find(asked: Parameters<typeof findAnswer>[0]): Response {
    if (this.troubles.kicc === "away") throw new TypeError("fetch failed");
    return new Response(findAnswer(asked, { amountInfo: { currency: "KRW", totAmount: Number(TRUE_AMOUNT) } }));
  }
}
