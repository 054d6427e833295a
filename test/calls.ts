// Calls the API as a client does, and counts what each call costs D1 and what it enqueues.
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { api } from "../src/api/router.ts";
import { operations } from "../src/api/all-operations.ts";
import type { DeliveryMessage } from "../src/queue/message.ts";
import { configWith, queueInto } from "./fixtures.ts";
import { meteredD1 } from "./metered.ts";

export interface Call {
  readonly body?: unknown;
  /** null for none. */
  readonly token?: string | null;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly db?: D1Database;
  readonly queue?: () => Promise<void>;
  readonly signal?: AbortSignal;
}

// What the tests look at is as deep as the answers are.
// oxlint-disable-next-line typescript/no-explicit-any
type Answer = any;

interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly answer: Answer;
  readonly sent: readonly DeliveryMessage[];
  readonly queries: number;
  readonly rowsRead: number;
}

/** @param line method and path with query, as in `GET /api/notifications?limit=1` */
export async function call(line: string, how: Call = {}): Promise<Answered> {
  const [method = "", path = ""] = line.split(" ");
  const sent: DeliveryMessage[] = [];
  const { db, take, queries } = meteredD1(how.db ?? env.DB);
  const deliveries = queueInto(sent, how.queue);
  const config = configWith(how.settings);
  const headers = new Headers();
  if (how.token !== null) headers.set("authorization", `Bearer ${how.token ?? "console-token"}`);
  const after: Promise<unknown>[] = [];
  const response = await api(() => config, operations).request(
    `https://kicc.example${path}`,
    {
      method,
      headers,
      ...(how.body === undefined ? {} : { body: typeof how.body === "string" ? how.body : JSON.stringify(how.body) }),
      ...(how.signal ? { signal: how.signal } : {}),
    },
    { ...env, DB: db, DELIVERIES: deliveries },
    {
      waitUntil: (work: Promise<unknown>) => after.push(work),
      passThroughOnException: () => {},
    } as unknown as ExecutionContext,
  );
  await Promise.all(after);
  const isJson = response.headers.get("content-type")?.startsWith("application/json");
  const answer: Answer = isJson ? await response.json() : await response.text();
  if (!response.ok) expect(answer).toEqual({ error: { code: expect.any(String), message: expect.any(String) } });
  else if (isJson) holdToSchema(method, new URL(`https://kicc.example${path}`).pathname, answer);
  return {
    status: response.status,
    headers: response.headers,
    answer,
    sent,
    queries: queries(),
    rowsRead: take().read,
  };
}

/** Every answer is what its operation's schema says, and has no field beside: parsing drops those. */
function holdToSchema(method: string, pathname: string, answer: Answer): void {
  const { settings: _settings, ...rest } = answer;
  expect(operationOf(method, pathname).answer.parse(rest)).toEqual(rest);
}

function operationOf(method: string, pathname: string) {
  const matches = (path: string) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(pathname);
  const found = operations.find((each) => each.method === method.toLowerCase() && matches(each.path));
  if (!found) throw new Error(`Cannot find an operation for ${method} ${pathname}`);
  return found;
}

/** `count` notifications stored at one time in the past, states in turn, all of one order. */
export async function seed(count: number, about: { readonly state?: string; readonly receivedAt?: string } = {}) {
  const state =
    about.state ??
    "CASE i % 5 WHEN 0 THEN 'pending' WHEN 1 THEN 'delivered' WHEN 2 THEN 'dead' WHEN 3 THEN 'held' ELSE 'closed' END";
  const receivedAt = about.receivedAt ?? "1768349530000 + i / 1000";
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
     INSERT INTO notifications (seq, id, state, source, reference, mall_id, shop_order_no, pg_cno, cancel_pg_cno, res_cd,
       res_msg, received_at, receipt, attempts, tries, next_attempt_at, settled_at, body)
     SELECT (${receivedAt}) * 1000 + i, printf('ntf_%032x', i), ${state}, 'notification', 'ORD-1', 'T0099001', 'ORD-1', 'ORD-1', printf('%020d', i),
       '0000', 'OK', ${receivedAt}, 'seed', 0, 0, ${receivedAt}, 1768349530000, 'eyJyZXNDZCI6IjAwMDAiLCJyZXNNc2ciOiJPSyJ9'
     FROM n`,
  )
    .bind(count)
    .run();
}
