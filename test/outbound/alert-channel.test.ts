import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Mailer } from "../../src/config.ts";
import { webhookRequestOf, refusalOf } from "../../src/outbound/webhook-formats.ts";
import { channelsOf } from "../../src/outbound/alert-channel.ts";
import { callWatchdog } from "../../src/outbound/watchdog.ts";
import { call } from "../calls.ts";
import { clear } from "../fixtures.ts";

const TEXT = { text: "one\ntwo" };
const CARD = {
  type: "message",
  attachments: [
    {
      contentType: "application/vnd.microsoft.card.adaptive",
      content: {
        type: "AdaptiveCard",
        body: [
          { type: "TextBlock", text: "one", wrap: true },
          { type: "TextBlock", text: "two", wrap: true },
        ],
      },
    },
  ],
};

beforeEach(clear);
afterEach(() => vi.restoreAllMocks());

describe("a webhook", () => {
  it.each([
    ["https://hooks.slack.com/services/T/B/x", TEXT],
    ["https://chat.googleapis.com/v1/spaces/a/messages?key=k&token=t", TEXT],
    ["https://chat.shop.example/hooks/x", TEXT],
    ["https://hook.dooray.com/services/1/2/x", TEXT],
    ["https://discord.com/api/webhooks/1/x", { content: "one\ntwo", allowed_mentions: { parse: [] } }],
    ["https://ptb.discord.com/api/webhooks/1/x", { content: "one\ntwo" }],
    ["https://discord.com/api/webhooks/1/x/slack", TEXT],
    ["https://prod-1.westeurope.logic.azure.com/workflows/x/triggers/manual/paths/invoke?sig=s", CARD],
    ["https://a.b.environment.api.powerplatform.com/powerautomate/automations/direct/x", CARD],
    ["https://shop.webhook.office.com/webhookb2/x", CARD],
    ["https://api.telegram.org/bot1:x/sendMessage?chat_id=-100", { chat_id: "-100", text: "one\ntwo" }],
    ["https://wh.jandi.com/connect-api/webhook/1/x", { body: "one\ntwo" }],
    ["https://notdiscord.com/x", TEXT],
    ["https://discord.com.shop.example/x", TEXT],
  ])("is spoken to in the form of its host: %s", (url, body) => {
    expect(webhookRequestOf(new URL(url), "one\ntwo").body).toMatchObject(body);
  });

  it("of JANDI gets the header without which it takes nothing", () => {
    const { headers } = webhookRequestOf(new URL("https://wh.jandi.com/connect-api/webhook/1/x"), "text");
    expect(headers).toMatchObject({ accept: "application/vnd.tosslab.jandi-v2+json" });
  });

  it("of Discord gets 2,000 characters at most, and no half of one", () => {
    const { body } = webhookRequestOf(new URL("https://discord.com/api/webhooks/1/x"), "가".repeat(1998) + "😀😀");
    const { content } = body as { content: string };
    expect(content.length).toBeLessThanOrEqual(2000);
    expect(content.isWellFormed()).toBe(true);
  });

  it.each([
    [200, "ok", null],
    [204, "", null],
    [302, "", "answered 302"],
    [500, "", "answered 500"],
    [200, '{"header":{"isSuccessful":false,"resultCode":-1}}', "answered 200, but did not post it"],
    [200, "Webhook message delivery failed with error: 429", "answered 200, but did not post it"],
  ])("that answers %s %s has posted it, or not", (status, beginning, refusal) => {
    expect(refusalOf(status, beginning)).toBe(refusal);
  });
});

describe("e-mail", () => {
  function mailing(refuses: (from: string) => string | null) {
    const sent: string[] = [];
    const mailer: Mailer = {
      send: async ({ from }) => {
        const refused = refuses(from);
        if (refused !== null) throw new Error(refused);
        sent.push(from);
      },
    };
    const [channel] = channelsOf({ urls: [], mailer, language: "en", daily: false });
    const send = (console: string | null) => channel?.send({ subject: "s", text: "t" }, console);
    return { sent, send };
  }

  it("comes from the domain of the console's host", async () => {
    const { sent, send } = mailing(() => null);
    expect(await send("https://kicc.shop.example")).toBeNull();
    expect(sent).toEqual(["kicc-edge-receiver@shop.example"]);
  });

  it("comes from the host itself where its parent sends no mail", async () => {
    const { sent, send } = mailing((from) => (from.endsWith("@shop.example") ? "sender domain not verified" : null));
    expect(await send("https://kicc.shop.example")).toBeNull();
    expect(sent).toEqual(["kicc-edge-receiver@kicc.shop.example"]);
  });

  it("is not sent twice where the trouble is not the sender's, and says what keeps it", async () => {
    let tries = 0;
    const { send } = mailing(() => {
      tries += 1;
      return "internal error";
    });
    expect(await send("https://kicc.shop.example")).toBe("internal error");
    expect(tries).toBe(1);
    expect(await send(null)).toMatch(/not known yet/);
  });
});

describe("the watchdog", () => {
  it("is called, and its trouble troubles nobody and shows no secret", async () => {
    const logged = vi.spyOn(console, "log");
    const url = new URL("https://watchdog.example/secret");
    const fetched = vi.spyOn(globalThis, "fetch").mockRejectedValue(new Error(`cannot reach ${url.href}`));
    await callWatchdog(url);
    await callWatchdog(null);
    expect(fetched).toHaveBeenCalledTimes(1);
    expect(logged.mock.calls.join()).toContain("heartbeat.not-taken");
    expect(logged.mock.calls.join()).not.toContain(url.href);
  });
});

describe("POST /api/alert-test", () => {
  it("sends to each channel and tells which one failed, by its host alone", async () => {
    vi.spyOn(globalThis, "fetch").mockImplementation(async (url) =>
      url instanceof URL && url.host === "good.example" ? new Response("ok") : new Response("no", { status: 404 }),
    );
    const settings = { ALERT_URL: "https://good.example/secret https://bad.example/secret" };
    const { status, answer } = await call("POST /api/alert-test", { settings });
    expect(status).toBe(200);
    expect(answer.channels).toEqual([
      { host: "good.example", sent: true, error: null },
      { host: "bad.example", sent: false, error: "answered 404" },
    ]);
    expect(await env.DB.prepare("SELECT what, note FROM audit").first()).toEqual({
      what: "alert-test",
      note: "good.example: sent; bad.example: answered 404",
    });
  });

  it("says so where no channel is set", async () => {
    expect((await call("POST /api/alert-test")).status).toBe(409);
  });
});
