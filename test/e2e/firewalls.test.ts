// Each row of the README's table "What your firewall allows", from KICC's POST to the origin. Cloudflare Tunnel and
// Access, Workers VPC and mTLS cannot run here: their stand-ins behave as Cloudflare's pages say.
import { spawn } from "node:child_process";
import { afterEach, describe, expect, it } from "vitest";
import { type Answer, type Delivery, startOrigin } from "../demo/origin.ts";
import { newCancellation, succeeded } from "../simulator/messages.ts";
import { seededRandom } from "../simulator/random.ts";
import { send } from "../simulator/send.ts";
import { type Receiver, SIGNING_SECRET, type Setup, eventually, startReceiver } from "./receiver.ts";

const OPENED: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of OPENED.splice(0).toReversed()) await close();
});

async function opened(settings: Readonly<Record<string, string>>, setup: Setup = {}): Promise<Receiver> {
  const receiver = await startReceiver(settings, setup);
  OPENED.push(() => receiver.close());
  return receiver;
}

async function origin(answer?: (delivery: Delivery) => Answer | Promise<Answer>) {
  const started = await startOrigin(SIGNING_SECRET, answer);
  OPENED.push(() => started.close());
  return started;
}

const random = seededRandom(7);
let serial = 0;

function body(mallId = "T0099001"): Uint8Array {
  serial += 1;
  return succeeded(newCancellation(serial, random, Date.now(), { mallId }));
}

async function countOf({ db }: Receiver, state: string): Promise<number> {
  const row = await db
    .prepare("SELECT count(*) AS found FROM notifications WHERE state = ?")
    .bind(state)
    .first<{ found: number }>();
  return row?.found ?? 0;
}

describe("an origin behind Cloudflare Tunnel and Access", () => {
  // As Access does: without a valid service token a redirect to the team's login, and nothing reaches the origin.
  const behindAccess = ({ headers, verified }: Delivery): Answer => {
    const knows = headers["cf-access-client-id"] === "id.access" && headers["cf-access-client-secret"] === "cfast_1";
    if (!knows) return { status: 401, body: "Forbidden. You don't have permission to view this." };
    return { status: verified ? 200 : 400, body: '{"resCd":"0000","resMsg":"OK"}' };
  };

  it("is reached with the service token of its host, and tells bad credentials from other trouble", async () => {
    const tunnel = await origin(behindAccess);
    const { host } = new URL(tunnel.url);
    const token = { "CF-Access-Client-Id": "id.access", "CF-Access-Client-Secret": "cfast_1" };
    const receiver = await opened({ ORIGIN_URL: tunnel.url, ORIGIN_HEADERS: JSON.stringify({ [host]: token }) });
    await send(receiver.hookUrl, body());
    await eventually(async () => (await countOf(receiver, "delivered")) === 1);

    const other = await opened({ ORIGIN_URL: tunnel.url, ORIGIN_HEADERS: JSON.stringify({ "other.example": token }) });
    await send(other.hookUrl, body());
    const history = await eventually(async () => {
      const row = await other.db.prepare("SELECT history FROM notifications").first<{ history: string }>();
      return row && row.history !== "[]" && row.history;
    });
    expect(JSON.parse(history)).toMatchObject([
      { status: 401, error: expect.stringMatching(/wants credentials \(check ORIGIN_HEADERS/) },
    ]);
    expect(await countOf(other, "pending")).toBe(1);
    expect(tunnel.deliveries.at(-1)?.headers).not.toHaveProperty("cf-access-client-secret");
  });
});

describe("an origin on a private network", () => {
  it("is reached through the ORIGIN binding, its routes told apart by their paths", async () => {
    const receiver = await opened(
      {},
      {
        configPath: "test/e2e/private-origin/receiver.toml",
        neighbour: { configPath: "test/e2e/private-origin/wrangler.toml", database: "SEEN" },
      },
    );
    await send(receiver.hookUrl, body());
    await send(receiver.hookUrl, body("T0099002"));
    await eventually(async () => (await countOf(receiver, "delivered")) === 2);
    const seen = await receiver.beside?.prepare("SELECT path FROM seen ORDER BY path").run();
    expect(seen?.results).toEqual([{ path: "/kicc" }, { path: "/second" }]);
  });
});

describe("an origin that accepts no connection at all", () => {
  it("gets its notifications by the puller, which accepts only what the internal system took", async () => {
    let refusals = 1;
    const internal = await origin(({ verified }) => {
      refusals -= 1;
      return refusals >= 0
        ? { status: 200, body: '{"resCd":"5001","resMsg":"not now"}' }
        : { status: verified ? 200 : 400 };
    });
    const receiver = await opened({ DELIVERY: "pull", DELIVERY_TOKEN: "puller-token", RETRY_DELAYS_SECONDS: "1,1,1" });
    const puller = spawn(process.execPath, ["src/puller/kicc-puller.mjs"], {
      env: { ...process.env, RECEIVER_URL: receiver.url, DELIVERY_TOKEN: "puller-token", TARGET_URL: internal.url },
      stdio: "ignore",
    });
    OPENED.push(() => void puller.kill("SIGKILL"));
    await send(receiver.hookUrl, body());
    await send(receiver.hookUrl, body());
    await eventually(async () => (await countOf(receiver, "delivered")) === 2, 30_000);
    expect(internal.deliveries).toHaveLength(3);
    expect(internal.deliveries.every(({ verified }) => verified)).toBe(true);
  });
});

describe("another Worker as the consumer of the queue", () => {
  it("consumes, books and reports, and the receiver has them delivered", async () => {
    const receiver = await opened(
      { DELIVERY_TOKEN: "consumer-token" },
      {
        configPath: "test/consumer/receiver.toml",
        neighbour: {
          configPath: "test/consumer/wrangler.toml",
          database: "BOOKS",
          vars: { DELIVERY_TOKEN: "consumer-token" },
        },
      },
    );
    await Promise.all(Array.from({ length: 5 }, () => send(receiver.hookUrl, body())));
    await eventually(async () => (await countOf(receiver, "delivered")) === 5);
    const booked = await receiver.beside?.prepare("SELECT count(*) AS found FROM refunds").first();
    expect(booked).toEqual({ found: 5 });
  });
});

describe("several shops behind one receiver", () => {
  it("delivers to one while another hangs: none of its notifications waits for the slow one's", async () => {
    const hangs = await origin(() => new Promise(() => {}));
    const works = await origin();
    const receiver = await opened({
      ORIGIN_URL: works.url,
      ORIGIN_ROUTES: JSON.stringify({ T0099009: hangs.url }),
      ORIGIN_TIMEOUT_MS: "2000",
    });
    for (let index = 0; index < 20; index++) {
      await send(receiver.hookUrl, body("T0099009"));
      await send(receiver.hookUrl, body());
    }
    await eventually(async () => works.deliveries.length === 20);
    // The local queue runs one batch after the other. Without the slow route's rest its twenty would have come first,
    // for 2 s a batch; with it they were tried in the first batches alone.
    expect(hangs.deliveries.length).toBeLessThanOrEqual(6);
    await eventually(async () => (await countOf(receiver, "delivered")) === 20);
  });
});
