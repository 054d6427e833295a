// CONFIRM over real HTTP: a stand-in server for KICC, an origin, the Worker with its D1 and its queue.
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestHarness } from "wrangler";
import { type Kicc, startKicc } from "../simulator/kicc.ts";
import { succeeded } from "../simulator/messages.ts";

const KICC_ADDRESS = "61.33.205.151";
const CONSOLE_TOKEN = "console-token";
const ROOT = path.join(import.meta.dirname, "../..");

let kicc: Kicc;
let origin: http.Server;
const delivered: { readonly headers: http.IncomingHttpHeaders; readonly body: string }[] = [];
let server: ReturnType<typeof createTestHarness>;

beforeAll(async () => {
  kicc = await startKicc();
  origin = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      delivered.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.end("OK");
    });
  });
  await new Promise<void>((resolve) => void origin.listen(0, "127.0.0.1", resolve));
  server = createTestHarness({
    root: ROOT,
    workers: [
      {
        configPath: "wrangler.toml",
        env: "development",
        vars: {
          CONFIRM: "before-delivery",
          KICC_API_URL: kicc.url,
          ORIGIN_URL: `http://127.0.0.1:${(origin.address() as AddressInfo).port}/kicc`,
        },
        secrets: { CONSOLE_TOKEN, ORIGIN_SIGNING_SECRET: "whsec_bG9jYWwtd29yay1vbmx5LW5vdC1hLXNlY3JldCE=" },
      },
    ],
  });
  await server.listen();
  await server.getWorker().applyD1Migrations("DB");
});

afterAll(async () => {
  await server.close();
  await kicc.stop();
  origin.closeAllConnections();
  await new Promise((resolve) => void origin.close(resolve));
});

async function notify(body: Uint8Array): Promise<unknown> {
  const headers = { "content-type": "application/json; charset=utf-8", "cf-connecting-ip": KICC_ADDRESS };
  const response = await server.fetch("/kicc/wechat/cancel", { method: "POST", headers, body });
  return response.json();
}

async function row(cancelPgCno: string): Promise<{ state: string; reason: string | null } | null> {
  const { DB } = await server.getWorker<{ DB: D1Database }>().getEnv();
  return DB.prepare("SELECT state, reason FROM notifications WHERE cancel_pg_cno = ?").bind(cancelPgCno).first();
}

async function call(method: string, url: string, body?: object): Promise<Readonly<Record<string, unknown>>> {
  const init = { method, headers: { authorization: `Bearer ${CONSOLE_TOKEN}` } };
  const response = await server.fetch(url, body ? { ...init, body: JSON.stringify(body) } : init);
  return (await response.json()) as Readonly<Record<string, unknown>>;
}

async function until<T>(what: string, look: () => T | Promise<T>, enough: (seen: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 300; tries++) {
    const seen = await look();
    if (enough(seen)) return seen;
    await new Promise((resolve) => void setTimeout(resolve, 50));
  }
  throw new Error(`Cannot see ${what}`);
}

test("holds a forged notification from an allowed address, and delivers a real one as confirmed", async () => {
  const real = kicc.register();
  const forged = { ...kicc.register(), amount: 9_900_000 };
  const unknown = { ...forged, cancelPgCno: "26011409120399999999" };
  expect(await notify(succeeded(forged))).toMatchObject({ resCd: "0000" });
  expect(await notify(succeeded(real))).toMatchObject({ resCd: "0000" });
  expect(await notify(succeeded(unknown))).toMatchObject({ resCd: "0000" });

  await until(
    "the delivery",
    () => delivered,
    ({ length }) => length > 0,
  );
  expect(delivered[0]?.headers).toMatchObject({ "kicc-confirmed": "true", "kicc-source": "notification" });
  expect(delivered[0]?.body).toBe(Buffer.from(succeeded(real)).toString());
  const held = await until(
    "the forged one",
    () => row(forged.cancelPgCno),
    (seen) => seen?.state === "held",
  );
  expect(held).toEqual({ state: "held", reason: "unconfirmed" });
  // KICC knows nothing of this one: it is asked again, and delivered no more than the other.
  await until(
    "the query",
    () => kicc.queries,
    (queries) => queries.length === 3,
  );
  expect(await row(unknown.cancelPgCno)).toMatchObject({ state: "pending" });
  expect(delivered).toHaveLength(1);
});

test("delivers what was never notified, once the cron has asked KICC", async () => {
  const lost = kicc.register({ cancelStatus: "TS06" });
  const before = delivered.length;
  const { mallId, pgCno, shopOrderNo, cancelPgCno } = lost;
  const announced = { mallId, pgCno, shopOrderNo, reference: "R-1", dueAfterSeconds: 0 };
  expect(await call("PUT", `/api/cancellations/${cancelPgCno}`, announced)).toMatchObject({ state: "expected" });
  await server.getWorker().scheduled({ cron: "* * * * *" });
  expect(await call("GET", `/api/cancellations/${cancelPgCno}`)).toMatchObject({ state: "reconciled", asks: 1 });
  const all = await until(
    "the delivery",
    () => delivered,
    ({ length }) => length > before,
  );
  expect(all.at(-1)?.headers).toMatchObject({
    "kicc-confirmed": "true",
    "kicc-source": "status-api",
    "kicc-reference": "R-1",
  });
  expect(JSON.parse(all.at(-1)?.body ?? "")).toMatchObject({ resCd: "0000", cancelPgCno, mallId, pgCno, shopOrderNo });

  expect(await notify(succeeded(lost))).toMatchObject({ resCd: "0000", resMsg: "OK, known already" });
  expect(delivered).toHaveLength(before + 1);
});
