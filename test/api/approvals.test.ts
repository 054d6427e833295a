import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { approvalOperations } from "../../src/api/calls/approvals.ts";
import { api } from "../../src/api/router.ts";
import { clear, configWith, kiccBody, queueInto, stored } from "../fixtures.ts";
import { says, standInForKicc } from "../kicc-stand-in.ts";

const ID = "26011314205510990001";
const TOLD = { kind: "wechat.approval", mallId: "T0099001" };
const SETTINGS = { KICC_API_URL: "https://kicc.example", DELIVERY_TOKEN: "delivery-token" };

let kicc = standInForKicc();

beforeEach(async () => {
  await clear();
  kicc = standInForKicc(says({ statusCd: "TS01" }));
});
afterEach(() => vi.unstubAllGlobals());

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

async function call(method: string, path: string, body?: object, token: string = "console-token"): Promise<Answer> {
  const app = api(() => configWith(SETTINGS), approvalOperations);
  const init = { method, headers: { authorization: `Bearer ${token}` }, ...(body && { body: JSON.stringify(body) }) };
  const response = await app.request(`/api/approvals${path}`, init, { ...env, DELIVERIES: queueInto([]) });
  return { status: response.status, body: await response.json() };
}

/** An approval's webhook. */
function approval(fields: object = {}): string {
  return kiccBody({
    ...TOLD,
    pgCno: ID,
    cancelPgCno: null,
    cancelDate: null,
    approvalDate: "20260113142131",
    ...fields,
  });
}

describe("announcing an approval", () => {
  it("shows it with its kind, and changes nothing the second time", async () => {
    const first = await call("PUT", `/${ID}`, { ...TOLD, shopOrderNo: "ORD-1", reference: "R-1", dueAfterSeconds: 60 });
    const { announcedAt, nextAskAt } = first.body;
    expect(first).toEqual({
      status: 200,
      body: {
        ...TOLD,
        pgCno: ID,
        shopOrderNo: "ORD-1",
        reference: "R-1",
        state: "expected",
        announcedAt,
        nextAskAt,
        asks: 0,
        lastAnswer: null,
        notificationId: null,
        history: [],
      },
    });
    expect(Date.parse(String(nextAskAt)) - Date.parse(String(announcedAt))).toBe(60_000);
    expect(await call("PUT", `/${ID}`, TOLD)).toEqual(first);
    expect(await call("GET", `/${ID}`)).toEqual(first);
    expect((await call("GET", "?state=expected")).body).toEqual({ approvals: [first.body], cursor: null });
  });

  it.each([{ kind: "alipay.approval" }, { mallId: "T0099002" }, { shopOrderNo: "ORD-2" }, { reference: "R-2" }])(
    "answers 409 to the same pgCno with %o, and keeps the first",
    async (other) => {
      const first = await call("PUT", `/${ID}`, { ...TOLD, shopOrderNo: "ORD-1", reference: "R-1" });
      const second = await call("PUT", `/${ID}`, { ...TOLD, ...other });
      expect(second).toMatchObject({ status: 409, body: { error: { code: "conflict" } } });
      expect(await call("GET", `/${ID}`)).toEqual(first);
    },
  );

  it.each<[string, object]>([
    ["no kind", { mallId: "T0099001" }],
    ["a kind that KICC cannot be asked about", { ...TOLD, kind: "online.approval" }],
    ["a kind that is announced by another id", { ...TOLD, kind: "wechat.cancel" }],
    ["no mallId", { kind: "wechat.approval" }],
  ])("answers 400 to %s", async (_name, body) => {
    expect(await call("PUT", `/${ID}`, body)).toMatchObject({ status: 400, body: { error: { code: "invalid" } } });
  });
});

describe("an approval's notification", () => {
  it("settles it, whether it came before the announcement or after", async () => {
    const { id } = await stored(approval());
    expect((await call("PUT", `/${ID}`, TOLD)).body).toMatchObject({ state: "notified", notificationId: id });
    await call("PUT", "/2", TOLD);
    const later = await stored(approval({ pgCno: "2" }));
    expect((await call("GET", "/2")).body).toMatchObject({ state: "notified", notificationId: later.id });
  });

  it("of another kind, of another mallId, or of its cancellation settles nothing", async () => {
    await call("PUT", `/${ID}`, TOLD);
    await stored(approval({ walletBrandName: "ALIPAY_CN" }));
    await stored(approval({ mallId: "T0099002" }));
    await stored(kiccBody({ ...TOLD, pgCno: ID }));
    expect((await call("GET", `/${ID}`)).body).toMatchObject({ state: "expected", notificationId: null });
  });

  it("settles no cancellation that has the same reference", async () => {
    const headers = { authorization: "Bearer console-token" };
    const url = "https://kicc.example/api/cancellations/C-1";
    const announced = JSON.stringify({ mallId: "T0099001", pgCno: ID, reference: "ORD-1" });
    await exports.default.fetch(url, { method: "PUT", headers, body: announced });
    await stored(approval(), { reference: "ORD-1" });
    expect(await (await exports.default.fetch(url, { headers })).json()).toMatchObject({ state: "expected" });
  });
});

describe("asking now", () => {
  it.each(["TS01", "TS02", "TS06"])("%s makes the notification, in the webhook's own shape", async (statusCd) => {
    kicc.answering = says({ statusCd, approvalDate: "20260113142131" });
    await call("PUT", `/${ID}`, TOLD);
    const { body } = await call("POST", `/${ID}/ask`);
    expect(body).toMatchObject({ ...TOLD, pgCno: ID, state: "reconciled", asks: 1, answer: { status: statusCd } });
    expect(kicc.asked).toHaveLength(1);
    expect(kicc.asked[0]).toMatchObject({ mallId: "T0099001", pgCno: ID });
    expect(kicc.asked[0]).not.toHaveProperty("cancelPgCno");
    const row = await env.DB.prepare(
      "SELECT kind, source, res_cd AS resCd, pg_cno AS pgCno FROM notifications",
    ).first();
    expect(row).toEqual({ kind: "wechat.approval", source: "status-api", resCd: "0000", pgCno: ID });
  });

  it("asks the status API of the kind that was announced", async () => {
    await call("PUT", `/${ID}`, { ...TOLD, kind: "alipay.approval" });
    await call("POST", `/${ID}/ask`);
    expect(kicc.asked[0]?.url).toBe("https://kicc.example/api/trades/alipay/find");
  });

  it("answers 404 about one that was not announced, and leaves its word in the audit otherwise", async () => {
    expect(await call("POST", `/${ID}/ask`)).toMatchObject({ status: 404, body: { error: { code: "not_found" } } });
    expect(await call("GET", `/${ID}`)).toMatchObject({ status: 404 });
    await call("PUT", `/${ID}`, TOLD);
    await call("POST", `/${ID}/ask`);
    expect(await env.DB.prepare("SELECT what, subject FROM audit").first()).toEqual({
      what: "ask-approval",
      subject: ID,
    });
  });
});

describe("who may call", () => {
  it("both tokens, and nobody else", async () => {
    const calls = [
      ["PUT", `/${ID}`, TOLD],
      ["GET", `/${ID}`, undefined],
      ["GET", "", undefined],
      ["POST", `/${ID}/ask`, undefined],
    ] as const;
    for (const [method, path, body] of calls) {
      expect((await call(method, path, body, "delivery-token")).status).toBe(200);
      expect((await call(method, path, body, "wrong")).status).toBe(401);
    }
  });

  it("finds the calls at the Worker itself", async () => {
    const headers = { authorization: "Bearer console-token" };
    const response = await exports.default.fetch("https://kicc.example/api/approvals", { headers });
    expect(await response.json()).toEqual({ approvals: [], cursor: null });
  });
});
