// Ctrl-C at several points, each in its own run on the same account. What Cloudflare was asked to do is done, although
// nobody waits for the answer. The last run reaches its end.
import { existsSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import type { Call } from "../cloudflare/api.ts";
import { eventually } from "../e2e/receiver.ts";
import { INSTALL, setTheStage, shownSecret } from "./stage.ts";

interface Point {
  readonly name: string;
  readonly is: (call: Call) => boolean;
}

const ends = (method: string, end: string) => (call: Call) => call.method === method && call.path.endsWith(end);

const POINTS: readonly Point[] = [
  { name: "while D1 is made", is: ends("POST", "/d1/database") },
  {
    name: "while the dead letters' queue is made",
    is: (call) => ends("POST", "/queues")(call) && call.json()["queue_name"] === "kicc-deliveries-dead",
  },
  {
    name: "inside the migrations",
    is: (call) => ends("POST", "/query")(call) && String(call.json()["sql"]).includes("CREATE TABLE quarantine"),
  },
  { name: "while the Worker is uploaded", is: ends("PUT", "/scripts/kicc-edge-receiver") },
  { name: "while the hostname is attached", is: ends("PUT", "/domains/records") },
];

it("comes to its end after Ctrl-C at each of five points, with no secret lost", { timeout: 240_000 }, async () => {
  let point: Point | null = null;
  let reached = false;
  let letGo = () => {};
  const { cloudflare, startDeploy, deploy, deliveries, root } = await setTheStage({
    before: async (call) => {
      if (reached || point === null || !point.is(call)) return;
      reached = true;
      await new Promise<void>((resolve) => (letGo = resolve));
    },
  });
  let shown = "";
  for (point of POINTS) {
    reached = false;
    const running = startDeploy();
    await eventually(async () => reached, 60_000);
    running.interrupt();
    const ended = await running.ended;
    expect(`${point.name}: ${ended.code}`).toBe(`${point.name}: 130`);
    expect(ended.text).toContain("Run the same command again: it goes on from here.");
    expect(existsSync(path.join(root, ".wrangler/deploy-secrets.json"))).toBe(false);
    if (ended.text.includes("New secrets")) shown = ended.text;
    letGo();
  }
  point = null;
  const last = await deploy(INSTALL, { CONSOLE_TOKEN: shownSecret(shown, "CONSOLE_TOKEN") });
  expect(last.text).toContain("a test notification is at");
  expect(last.text).not.toContain("New secrets");
  expect(last.code).toBe(0);
  expect(deliveries.length).toBeGreaterThan(0);
  const { account, api } = cloudflare;
  expect(api.unknown).toEqual([]);
  expect([account.databases.length, account.queues.length, account.domains.length]).toEqual([1, 2, 1]);
  const bindings = account.scripts.get("kicc-edge-receiver")?.versions.at(-1)?.bindings ?? [];
  for (const name of ["CONSOLE_TOKEN", "NOTIFY_TOKEN", "ORIGIN_SIGNING_SECRET"]) {
    expect(bindings).toContainEqual({ type: "secret_text", name, text: shownSecret(shown, name) });
  }
});
