import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { clear, kiccBody, stored } from "../fixtures.ts";
import { call } from "../calls.ts";

beforeEach(clear);

it("tells of each number whether it came, the success before the failure, and what the list lacks", async () => {
  const failure = await stored(kiccBody({ cancelPgCno: "C-1", resCd: "W901" }));
  const success = await stored(kiccBody({ cancelPgCno: "C-1" }));
  const unlisted = await stored(kiccBody({ cancelPgCno: "C-2" }));
  await stored(kiccBody({ cancelPgCno: "C-3" }), { receivedAt: Date.now() - 86_400_000 });
  const [from, to] = [Date.now() - 60_000, Date.now() + 60_000].map((at) => new Date(at).toISOString());
  const body = { cancelPgCno: ["C-1", "C-9", "C-1"], from, to };
  const { answer } = await call("POST /api/compare", { body });
  expect(failure.id).not.toBe(success.id);
  const one = { number: "C-1", state: "pending", id: success.id };
  const none = { number: "C-9", state: "missing", id: null };
  expect(answer.compared).toEqual([one, none, one]);
  expect(answer.unlisted).toMatchObject([{ id: unlisted.id, cancelPgCno: "C-2" }]);
  const detailed = await call("POST /api/compare", { body: { ...body, detail: true } });
  expect(detailed.answer.compared.slice(0, 2)).toEqual([
    { ...one, kind: "wechat.cancel", result: "success", archived: false },
    { ...none, kind: null, result: null, archived: false },
  ]);
});

it("takes an order's approval for no sign of its refund, where refunds are asked for", async () => {
  const { id } = await stored(kiccBody({ shopOrderNo: "ORD-1" }));
  await env.DB.prepare("UPDATE notifications SET kind = 'wechat.approval' WHERE id = ?").bind(id).run();
  const [from, to] = [Date.now() - 60_000, Date.now() + 60_000].map((at) => new Date(at).toISOString());
  const compared = async (flow?: "in" | "out") => {
    const body = { shopOrderNo: ["ORD-1"], ...(flow ? { flow } : {}) };
    const { answer } = await call("POST /api/compare", { body });
    const lacking = await call("POST /api/compare", { body: { ...body, shopOrderNo: ["ORD-2"], from, to } });
    return [answer.compared[0].state, lacking.answer.unlisted.length];
  };
  expect([await compared(), await compared("in"), await compared("out")]).toEqual([
    ["pending", 1],
    ["pending", 1],
    ["missing", 0],
  ]);
});

it("finds 5,000 numbers in one call", async () => {
  const one = await stored(kiccBody({ shopOrderNo: "ORD-4999" }));
  const shopOrderNo = Array.from({ length: 5000 }, (_, at) => `ORD-${at}`.padEnd(8, "x"));
  const { answer } = await call("POST /api/compare", { body: { shopOrderNo: [...shopOrderNo.slice(1), "ORD-4999"] } });
  expect(answer.compared).toHaveLength(5000);
  expect(answer.compared.at(-1)).toEqual({
    number: "ORD-4999",
    state: "pending",
    id: one.id,
  });
  expect(answer.unlisted).toEqual([]);
});

it.each([
  [{}, "must be a list"],
  [{ pgCno: ["1"], shopOrderNo: ["2"] }, "must be a list"],
  [{ pgCno: [26011314205510990001n.toString(), 7] }, "lose digits"],
  [{ pgCno: [] }, "1 to 5000"],
  [{ pgCno: Array.from({ length: 5001 }, String) }, "1 to 5000"],
  [{ pgCno: ["1"], from: "2026-01-14T00:00:00Z" }, "together"],
])("refuses what it cannot compare, and says why (%#)", async (body, says) => {
  const { status, answer } = await call("POST /api/compare", { body });
  expect(status).toBe(400);
  expect(answer.error).toMatchObject({ code: "invalid", message: expect.stringContaining(says) });
});
