import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { readLastAttempts } from "../../src/store/overview.ts";
import { seed } from "../calls.ts";
import { clear, kiccBody, stored } from "../fixtures.ts";

beforeEach(clear);

describe("how the origin has been of late", () => {
  it("is told although hundreds wait untried, or are held, since the last delivery", async () => {
    const { id } = await stored(kiccBody(), { receivedAt: Date.parse("2026-01-13T00:00:00Z") });
    await env.DB.prepare(
      `UPDATE notifications SET state = 'delivered', settled_at = 1, history = '[{"outcome":"accepted"}]' WHERE id = ?`,
    )
      .bind(id)
      .run();
    await seed(900, { state: "iif(i % 2, 'pending', 'held')" });
    await env.DB.prepare("UPDATE notifications SET settled_at = NULL WHERE id <> ?").bind(id).run();
    expect(await readLastAttempts(env.DB, 6)).toMatchObject([
      { id, outcome: "accepted", shopOrderNo: expect.any(String) },
    ]);
  });
});
