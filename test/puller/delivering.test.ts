// What the internal system gets, and what the receiver is told about it.
import zlib from "node:zlib";
import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { startInternal } from "./internal.ts";
import { eventually, startPuller } from "./process.ts";
import { SIGNING_SECRET, startReceiver } from "./receiver.ts";

const EUC_KR = Buffer.from([
  0x7b, 0x22, 0x72, 0x65, 0x73, 0x4d, 0x73, 0x67, 0x22, 0x3a, 0x22, 0xc1, 0xa4, 0xbb, 0xf3, 0x22, 0x7d,
]);

async function chain(env: Readonly<Record<string, string>> = {}) {
  const [receiver, internal] = await Promise.all([startReceiver(), startInternal()]);
  const start = () => startPuller({ receiver: receiver.url, internal: internal.url }, { env });
  return { receiver, internal, start };
}

test("hands on the bytes and the headers as they are, and adds none of its own", async () => {
  const { receiver, internal, start } = await chain();
  const id = receiver.notify(EUC_KR, { contentType: "application/json;charset=EUC-KR", reference: "order-7" });
  start();
  await eventually(() => expect(receiver.find(id).state).toBe("delivered"));
  const [received] = internal.received;
  expect(received?.path).toBe("/kicc");
  expect(received?.body).toEqual(EUC_KR);
  expect(received?.headers).toEqual({
    host: new URL(internal.url).host,
    connection: "close",
    "content-length": String(EUC_KR.length),
    "content-type": "application/json;charset=EUC-KR",
    "webhook-id": id,
    "webhook-timestamp": expect.stringMatching(/^\d+$/),
    "webhook-signature": expect.stringMatching(/^v1,/),
    "kicc-notification": "wechat.cancel",
    "kicc-attempt": "1",
    "kicc-received-at": expect.stringMatching(/Z$/),
    "kicc-source": "notification",
    "kicc-reference": "order-7",
    "user-agent": "kicc-edge-receiver/1.0.0",
  });
});

test("leaves the signature such that the standardwebhooks verifier takes it", async () => {
  const { receiver, internal, start } = await chain();
  const body = '{"resCd":"0000","resMsg":"정상처리","pgCno":"26011314205510990001"}';
  const id = receiver.notify(body);
  start();
  await eventually(() => expect(receiver.find(id).state).toBe("delivered"));
  const [received] = internal.received;
  const headers = received?.headers as Record<string, string>;
  expect(new Webhook(SIGNING_SECRET).verify(received?.body.toString() ?? "", headers)).toEqual(JSON.parse(body));
});

test("sends no Content-Type where KICC sent none, and an empty body as one", async () => {
  const { receiver, internal, start } = await chain();
  const id = receiver.notify("", { contentType: null });
  start();
  await eventually(() => expect(receiver.find(id).state).toBe("delivered"));
  expect(internal.received[0]?.headers).not.toHaveProperty("content-type");
  expect(internal.received[0]?.headers["content-length"]).toBe("0");
});

test("reads header names in capitals as well, and never sends one twice", async () => {
  const { receiver, internal, start } = await chain({ TARGET_HEADERS: '{"User-Agent":"mine","X-Key":"k"}' });
  receiver.shouts = true;
  const id = receiver.notify();
  start();
  await eventually(() => expect(receiver.find(id).state).toBe("delivered"));
  expect(internal.received[0]?.headers).toMatchObject({
    "webhook-id": id,
    "content-type": "application/json; charset=utf-8",
    "user-agent": "kicc-edge-receiver/1.0.0",
    "x-key": "k",
  });
});

test("tells the receiver of an acceptance only after the internal system accepted", async () => {
  const { receiver, internal, start } = await chain();
  const { promise: passed, resolve: open } = Promise.withResolvers<void>();
  internal.answer = async () => {
    await passed;
    return {};
  };
  const id = receiver.notify();
  start();
  await eventually(() => expect(internal.received).toHaveLength(1));
  // The next pull is held by the receiver: whatever would have been reported by then has been.
  await eventually(() => expect(receiver.held()).toBe(1));
  expect(receiver.calls.filter(({ path }) => path !== "/api/pull")).toEqual([]);
  open();
  await eventually(() => expect(receiver.find(id).state).toBe("delivered"));
  expect(receiver.find(id).history).toEqual([{ attempt: 1, outcome: "accepted", reason: null }]);
});

const LONG = " ".repeat(64 * 1024);

test.each([
  ["accepts a 204", { status: 204 }],
  ["accepts a 200 without a body", {}],
  ["accepts a 200 whose body is no JSON", { body: "OK" }],
  ["accepts a 200 with JSON that is no object", { body: '["resCd"]' }],
  [
    "accepts a 200 whose compressed answer is over 64 KiB",
    { headers: { "content-encoding": "gzip" }, body: zlib.gzipSync(`{"resCd":"5001"}${" ".repeat(64 * 1024)}`) },
  ],
  ["accepts a 200 with resCd 0000", { body: '{"resCd":"0000"}' }],
  ["accepts by the status alone where the answer is over 64 KiB", { body: `{"resCd":"5001"}${LONG}` }],
])("%s", async (_consequence, answer) => {
  const { receiver, internal, start } = await chain();
  internal.answer = () => answer;
  const id = receiver.notify();
  start();
  await eventually(() => expect(receiver.find(id).history).toHaveLength(1));
  expect(receiver.find(id)).toMatchObject({ state: "delivered", attempts: 1 });
});

test.each([
  ["a 200 with resCd 5001", { body: '{"resCd":"5001"}' }, "origin answered 200 with resCd 5001"],
  ["a 201 with a resCd that is a number", { status: 201, body: '{"resCd":0}' }, "origin answered 201 with resCd 0"],
  [
    "a compressed 5001",
    { headers: { "content-encoding": "gzip" }, body: zlib.gzipSync('{"resCd":"5001"}') },
    "origin answered 200 with resCd 5001",
  ],
  [
    "a 5001 in EUC-KR",
    { body: Buffer.concat([Buffer.from('{"resCd":"5001","resMsg":"'), EUC_KR.subarray(11, 15), Buffer.from('"}')]) },
    "origin answered 200 with resCd 5001",
  ],
  ["a 500", { status: 500 }, "origin answered 500"],
  ["a 404", { status: 404 }, "origin answered 404: nothing is at that path: check ORIGIN_URL (in pull: TARGET_URL)"],
  ["a 2xx whose body stalls", { body: "{", stalls: true }, "no whole answer in 500 ms"],
])("reports %s as a failure, to be tried again", async (_what, answer, reason) => {
  const { receiver, internal, start } = await chain({ TARGET_TIMEOUT_MS: "500" });
  internal.answer = () => answer;
  const id = receiver.notify();
  start();
  await eventually(() => expect(receiver.find(id).history).toEqual([{ attempt: 1, outcome: "failed", reason }]));
  expect(receiver.find(id).state).toBe("pending");
});

test("reports an internal system that never answers, and one that is not there", async () => {
  const { receiver, internal, start } = await chain({ TARGET_TIMEOUT_MS: "300" });
  internal.answer = () => new Promise(() => {});
  const silent = receiver.notify();
  start();
  await eventually(() => expect(receiver.find(silent).history[0]?.reason).toBe("no answer in 300 ms"));

  const absent = receiver.notify();
  startPuller({ receiver: receiver.url, internal: "http://127.0.0.1:1" });
  await eventually(() => expect(receiver.find(absent).history[0]?.reason).toMatch(/^no (connection: E|answer)/));
});

test("delivers a failed one again, with the same id and the next attempt", async () => {
  const { receiver, internal, start } = await chain();
  internal.answer = ({ headers }) => ({ status: headers["kicc-attempt"] === "1" ? 503 : 200 });
  const id = receiver.notify();
  start();
  await eventually(() => expect(receiver.find(id).history).toHaveLength(1));
  receiver.advance(15_000);
  await eventually(() => expect(receiver.find(id).state).toBe("delivered"));
  expect(internal.received.map(({ headers }) => [headers["webhook-id"], headers["kicc-attempt"]])).toEqual([
    [id, "1"],
    [id, "2"],
  ]);
});

test("follows no redirect: the notification stays where it was sent", async () => {
  const { receiver, internal, start } = await chain();
  internal.answer = ({ path }) =>
    path === "/kicc" ? { status: 307, headers: { location: "/login?next=secret" } } : {};
  const id = receiver.notify();
  start();
  await eventually(() => expect(receiver.find(id).history[0]?.outcome).toBe("failed"));
  expect(receiver.find(id).history[0]?.reason).toMatch(/^origin answered 307, a redirect to \/login: /);
  expect(receiver.find(id).history[0]?.reason).not.toContain("secret");
  expect(internal.received.map(({ path }) => path)).toEqual(["/kicc"]);
});

test("ends a notification for good where the internal system says 410", async () => {
  const { receiver, internal, start } = await chain();
  internal.answer = () => ({ status: 410 });
  const id = receiver.notify();
  start();
  await eventually(() => expect(receiver.find(id).state).toBe("dead"));
  expect(receiver.calls.find(({ path }) => path.endsWith("/fail"))?.content).toEqual({
    attempt: 1,
    reason: "origin answered 410",
    final: true,
    status: 410,
  });
});

test("tells the receiver what was answered, the beginning of it, whether accepted or not", async () => {
  const { receiver, internal, start } = await chain();
  internal.answer = ({ headers }) =>
    headers["kicc-attempt"] === "1" ? { status: 503, body: `점검 ${"x".repeat(1000)}` } : { status: 202, body: "OK" };
  const id = receiver.notify();
  start();
  await eventually(() => expect(receiver.find(id).history).toHaveLength(1));
  receiver.advance(15_000);
  await eventually(() => expect(receiver.find(id).state).toBe("delivered"));
  const reports = receiver.calls.filter(({ path }) => path !== "/api/pull").map(({ content }) => content);
  expect(reports).toEqual([
    { attempt: 1, reason: "origin answered 503", status: 503, answer: `점검 ${"x".repeat(497)}` },
    { attempt: 2, status: 202, answer: "OK" },
  ]);
});

test("reports no status and no answer where there was none", async () => {
  const { receiver, start } = await chain({ TARGET_URL: "http://127.0.0.1:1/kicc" });
  receiver.notify();
  start();
  await eventually(() => expect(receiver.calls.some(({ path }) => path.endsWith("/fail"))).toBe(true));
  const { content } = receiver.calls.find(({ path }) => path.endsWith("/fail")) ?? {};
  expect(content).toEqual({ attempt: 1, reason: expect.stringMatching(/^no connection: /) });
});

test("pulls no more than it can begin at once, and a slow one holds up no other", async () => {
  const { receiver, internal, start } = await chain({ CONCURRENCY: "2" });
  const { promise: passed, resolve: open } = Promise.withResolvers<void>();
  const slow = receiver.notify("slow");
  internal.answer = async ({ body }) => {
    if (body.toString() === "slow") await passed;
    return {};
  };
  const others = Array.from({ length: 5 }, () => receiver.notify("quick"));
  start();
  await eventually(() => expect(others.map((id) => receiver.find(id).state)).toEqual(others.map(() => "delivered")));
  expect(receiver.find(slow)).toMatchObject({ state: "pending", attempts: 1 });
  const asked = receiver.calls.filter(({ path }) => path === "/api/pull").map(({ content }) => content);
  expect(asked[0]).toMatchObject({ max: 2 });
  expect(asked.slice(1).every((content) => (content as { max: number }).max === 1)).toBe(true);
  open();
  await eventually(() => expect(receiver.find(slow).state).toBe("delivered"));
});

test("asks for a lease that outlasts the longest delivery and its report", async () => {
  const { receiver, start } = await chain({ TARGET_TIMEOUT_MS: "260000" });
  start();
  await eventually(() => expect(receiver.calls).toHaveLength(1));
  expect(receiver.calls[0]?.content).toEqual({ max: 5, leaseSeconds: 300, waitSeconds: 20 });
});

test("reports what it cannot read or send, instead of dying of it", async () => {
  const { receiver, start } = await chain();
  const id = receiver.notify("{}", { contentType: "application/json\nx: y" });
  const next = receiver.notify();
  start();
  await eventually(() => expect(receiver.find(id).history[0]?.reason).toBe("puller cannot send: ERR_INVALID_CHAR"));
  await eventually(() => expect(receiver.find(next).state).toBe("delivered"));
});
