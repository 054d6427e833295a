// The answers of unchanged KICC handlers, byte by byte over TCP, to the real Worker in workerd with workerd's own HTTP
// client.
import { attemptsOf } from "../../src/store/history.ts";
import { once } from "node:events";
import net from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundle } from "../bench/bundle.ts";
import { type Runtime, startRuntime } from "../bench/runtime.ts";
import { eventually } from "../e2e/receiver.ts";
import { newCancellation, succeeded } from "../simulator/messages.ts";
import { seededRandom } from "../simulator/random.ts";
import { send } from "../simulator/send.ts";
import { SHAPES } from "./shapes.ts";

let runtime: Runtime;
let server: net.Server;
const asked: string[] = [];

// Each shape has a mallId, and a route with its number in the path.
const mallIdOf = (index: number) => `T00${String(99_000 + index)}`;

/** Answers once the whole request is there, as a server does that reads before it thinks. */
function answer(socket: net.Socket): void {
  let request = "";
  socket.on("error", () => {});
  socket.setEncoding("latin1").on("data", (text: string) => {
    request += text;
    const [head = "", body = ""] = request.split(/\r\n\r\n(.*)/s);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
    if (!request.includes("\r\n\r\n") || body.length < length) return;
    asked.push(head);
    socket.end(SHAPES[Number(/^POST \/shape\/(\d+) /.exec(head)?.[1])]?.bytes ?? "");
  });
}

beforeAll(async () => {
  server = net.createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  const routes = SHAPES.map((_shape, index) => [mallIdOf(index), `http://127.0.0.1:${port}/shape/${index}`]);
  const settings = {
    ORIGIN_URL: `http://127.0.0.1:${port}/`,
    ORIGIN_ROUTES: JSON.stringify(Object.fromEntries(routes)),
    RETRY_DELAYS_SECONDS: "3600",
  };
  runtime = await startRuntime([{ name: "receiver", script: await bundle(), settings, consumes: true }]);
}, 120_000);
afterAll(async () => {
  await runtime.close();
  server.close();
});

it.each(SHAPES.map((shape, index) => [shape.name, shape, index] as const))("%s", async (_name, shape, index) => {
  const one = newCancellation(index, seededRandom(index), Date.now(), { mallId: mallIdOf(index) });
  const url = new URL("/kicc/wechat/cancel", await runtime.url("receiver"));
  expect(await send(url, succeeded(one), { environment: "production" })).toMatchObject({ kind: "acked" });
  const db = await runtime.db("receiver");
  const { state, history, receivedAt } = await eventually(async () => {
    const row = await db
      .prepare("SELECT state, history, received_at AS receivedAt FROM notifications WHERE pg_cno = ?")
      .bind(one.pgCno)
      .first<{ state: string; history: string; receivedAt: number }>();
    return row && row.history !== "[]" && row;
  });
  const { error, status } = shape;
  expect(state).toBe(error === null ? "delivered" : "pending");
  const [attempt] = attemptsOf(history, receivedAt);
  expect(attempt).toMatchObject({ outcome: error === null ? "accepted" : "failed", status });
  expect(attempt?.error ?? "").toMatch(error instanceof RegExp ? error : new RegExp(`^${RegExp.escape(error ?? "")}$`));
});

it("was asked with an Accept each time, which older rules of mod_security want", () => {
  expect(asked).toHaveLength(SHAPES.length);
  expect(asked.every((head) => /^accept: application\/json, \*\/\*$/im.test(head))).toBe(true);
});
