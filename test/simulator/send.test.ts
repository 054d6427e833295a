import { afterEach, expect, test } from "vitest";
import { ACK, type Answering, NOT_NOW, type Receiver, startReceiver } from "./receiver.ts";
import { send } from "./send.ts";

const BODY = new TextEncoder().encode('{"resCd":"9999","resMsg":"System error"}');
let receiver: Receiver | null = null;

afterEach(async () => {
  await receiver?.stop();
  receiver = null;
});

async function receive(answering: Answering): Promise<Receiver> {
  receiver = await startReceiver(answering);
  return receiver;
}

test("sends the bytes unchanged under KICC's header", async () => {
  const { url, arrivals } = await receive(() => ACK);
  const body = Uint8Array.of(0xc1, 0xa4, 0xbb, 0xf3);
  expect(await send(url, body)).toEqual({ kind: "acked", status: 200, resMsg: "OK", pgCno: "1" });
  const { rawHeaders } = arrivals[0]!;
  expect(rawHeaders[rawHeaders.indexOf("Content-type") + 1]).toBe("application/json; charset=utf-8");
  expect(arrivals[0]!.body).toEqual(Buffer.from(body));
});

test("comes from KICC's address of the environment, or from whoever is named", async () => {
  const { url, arrivals } = await receive(() => ACK);
  await send(url, BODY, { environment: "production" });
  await send(url, BODY, { environment: "development" });
  await send(url, BODY, { from: "198.51.100.7" });
  await send(url, BODY, { from: null });
  await send(url, BODY, { headers: { "CF-Worker": "example.com" } });
  const addresses = arrivals.map(({ headers }) => headers["cf-connecting-ip"]);
  expect(addresses).toEqual(["203.233.72.66", "61.33.205.151", "198.51.100.7", undefined, "61.33.205.151"]);
  expect(arrivals[4]!.headers["cf-worker"]).toBe("example.com");
});

test("takes nothing but HTTP 200 with resCd 0000 for an ack", async () => {
  const answers = [
    NOT_NOW,
    { status: 200, body: '{"resCd":"5001","resMsg":"Internal DB Error"}' },
    { status: 201, body: ACK.body },
    { status: 200, body: "" },
    { status: 200, body: "OK" },
    { status: 200, body: "null" },
    { status: 200, body: `${" ".repeat(70_000)}${ACK.body}` },
  ];
  const { url } = await receive((number) => answers[number - 1]!);
  for (const { status } of answers) expect(await send(url, BODY)).toMatchObject({ kind: "refused", status });
});

test("tells what a refusal said", async () => {
  const { url } = await receive(() => NOT_NOW);
  const { status, body: text } = NOT_NOW;
  const resMsg = "Cannot store now, send again";
  expect(await send(url, BODY)).toEqual({ kind: "refused", status, resCd: "5001", resMsg, pgCno: "", text });
});

test("gives up waiting for a receiver that does not answer in time", async () => {
  const { url } = await receive(() => null);
  expect(await send(url, BODY, { timeoutMs: 50 })).toEqual({ kind: "timeout", timeoutMs: 50 });
});

test("tells a receiver that hangs up, is not there, or has no address, from one that refuses", async () => {
  const gone = await receive(() => "hang up");
  const { url } = gone;
  expect(await send(url, BODY)).toMatchObject({ kind: "no-connection" });
  await gone.stop();
  expect(await send(url, BODY)).toMatchObject({
    kind: "no-connection",
    error: expect.stringContaining("ECONNREFUSED"),
  });
  expect(await send("nowhere", BODY)).toMatchObject({ kind: "no-connection" });
  receiver = null;
});

test("ends at once when it is stopped", async () => {
  const { url } = await receive(() => null);
  const stopping = new AbortController();
  setTimeout(() => stopping.abort(), 20);
  expect(await send(url, BODY, { signal: stopping.signal })).toMatchObject({ kind: "no-connection" });
});
