// What tests in workerd start with: settings, a notification as KICC sends it, bindings that fail on purpose.
import { env } from "cloudflare:workers";
import { type Config, readConfig } from "../src/config.ts";
import { identify } from "../src/kinds/make-notification.ts";
import { readNotification } from "../src/kinds/read.ts";
import { doorAt } from "../src/kinds/registry.ts";
import type { Notification } from "../src/rules/notification.ts";
import type { DeliveryMessage } from "../src/queue/message.ts";
import { attemptsOf } from "../src/store/history.ts";
import { type Stored, storeNotification, storingOf } from "../src/intake.ts";

export const KICC_ADDRESS = "203.233.72.66";

const SETTINGS = {
  KICC_ENVIRONMENT: "production",
  ORIGIN_URL: "https://origin.example/kicc",
  ORIGIN_SIGNING_SECRET: "whsec_bG9jYWwtd29yay1vbmx5LW5vdC1hLXNlY3JldCE=",
  CONSOLE_TOKEN: "console-token",
};

export function configWith(settings: Readonly<Record<string, unknown>> = {}): Config {
  return readConfig({ ...SETTINGS, ...settings });
}

let serial = 0;

/** A body as in section 5 of the protocol page, of a cancellation of its own unless `fields` name another. */
export function kiccBody(fields: Readonly<Record<string, unknown>> = {}): string {
  serial += 1;
  return JSON.stringify({
    resCd: "0000",
    resMsg: "정상취소",
    mallId: "T0099001",
    shopOrderNo: `ORD-${serial}`,
    pgCno: `26011314205510${String(serial).padStart(6, "0")}`,
    cancelPgCno: `26011409120310${String(serial).padStart(6, "0")}`,
    cancelDate: "20260114091210",
    amountInfo: { currency: "KRW", amount: 51000 },
    ...fields,
  });
}

export interface Sending {
  readonly path?: string;
  readonly method?: string;
  readonly address?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request as KICC sends it. */
export function kiccRequest(body: BodyInit | null = kiccBody(), sending: Sending = {}): Request {
  const headers = new Headers({ "content-type": "application/json; charset=utf-8", ...sending.headers });
  const address = sending.address === undefined ? KICC_ADDRESS : sending.address;
  if (address !== null) headers.set("cf-connecting-ip", address);
  const method = sending.method ?? "POST";
  return new Request(`https://kicc.example${sending.path ?? "/kicc/wechat/cancel"}`, {
    method,
    headers,
    body: method === "GET" || method === "HEAD" ? null : body,
  });
}

const JSON_TYPE = "application/json; charset=utf-8";

/** @param path the door where it comes */
export function notificationFrom(
  body: string,
  about: Partial<Notification> = {},
  path: string = "/kicc/wechat/cancel",
): Notification {
  const bytes = new TextEncoder().encode(body);
  const reading = readNotification(bytes, JSON_TYPE, doorAt(path) ?? "any");
  if (!reading.readable) throw new Error(`Cannot read the test's own body: ${body}`);
  const arrival = {
    receivedAt: about.receivedAt ?? Date.now(),
    source: about.source ?? "notification",
    sourceAddress: KICC_ADDRESS,
    reference: about.reference ?? null,
    body: bytes,
  } as const;
  return { ...identify(reading, arrival), ...about };
}

/** Stores as the hook does. */
export async function stored(
  body: string = kiccBody(),
  about: Partial<Notification> = {},
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Stored & { readonly notification: Notification }> {
  const notification = notificationFrom(body, about);
  const storing = storingOf(configWith(settings).storing, notification, crypto.randomUUID(), notification.receivedAt);
  return { ...(await storeNotification(env.DB, notification, storing)), notification };
}

export interface Row {
  readonly state: string;
  readonly reason: string | null;
  readonly contradicts: string | null;
  readonly attempts: number;
  readonly tries: number;
  readonly receipts: number;
  readonly nextAttemptAt: number | null;
  readonly leaseUntil: number | null;
  readonly currency: string | null;
  readonly amount: string | null;
  readonly reference: string | null;
  readonly history: readonly { readonly number: number; readonly outcome: string; readonly error: string | null }[];
}

/** A row as D1 holds it; null where there is none. */
export async function rowOf(id: string): Promise<Row | null> {
  const row = await env.DB.prepare(
    `SELECT state, reason, contradicts, attempts, tries, receipts, next_attempt_at AS nextAttemptAt,
       lease_until AS leaseUntil, currency, amount, reference, history, received_at AS receivedAt
     FROM notifications WHERE id = ?`,
  )
    .bind(id)
    .first<Omit<Row, "history"> & { history: string; receivedAt: number }>();
  if (row === null) return null;
  const { receivedAt, ...rest } = row;
  return { ...rest, history: attemptsOf(row.history, receivedAt) };
}

/** Copies a stored one so often, each due a millisecond after the one before, with other ids. */
export async function copied(id: string, count: number): Promise<void> {
  const { results } = await env.DB.prepare("PRAGMA table_info(notifications)").run<{ readonly name: string }>();
  const own = ["seq", "id", "next_attempt_at", "cancel_pg_cno"];
  const columns = results.map(({ name }) => name).filter((name) => !own.includes(name));
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
     INSERT INTO notifications (${own.join(", ")}, ${columns.join(", ")})
     SELECT seq + i, id || i, next_attempt_at + i, cancel_pg_cno || i, ${columns.join(", ")}
     FROM n, notifications WHERE id = ?1`,
  )
    .bind(id, count)
    .run();
}

const CLEARING = [
  "DELETE FROM notifications",
  "DELETE FROM cancellations",
  "DELETE FROM approvals",
  "DELETE FROM replays",
  "DELETE FROM audit",
  "DELETE FROM quarantine",
  "DELETE FROM rollups",
  "DELETE FROM alerts",
  "DELETE FROM sightings",
  "DELETE FROM heartbeat",
  "DELETE FROM absences",
  "DELETE FROM alert_outbox",
  "UPDATE rollup_cursor SET seq = 0",
  "UPDATE prune_cursor SET seq = 0",
  "UPDATE archive_state SET cursor = 0, previous = NULL, plan = NULL, sealed = NULL",
  "UPDATE sweep_place SET due_at = 0, seq = 0",
  "DELETE FROM archive_days",
  "DELETE FROM archive_index",
  "DELETE FROM archive_merge",
];

/** One round trip: thousands of tests begin with it. */
export async function clear(): Promise<void> {
  await env.DB.batch(CLEARING.map((sql) => env.DB.prepare(sql)));
}

export interface FaultyD1 {
  /** Called before each round trip; what it throws, D1 throws. `writes` where one of its statements does. */
  readonly before?: (trip: number, writes: boolean) => void | Promise<void>;
  /** Called after each round trip that committed: throwing here loses the reply. */
  readonly after?: (trip: number) => void | Promise<void>;
}

const WRITES = /\b(?:INSERT|UPDATE|DELETE)\b/i;

/** What D1 answers to every write when its 10 GB are full (developers.cloudflare.com/d1/observability/debug-d1). Reads go on. */
export const D1_FULL = "D1_ERROR: Exceeded maximum DB size.";

/** The real D1 with trouble on the way to it or back. Counts round trips in `trips`. */
export function faultyD1(db: D1Database, faults: FaultyD1 = {}): D1Database & { trips: number } {
  const around = async <T>(writes: boolean, run: () => Promise<T>): Promise<T> => {
    faulty.trips += 1;
    const trip = faulty.trips;
    await faults.before?.(trip, writes);
    const result = await run();
    await faults.after?.(trip);
    return result;
  };
  const faulty = {
    trips: 0,
    prepare: (sql: string) => wrap(db.prepare(sql), WRITES.test(sql)),
    batch: (statements: readonly D1PreparedStatement[]) =>
      around(
        statements.some((statement) => writing.has(statement)),
        () => db.batch(statements.map((statement) => originals.get(statement) ?? statement)),
      ),
  } as unknown as D1Database & { trips: number };
  const originals = new WeakMap<object, D1PreparedStatement>();
  const writing = new WeakSet<object>();
  function wrap(statement: D1PreparedStatement, writes: boolean): D1PreparedStatement {
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values), writes),
      run: () => around(writes, () => statement.run()),
      first: () => around(writes, () => statement.first()),
      all: () => around(writes, () => statement.all()),
    } as unknown as D1PreparedStatement;
    originals.set(wrapped, statement);
    if (writes) writing.add(wrapped);
    return wrapped;
  }
  return faulty;
}

/** A queue that keeps what it is given in `sent`. @param first what comes before, and may fail */
export function queueInto(sent: DeliveryMessage[], first: () => Promise<void> = async () => {}): Queue {
  const queue = {
    async send(body: DeliveryMessage) {
      await first();
      sent.push(body);
    },
    async sendBatch(messages: Iterable<MessageSendRequest<DeliveryMessage>>) {
      await first();
      for (const { body } of messages) sent.push(body);
    },
    metrics: async () => ({ backlogCount: 0, backlogBytes: 0 }),
  };
  return queue as unknown as Queue;
}
