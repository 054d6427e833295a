// What a notification of each kind costs in D1: no kind may cost more than the others, however its identity is made.
import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { deliverBatch } from "../../src/deliver/consumer.ts";
import { KICC } from "../../src/kinds/kicc-addresses.ts";
import type { Kind } from "../../src/kinds/kind.ts";
import { KINDS } from "../../src/kinds/registry.ts";
import { receive } from "../../src/receive/hook.ts";
import { FORM_SAMPLES, JSON_SAMPLES, UNKNOWN_TYPE } from "../kinds/samples.ts";
import { clear, configWith, kiccRequest, queueInto } from "../fixtures.ts";
import type { DeliveryMessage } from "../../src/queue/message.ts";
import { meteredD1 } from "../metered.ts";

const { db, take } = meteredD1(env.DB);
const TOKEN = "0123456789abcdef0123456789abcdef";
const CONFIG = configWith({ NOTIFY_TOKEN: TOKEN });
const AT_MOST = { without: 8, with: 9 };

/** Through the hook to an origin that takes it. @returns what was asked of D1 before the ack, and rows written in all */
async function whole(kind: Kind, body: string, reference: string): Promise<{ trips: number; written: number }> {
  const sent: DeliveryMessage[] = [];
  const after: Promise<unknown>[] = [];
  const limit = { limit: async () => ({ success: true }) };
  const stores = {
    db,
    deliveries: queueInto(sent),
    limits: { strangers: limit, trusted: limit },
    noteWrongDoor: async () => {},
    askNow: async () => {},
    waitUntil: (work: Promise<unknown>) => after.push(work),
  };
  const request = kiccRequest(body, {
    path: `${kind.door}/${TOKEN}${reference}`,
    address: KICC.production.sources[kind.product][0],
  });
  const answer = await receive(request, CONFIG, stores);
  const { trips, written } = take();
  expect(answer.status).toBe(200);
  await Promise.all(after);
  const batch = createMessageBatch(
    "kicc-deliveries",
    sent.map((content, index) => ({ id: `m${index}`, timestamp: new Date(), attempts: 1, body: content })),
  );
  await deliverBatch(batch, CONFIG, db);
  await getQueueResult(batch, createExecutionContext());
  const { results } = await env.DB.prepare("SELECT kind, state FROM notifications ORDER BY seq DESC LIMIT 1").run();
  expect(results).toEqual([{ kind: kind.name, state: "delivered" }]);
  return { trips, written: written + take().written };
}

beforeEach(async () => {
  await clear();
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(null, { status: 200 }));
  take();
});
afterEach(() => vi.restoreAllMocks());

it.each(KINDS.map((kind) => [kind.name, kind] as const))(
  "%s costs one round trip until the ack, and no more rows than the others",
  async (name, kind) => {
    const json = name === "online.other" ? [UNKNOWN_TYPE] : (JSON_SAMPLES[name] ?? []);
    // Whole ones: the richest message has the most indexes to write.
    const bodies = [...json.filter((text) => text.includes("mallId")).slice(0, 1), ...(FORM_SAMPLES[name] ?? [])];
    expect(bodies.length).toBeGreaterThan(0);
    for (const body of bodies) {
      for (const [reference, most] of [
        ["", AT_MOST.without],
        ["/R-1", AT_MOST.with],
      ] as const) {
        await clear();
        take();
        const { trips, written } = await whole(kind, body, reference);
        expect(trips).toBe(1);
        expect(written).toBeLessThanOrEqual(most);
      }
    }
  },
);
