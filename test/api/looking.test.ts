import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { call, seed } from "../calls.ts";
import { clear, kiccBody, stored } from "../fixtures.ts";
import { set } from "../given.ts";

beforeEach(clear);

describe("a body with personal values", () => {
  it("is masked and has no bytes, unless the whole is asked for: then the audit says who looked", async () => {
    const body = kiccBody({ cardNo: "49000000", customerName: "홍길동" });
    const { id, notification } = await stored(body);
    const { answer } = await call(`GET /api/notifications/${id}`);
    expect(answer).toMatchObject({
      body: expect.stringContaining('"cardNo":"4*","customerName":"홍*"'),
      bodyBase64: null,
    });
    expect((await call("GET /api/audit")).answer.audit).toEqual([]);
    const { answer: whole } = await call(`GET /api/notifications/${id}?body=whole`);
    expect(whole).toMatchObject({ body, bodyBase64: notification.body.toBase64() });
    expect((await call("GET /api/audit")).answer.audit).toEqual([
      expect.objectContaining({ who: "token", what: "look", subject: id }),
    ]);
    expect(await call(`GET /api/notifications/${id}?body=all`)).toMatchObject({ status: 400 });
  });

  it("is masked in the quarantine's excerpt", async () => {
    const bytes = new TextEncoder().encode('{"accountNo":"79000000000077"');
    await env.DB.prepare(
      `INSERT INTO quarantine (id, trusted, reason, knew_token, received_at, bytes, whole, body, path)
       VALUES ('qrt_1', 1, 'path', 0, 1768349530000, ?, 1, ?, '/kicc/onlin')`,
    )
      .bind(bytes.length, bytes.toBase64())
      .run();
    expect((await call("GET /api/quarantine")).answer.quarantine).toEqual([
      expect.objectContaining({
        reason: "path",
        door: null,
        path: "/kicc/onlin",
        excerpt: expect.stringContaining('"7*'),
      }),
    ]);
  });
});

describe("what is related", () => {
  it("shares the pgCno or the order, of every kind, and never more than fifty", async () => {
    const { id } = await stored(kiccBody({ pgCno: "P-1", shopOrderNo: "O-1" }), { receivedAt: 1000 });
    const other = await stored(kiccBody({ pgCno: "P-1", shopOrderNo: "O-2" }), { receivedAt: 2000 });
    const third = await stored(kiccBody({ pgCno: "P-3", shopOrderNo: "O-1" }), { receivedAt: 3000 });
    await stored(kiccBody({ pgCno: "P-4", shopOrderNo: "O-4" }));
    await set(other.id, { kind: "wechat.approval" });
    const { answer } = await call(`GET /api/notifications/${id}`);
    expect(answer.related.map((each: { id: string; kind: string }) => [each.id, each.kind])).toEqual([
      [third.id, "wechat.cancel"],
      [other.id, "wechat.approval"],
    ]);
  });

  it("reads no more though 100,000 share the order", { timeout: 60_000 }, async () => {
    await seed(100_000);
    const { answer, rowsRead } = await call(`GET /api/notifications/ntf_${"1".padStart(32, "0")}`);
    expect(answer.related).toHaveLength(50);
    expect(rowsRead).toBeLessThanOrEqual(2000);
  });
});
