import { afterEach, expect, test } from "vitest";
import type { Misbehaviour } from "./misbehaviour.ts";
import { type Kicc, type KiccOptions, startKicc } from "./kicc.ts";
import { ACK, type Answering, NOT_NOW, type Receiver, startReceiver } from "./receiver.ts";
import { msgAuthValueOf } from "./revise.ts";

const PG_CNO = "26011314205510990001";
let running: { readonly kicc: Kicc; readonly receiver: Receiver } | null = null;

afterEach(async () => {
  await running?.kicc.stop();
  await running?.receiver.stop();
  running = null;
});

async function start(options: KiccOptions = {}, answering: Answering = () => ACK) {
  const receiver = await startReceiver(answering);
  const kicc = await startKicc({ factor: 0, ...options });
  running = { kicc, receiver };
  return running;
}

async function call(kicc: Kicc, name: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  return fetch(`${kicc.url}/api/trades/wechatpay/${name}`, {
    method: "POST",
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });
}

async function ask(kicc: Kicc, name: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await call(kicc, name, body);
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

function cancelRequest(receiver: Receiver, more: object = {}): Record<string, unknown> {
  return {
    mallId: "T0099001",
    shopTransactionId: "cancel-1",
    pgCno: PG_CNO,
    reviseTypeCode: "40",
    cancelReqDate: "20260114",
    msgAuthValue: "0".repeat(64),
    notifyUrl: receiver.url,
    ...more,
  };
}

function messagesOf(receiver: Receiver): Record<string, unknown>[] {
  return receiver.arrivals.map(({ body }) => JSON.parse(body.toString()) as Record<string, unknown>);
}

test("answers a cancel request with a cancelPgCno and notifies the result", async () => {
  const { kicc, receiver } = await start();
  kicc.registerPayment({ mallId: "T0099001", pgCno: PG_CNO, shopOrderNo: "ORD-7", currency: "KRW", amount: 51_000 });
  const answer = await ask(kicc, "revise", cancelRequest(receiver));
  expect(answer).toMatchObject({ resCd: "0000", pgCno: PG_CNO, cancelPgCno: expect.stringMatching(/^\d{20}$/) });
  await kicc.idle();
  const amountInfo = { currency: "KRW", amount: 51_000 };
  const { cancelPgCno } = answer;
  expect(messagesOf(receiver)).toEqual([
    {
      resCd: "0000",
      resMsg: "Success",
      mallId: "T0099001",
      shopOrderNo: "ORD-7",
      pgCno: PG_CNO,
      cancelPgCno,
      cancelDate: expect.stringMatching(/^\d{14}$/),
      amountInfo,
    },
  ]);
  expect(receiver.arrivals[0]!.headers["cf-connecting-ip"]).toBe("61.33.205.151");
  expect(kicc.revisions).toMatchObject([{ name: "revise", reply: { cancelPgCno } }]);
});

test("resends a notification that is not acked, and one that is lost on the way", async () => {
  const { kicc, receiver } = await start({ behaviour: { lossPerSending: 0.5 }, seed: 3 }, (number) =>
    number < 3 ? NOT_NOW : ACK,
  );
  await ask(kicc, "revise", cancelRequest(receiver));
  await kicc.idle();
  expect(receiver.arrivals.length).toBeGreaterThanOrEqual(3);
});

test("cancels in parts until nothing is left", async () => {
  const { kicc, receiver } = await start();
  kicc.registerPayment({ mallId: "T0099001", pgCno: PG_CNO, shopOrderNo: "ORD-7", currency: "KRW", amount: 21_000 });
  const part = (id: string, totAmount: number) =>
    ask(
      kicc,
      "revise",
      cancelRequest(receiver, {
        shopTransactionId: id,
        reviseTypeCode: "32",
        amountInfo: { currency: "KRW", totAmount },
      }),
    );
  const first = await part("part-1", 12_000);
  expect(await part("part-2", 9001)).toMatchObject({ resCd: "R004" });
  await ask(kicc, "revise", cancelRequest(receiver, { shopTransactionId: "rest" }));
  expect(await part("part-3", 1)).toMatchObject({ resCd: "R004" });
  await kicc.idle();
  const amounts = messagesOf(receiver).map((message) => (message["amountInfo"] as { amount: number }).amount);
  expect(amounts.toSorted((one, other) => one - other)).toEqual([9000, 12_000]);
  expect(kicc.cancellation(String(first["cancelPgCno"]))).toMatchObject({ cancelStatus: "TS06" });
});

test("refuses a cancel request that the document does not allow, and notifies nothing", async () => {
  const { kicc, receiver } = await start();
  const wrong: [object, string][] = [
    [{ mallId: "" }, "mallId is missing"],
    [{ mallId: "T00990011" }, "mallId is over 8 bytes"],
    [{ pgCno: 26 }, "pgCno is no String"],
    [{ reviseTypeCode: "33" }, "reviseTypeCode is malformed"],
    [{ cancelReqDate: "2026011" }, "cancelReqDate is malformed"],
    [{ msgAuthValue: "0".repeat(201) }, "msgAuthValue is over 200 bytes"],
    [{ notifyUrl: "ftp://127.0.0.1/" }, "notifyUrl is malformed"],
    [{ notifyUrl: "https://shop.example/kicc" }, "notifyUrl is not on this machine"],
    [{ reviseTypeCode: "32" }, "amountInfo"],
    [{ reviseTypeCode: "32", amountInfo: { currency: "KRW", totAmount: "1e3" } }, "amountInfo"],
  ];
  for (const [more, why] of wrong) {
    const answer = await ask(kicc, "revise", cancelRequest(receiver, more));
    expect(answer).toMatchObject({ resCd: "R001", resMsg: `Invalid request: ${why}` });
  }
  await kicc.idle();
  expect(receiver.arrivals).toHaveLength(0);
});

test("cancels once however often the merchant repeats a request", async () => {
  const { kicc, receiver } = await start();
  await ask(kicc, "revise", cancelRequest(receiver));
  expect(await ask(kicc, "revise", cancelRequest(receiver))).toMatchObject({ resCd: "R002" });
  await kicc.idle();
  expect(receiver.arrivals).toHaveLength(1);
});

test("verifies msgAuthValue when it has the key", async () => {
  const { kicc, receiver } = await start({ secretKey: "easypay!test" });
  expect(await ask(kicc, "revise", cancelRequest(receiver))).toMatchObject({ resCd: "R005" });
  const msgAuthValue = msgAuthValueOf("easypay!test", PG_CNO, "cancel-1");
  expect(await ask(kicc, "revise", cancelRequest(receiver, { msgAuthValue }))).toMatchObject({ resCd: "0000" });
});

test("notifies a failure and then the success of the same cancellation", async () => {
  const { kicc, receiver } = await start({ behaviour: { fate: () => "fails-then-succeeds", notifyDelayMs: 30 } });
  const { cancelPgCno } = await ask(kicc, "revise", cancelRequest(receiver));
  expect(kicc.cancellation(String(cancelPgCno))).toMatchObject({ cancelStatus: "TS01" });
  await kicc.idle();
  expect(messagesOf(receiver)).toMatchObject([
    { resCd: "W901", cancelPgCno },
    { resCd: "0000", cancelPgCno },
  ]);
  expect(kicc.cancellation(String(cancelPgCno))).toMatchObject({ cancelStatus: "TS02" });
});

test("leaves a cancellation that fails for good as it was", async () => {
  const { kicc, receiver } = await start({ behaviour: { fate: () => "fails" } });
  const { cancelPgCno } = await ask(kicc, "revise", cancelRequest(receiver));
  await kicc.idle();
  expect(messagesOf(receiver)).toMatchObject([{ resCd: "W901", cancelPgCno }]);
  expect(kicc.cancellation(String(cancelPgCno))).toMatchObject({ cancelStatus: "TS01" });
});

test("tells of a cancellation whose notification was lost only when it is asked", async () => {
  const { kicc, receiver } = await start({ behaviour: { loseNotifications: 1 } });
  const { cancelPgCno } = await ask(kicc, "revise", cancelRequest(receiver));
  await kicc.idle();
  expect(receiver.arrivals).toHaveLength(0);
  expect(kicc.lost).toEqual([cancelPgCno]);
  const query = { mallId: "T0099001", shopTransactionId: "find-1", pgCno: PG_CNO, cancelPgCno };
  expect(await ask(kicc, "find", query)).toMatchObject({ resCd: "0000", cancelStatus: "TS02" });
});

test("answers find with all fields of its table, about a registered cancellation", async () => {
  const { kicc } = await start();
  const registered = kicc.register({ cancelStatus: "TS06", amount: 12_000 });
  const { mallId, pgCno, cancelPgCno, cancelDate } = registered;
  const query = { mallId, shopTransactionId: "find-1", pgCno, cancelPgCno };
  expect(await ask(kicc, "find", query)).toEqual({
    resCd: "0000",
    resMsg: "Success",
    ...query,
    transactionDate: cancelDate,
    cancelStatus: "TS06",
    resDetailMsg: encodeURIComponent("취소 성공"),
    amountInfo: { currency: "KRW", totAmount: 12_000 },
  });
  kicc.register({ cancelPgCno, cancelStatus: "TS12" });
  expect(await ask(kicc, "find", { ...query, shopTransactionId: "find-2" })).toMatchObject({ cancelStatus: "TS12" });
  expect(kicc.queries.map(({ request }) => request["shopTransactionId"])).toEqual(["find-1", "find-2"]);
  expect(kicc.queries[0]!.at).toBeLessThanOrEqual(kicc.queries[1]!.at);
});

test("refuses a used shopTransactionId, even of a query that failed", async () => {
  const { kicc } = await start();
  const { mallId, pgCno, cancelPgCno } = kicc.register();
  const query = { mallId, shopTransactionId: "find-1", pgCno, cancelPgCno };
  expect(await ask(kicc, "find", { ...query, cancelPgCno: "26011409120310990099" })).toMatchObject({ resCd: "R003" });
  expect(await ask(kicc, "find", query)).toMatchObject({ resCd: "R002", shopTransactionId: "find-1" });
  expect(await ask(kicc, "find", { ...query, shopTransactionId: "find-2" })).toMatchObject({ resCd: "0000" });
  for (const name of Object.keys(query)) {
    expect(await ask(kicc, "find", { ...query, [name]: "" })).toMatchObject({ resCd: "R001" });
  }
});

test("misbehaves as it is told, and remembers the query all the same", async () => {
  const { kicc } = await start();
  const { mallId, pgCno, cancelPgCno } = kicc.register();
  const find = (misbehaviour: Misbehaviour, signal?: AbortSignal) => {
    kicc.behaviour.misbehave = () => misbehaviour;
    return call(kicc, "find", { mallId, shopTransactionId: crypto.randomUUID(), pgCno, cancelPgCno }, signal);
  };
  expect((await find({ kind: "http-status", status: 500 })).status).toBe(500);
  await expect((await find({ kind: "wrong-json" })).json()).rejects.toThrow("JSON");
  const korean = new TextDecoder("euc-kr").decode(await (await find({ kind: "euc-kr" })).bytes());
  expect(JSON.parse(korean)).toMatchObject({ resMsg: "정상처리", cancelStatus: "TS02" });
  const error = await (await find({ kind: "error", resCd: "9999", resMsg: "System error" })).json();
  expect(error).toMatchObject({ resCd: "9999", resMsg: "System error" });
  expect(error).not.toHaveProperty("cancelStatus");
  expect(await (await find({ kind: "cancel-status", cancelStatus: "TS99" })).json()).toMatchObject({
    cancelStatus: "TS99",
  });
  expect(await (await find({ kind: "slow", ms: 20 })).json()).toMatchObject({ resCd: "0000" });
  await expect(find({ kind: "silent" }, AbortSignal.timeout(100))).rejects.toThrow("timeout");
  expect(kicc.queries.map(({ misbehaviour }) => misbehaviour?.kind)).toHaveLength(7);
});

test("answers what is no call of its API by the status alone", async () => {
  const { kicc } = await start();
  expect((await fetch(`${kicc.url}/api/trades/wechatpay/find`)).status).toBe(405);
  expect((await call(kicc, "create", {})).status).toBe(404);
  expect((await call(kicc, "find", [])).status).toBe(400);
  expect((await call(kicc, "find", { mallId: "x".repeat(70_000) })).status).toBe(400);
  expect(kicc.queries).toHaveLength(0);
});

test("stops in the middle of resends and of answers it holds back", async () => {
  const { kicc, receiver } = await start({ factor: 1 }, () => NOT_NOW);
  kicc.behaviour.misbehave = () => ({ kind: "silent" });
  const answered = call(kicc, "revise", cancelRequest(receiver)).catch(() => "hung up");
  while (receiver.arrivals.length === 0) await new Promise((resolve) => void setTimeout(resolve, 5));
  await kicc.stop();
  expect(await answered).toBe("hung up");
  expect(receiver.arrivals).toHaveLength(1);
});
