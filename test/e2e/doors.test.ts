// Every message of KICC's pages over real HTTP: from its product's address to the origin, from another product's to quarantine.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KINDS } from "../../src/kinds/registry.ts";
import { type MerchantOrigin, startOrigin } from "../demo/origin.ts";
import { FORM_SAMPLES, JSON_SAMPLES, UNKNOWN_TYPE, bytesOf } from "../kinds/samples.ts";
import { PRODUCTS, mannersOf } from "../simulator/products.ts";
import { send } from "../simulator/send.ts";
import { type Receiver, SIGNING_SECRET, eventually, startReceiver } from "./receiver.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";
/** Both are of the cancellation of the first sample: KICC's page shows ids as bare numbers with the same ones. */
const RECEIPTS = new Set(JSON_SAMPLES["wechat.cancel"]?.filter((text) => text.includes('"pgCno":2')));

const SAMPLES = KINDS.flatMap((kind) => {
  const json = kind.name === "online.other" ? [UNKNOWN_TYPE] : (JSON_SAMPLES[kind.name] ?? []);
  const forms = FORM_SAMPLES[kind.name] ?? [];
  return [...json, ...forms].map((text) => ({ kind, text, body: bytesOf(text) }));
});

let origin: MerchantOrigin;
let receiver: Receiver;

beforeAll(async () => {
  origin = await startOrigin(SIGNING_SECRET);
  // In production each product calls from addresses of its own; in development two share one.
  const settings = { KICC_ENVIRONMENT: "production", NOTIFY_TOKEN: TOKEN, ORIGIN_URL: origin.url };
  receiver = await startReceiver(settings);
});
afterAll(async () => {
  await receiver.close();
  await origin.close();
});

function doorOf(door: string): string {
  return `${receiver.url}${door}/${TOKEN}`;
}

async function countOf(what: string): Promise<number> {
  const row = await receiver.db.prepare(`SELECT count(*) AS found FROM ${what}`).first<{ found: number }>();
  return row?.found ?? 0;
}

describe("each message of KICC's pages", () => {
  it("is refused from the addresses of the other products, and kept for a person", async () => {
    let refused = 0;
    for (const { kind, body } of SAMPLES) {
      const { dialect } = mannersOf(kind.product, body);
      for (const { addresses } of Object.values(PRODUCTS)) {
        if (addresses === PRODUCTS[kind.product].addresses) continue;
        const answer = await send(doorOf(kind.door), body, { from: addresses.production, dialect });
        expect(answer).toMatchObject({ kind: "refused", status: 403 });
        refused += 1;
      }
    }
    await eventually(async () => (await countOf("quarantine")) >= SAMPLES.length);
    const { results } = await receiver.db
      .prepare("SELECT reason, trusted, sum(receipts) AS receipts, count(*) AS kept FROM quarantine GROUP BY 1, 2")
      .run();
    expect(results).toEqual([{ reason: "address", trusted: 1, receipts: refused, kept: SAMPLES.length }]);
    expect(await countOf("notifications")).toBe(0);
    expect(origin.deliveries).toEqual([]);
  });

  it("is acked in its dialect from its product's address, and reaches the origin as it came, under its kind", async () => {
    for (const { kind, text, body } of SAMPLES) {
      const manners = mannersOf(kind.product, body, "production");
      const answer = await send(doorOf(kind.door), body, manners);
      const pgCno = /"pgCno":"?(\d*)/.exec(text)?.[1] ?? "";
      expect(answer).toMatchObject({ kind: "acked", pgCno: kind.ackHasPgCno ? pgCno : null });
      // The next one may supersede one that is still pending.
      await eventually(async () => (await countOf("notifications WHERE state = 'pending'")) === 0);
    }
    const expected = SAMPLES.filter(({ text }) => !RECEIPTS.has(text));
    expect(RECEIPTS.size).toBe(1);
    expect(
      origin.deliveries.map((delivery) => [
        delivery.headers["kicc-notification"],
        delivery.text,
        delivery.headers["content-type"]?.split(";")[0],
        delivery.verified,
      ]),
    ).toEqual(
      expected.map(({ kind, text }) => [
        kind.name,
        text,
        text.startsWith("{") ? "application/json" : "application/x-www-form-urlencoded",
        true,
      ]),
    );
    expect(new Set(origin.deliveries.map(({ headers }) => headers["webhook-id"])).size).toBe(expected.length);
  });
});
