// npm run deploy against the stand-in of Cloudflare: with an empty account, a finished one, half-made ones.
import { readFileSync } from "node:fs";
import path from "node:path";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { snapshot } from "../cloudflare/account.ts";
import { newCancellation, succeeded } from "../simulator/messages.ts";
import { seededRandom } from "../simulator/random.ts";
import { HOSTNAME, INSTALL, setTheStage, shownSecret } from "./stage.ts";
import { eventually } from "../e2e/receiver.ts";
import { post } from "./edge.ts";

const KICC = "203.233.72.66";

describe("npm run deploy", () => {
  it("brings an empty account to a notification at the origin within a minute, and changes nothing when run again", async () => {
    const { cloudflare, deploy, deliveries, root } = await setTheStage();
    const first = await deploy();
    expect(first.text).toContain("Done.");
    expect(first.code).toBe(0);
    expect(first.ms).toBeLessThan(60_000);
    expect(cloudflare.api.unknown).toEqual([]);
    const { account } = cloudflare;
    expect(account.databases).toMatchObject([{ name: "kicc-edge-receiver", location: "apac" }]);
    expect(account.queues.map(({ queue_name, retentionSeconds }) => [queue_name, retentionSeconds])).toEqual([
      ["kicc-deliveries", 1_209_600],
      ["kicc-deliveries-dead", 1_209_600],
    ]);
    expect(account.scripts.get("kicc-edge-receiver")?.versions).toHaveLength(1);
    expect(account.domains).toMatchObject([{ hostname: HOSTNAME, service: "kicc-edge-receiver" }]);

    const [delivery] = deliveries;
    const webhook = new Webhook(shownSecret(first.text, "ORIGIN_SIGNING_SECRET"));
    expect(webhook.verify(delivery?.body ?? "", { ...delivery?.headers })).toMatchObject({
      resCd: "9999",
      resMsg: "TEST",
    });

    const token = shownSecret(first.text, "NOTIFY_TOKEN");
    expect(first.text).toContain(`https://${HOSTNAME}/kicc/wechat/cancel/${token}`);
    const body = succeeded(newCancellation(1, seededRandom(1), Date.now()));
    const ack = await post(cloudflare, HOSTNAME, `/kicc/wechat/cancel/${token}`, body, KICC);
    expect(JSON.parse(ack.text)).toMatchObject({ resCd: "0000" });
    await eventually(async () => deliveries.length === 2);
    expect(deliveries[1]?.body).toEqual(Buffer.from(body));

    const before = snapshot(account);
    const settings = readFileSync(path.join(root, "wrangler.toml"), "utf8");
    const again = await deploy(INSTALL, { CONSOLE_TOKEN: shownSecret(first.text, "CONSOLE_TOKEN") });
    expect(again.text).toContain("Nothing was changed");
    expect(again.text).not.toContain("  + ");
    expect(again.code).toBe(0);
    expect(snapshot(account)).toBe(before);
    expect(readFileSync(path.join(root, "wrangler.toml"), "utf8")).toBe(settings);
    expect(deliveries).toHaveLength(2);
  });
});
