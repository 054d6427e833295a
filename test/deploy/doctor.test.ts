// npm run doctor against the local Worker, behind a front that behaves like Cloudflare's settings: the doctor names
// each.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newAccount } from "../cloudflare/account.ts";
import { type Dns, startDns } from "../cloudflare/dns.ts";
import { startCloudflare } from "../cloudflare/cloudflare.ts";
import { type Delivery, type MerchantOrigin, startOrigin } from "../demo/origin.ts";
import { CONSOLE_TOKEN, type Receiver, SIGNING_SECRET, eventually, startReceiver } from "../e2e/receiver.ts";
import { type Ended, run } from "./command.ts";
import { type FrontSetup, HOSTNAME, openFront } from "./front.ts";

let receiver: Receiver;
let origin: MerchantOrigin;
let dns: Dns;
let accepts = true;

beforeAll(async () => {
  origin = await startOrigin(SIGNING_SECRET, (_delivery: Delivery) => ({ status: accepts ? 200 : 500 }));
  const settings = { ORIGIN_URL: origin.url, NOTIFY_TOKEN: "the-right-token", RETRY_DELAYS_SECONDS: "3600" };
  receiver = await startReceiver(settings);
  dns = await startDns(newAccount());
  dns.records.set(HOSTNAME, "104.16.1.1");
});
afterAll(async () => {
  await dns.close();
  await receiver.close();
  await origin.close();
});

async function doctor(
  setup: FrontSetup = {},
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Promise<Ended> {
  const front = await openFront(receiver.url, setup);
  return run("doctor", [`https://${HOSTNAME}`, ...args], {
    PATH: process.env["PATH"] ?? "",
    NODE_EXTRA_CA_CERTS: front.authority,
    KICC_CONNECT_TO: `${HOSTNAME}=127.0.0.1:${front.port}`,
    KICC_DNS_OVER_HTTPS: dns.url,
    ...env,
  });
}

describe("npm run doctor", () => {
  it("says that all is well, a line a check", async () => {
    const ended = await doctor();
    expect(ended.text).toContain(`✓ DNS: ${HOSTNAME} is 104.16.1.1`);
    expect(ended.text).toMatch(/^✓ certificate: by test authority, for \d+ more days, TLSv1\.3$/m);
    expect(ended.text).toContain("✓ TLS 1.2: is spoken");
    expect(ended.text).toContain("✓ clock: ");
    expect(ended.text).toContain("✓ health: D1 answers");
    expect(ended.text).toMatch(/^✓ door \/kicc\/wechat\/cancel: the receiver answers, and refuses strangers/m);
    expect(ended.code).toBe(0);
  });

  const PAGE = "<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>";
  const isDoor = (url = "") => url.startsWith("/kicc/");

  it.each<{ name: string; setup: FrontSetup; told: readonly string[] }>([
    {
      name: "a challenge page",
      setup: {
        instead: () => ({
          status: 403,
          headers: { "cf-mitigated": "challenge", "content-type": "text/html" },
          body: PAGE,
        }),
      },
      told: [
        "✗ door /kicc/wechat/cancel: Cloudflare answers in the receiver's place, to every caller: a challenge page (403)",
        "Bot Fight Mode",
      ],
    },
    {
      name: "a challenge to those alone that send no User-Agent",
      setup: {
        instead: ({ url, headers }) =>
          isDoor(url) && headers["user-agent"] === undefined ? { status: 403, body: "error code: 1010" } : null,
      },
      told: ["to no User-Agent: error 1010: the Browser Integrity Check", "configuration rule"],
    },
    {
      name: "a redirect",
      setup: { instead: () => ({ status: 301, headers: { location: "https://www.shop.example/" } }) },
      told: ["a redirect (301) to https://www.shop.example/", "KICC follows no redirect"],
    },
    {
      name: "Cloudflare Access over the whole hostname",
      setup: {
        instead: () => ({
          status: 302,
          headers: { location: "https://shop.cloudflareaccess.com/cdn-cgi/access/login" },
        }),
      },
      told: ["Cloudflare Access, which asks KICC to sign in", `${HOSTNAME}/console`],
    },
    {
      name: "a WAF rule",
      setup: { instead: ({ url }) => (isDoor(url) ? { status: 403, body: "error code: 1020" } : null) },
      told: ["error 1020: a WAF rule", "Security → Events"],
    },
    {
      name: "the day's end of Workers Free",
      setup: { instead: () => ({ status: 429, body: "error code: 1027" }) },
      told: ["error 1027: the day's requests of Workers Free are used up"],
    },
    {
      name: "a server of the merchant's in the Worker's place",
      setup: {
        instead: () => ({ status: 200, headers: { server: "nginx" }, body: "<html>Welcome to our shop</html>" }),
      },
      told: ["something else answers", "<html>Welcome to our shop</html>"],
    },
    {
      name: "a certificate that has run out",
      setup: { days: -1 },
      told: ["✗ health: the certificate is not accepted"],
    },
    {
      name: "a certificate of another hostname",
      setup: { hostname: "other.example" },
      told: ["the certificate is not accepted"],
    },
    {
      name: "a certificate that is not renewed",
      setup: { days: 5 },
      told: ["! certificate: by test authority, for 4 more days"],
    },
    {
      name: "TLS 1.2 turned off",
      setup: { oldestTls: "TLSv1.3" },
      told: ["✗ TLS 1.2: is refused, and older Java speaks nothing newer", "Minimum TLS Version"],
    },
    {
      name: "a slow way",
      setup: { delayMs: 3200 },
      told: ["! door /kicc/wechat/cancel: answers after 3", "KICC waits 10 s"],
    },
    {
      name: "a way slower than KICC waits",
      setup: { delayMs: 10_200 },
      told: ["✗ door /kicc/wechat/cancel: answers after 10"],
    },
  ])("names $name", async ({ setup, told }) => {
    const ended = await doctor(setup);
    for (const words of told) expect(ended.text).toContain(words);
    expect(ended.code).toBe(told.some((words) => words.startsWith("!")) ? 0 : 1);
  });

  it("names a hostname that does not exist, and a resolver that does not answer", async () => {
    dns.records.delete(HOSTNAME);
    const gone = await doctor();
    dns.records.set(HOSTNAME, "104.16.1.1");
    expect(gone.text).toContain(`✗ DNS: ${HOSTNAME} does not exist`);
    expect(gone.code).toBe(1);
    const unknown = await doctor({}, { KICC_DNS_OVER_HTTPS: "http://127.0.0.1:9/dns-query" });
    expect(unknown.text).toContain("! DNS: could not be asked over HTTPS");
  });

  it("answers in JSON", async () => {
    const ended = await doctor({}, {}, ["--json"]);
    const report = JSON.parse(ended.text) as { well: boolean; findings: { check: string; state: string }[] };
    expect(report.well).toBe(true);
    expect(report.findings.map(({ check }) => check)).toContain("door /kicc/wechat/cancel");
  });

  it("tells, with the console's token, how the origin answers and what needs a person", async () => {
    const test = async () => {
      const headers = { authorization: `Bearer ${CONSOLE_TOKEN}`, "content-type": "application/json" };
      const sent = await fetch(`${receiver.url}/api/test`, { method: "POST", headers, body: "{}" });
      const { id } = (await sent.json()) as { id: string };
      await eventually(async () => {
        const read = await fetch(`${receiver.url}/api/notifications/${id}`, { headers });
        const { history } = await read.json<{ history: unknown[] }>();
        return history.length > 0;
      });
    };
    const nothing = await doctor({}, { CONSOLE_TOKEN });
    expect(nothing.text).toContain("! origin: nothing was tried yet");
    await test();
    const well = await doctor({}, { CONSOLE_TOKEN });
    expect(well.text).toContain("✓ settings: are right");
    expect(well.text).toContain("✓ origin: accepted the last 1");
    expect(well.text).toContain("✓ needs a person: nothing");
    expect(well.text).toContain("✓ oldest pending: none");
    expect(well.text).toContain("✓ cron: leaves nothing overdue");
    accepts = false;
    await test();
    accepts = true;
    const failing = await doctor({}, { CONSOLE_TOKEN });
    expect(failing.text).toContain("! origin: did not accept 1 of the last 2: status 500");
    const overdue = "UPDATE notifications SET next_attempt_at = 1 WHERE state = 'pending'";
    await receiver.db.prepare(overdue).run();
    const late = await doctor({}, { CONSOLE_TOKEN });
    expect(late.text).toContain("✗ cron: 1 pending are overdue by 10 min or more");
    expect(late.code).toBe(1);
    await receiver.db.prepare("DELETE FROM notifications WHERE state = 'pending'").run();
    const stranger = await doctor({}, { CONSOLE_TOKEN: "a-wrong-one" });
    expect(stranger.text).toContain("✗ API: this CONSOLE_TOKEN is not accepted");
  });

  it("names what Workers Free does not hold, with Cloudflare's token", async () => {
    const queue = (queue_name: string) => ({
      queue_id: queue_name,
      queue_name,
      retentionSeconds: 86_400,
      consumers: [],
    });
    const databases = [
      {
        uuid: "11111111-2222-4333-8444-555555555555",
        name: "kicc-edge-receiver",
        location: "apac",
        bytes: 450_000_000,
      },
    ];
    const account = {
      plan: "free" as const,
      databases,
      queues: [queue("kicc-deliveries"), queue("kicc-deliveries-dead")],
    };
    const cloudflare = await startCloudflare({ account });
    const { CLOUDFLARE_API_BASE_URL = "", CLOUDFLARE_API_TOKEN = "", CLOUDFLARE_ACCOUNT_ID = "" } = cloudflare.env;
    const ended = await doctor(
      {},
      { CONSOLE_TOKEN, CLOUDFLARE_API_BASE_URL, CLOUDFLARE_API_TOKEN, CLOUDFLARE_ACCOUNT_ID },
    );
    await cloudflare.close();
    expect(ended.text).toContain("! queues: keep messages for 1 day, as on Workers Free");
    expect(ended.text).toContain("! D1: 450 MB of 500");
    expect(ended.text).toMatch(/✓ Workers Free: \d+ notifications in the last 24 h, .* 3300 a day/);
    expect(cloudflare.api.unknown).toEqual([]);
  });
});
