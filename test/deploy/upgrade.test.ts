// Upgrading and going back: a new migration before the new code, the old code on the new schema, secrets by README's
// own commands.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { servingIn } from "../cloudflare/scripts.ts";
import { eventually } from "../e2e/receiver.ts";
import { newCancellation, succeeded } from "../simulator/messages.ts";
import { seededRandom } from "../simulator/random.ts";
import { wrangler } from "./command.ts";
import { post } from "./edge.ts";
import { HOSTNAME, setTheStage, shownSecret } from "./stage.ts";

const KICC = "203.233.72.66";
const random = seededRandom(7);

it(
  "upgrades with a migration, and goes back to the code before on the schema after",
  { timeout: 180_000 },
  async () => {
    const { cloudflare, deploy, deliveries, root, env } = await setTheStage();
    const first = await deploy();
    const path1 = `/kicc/wechat/cancel/${shownSecret(first.text, "NOTIFY_TOKEN")}`;
    const script = cloudflare.account.scripts.get("kicc-edge-receiver");
    const [before] = script?.versions ?? [];

    writeFileSync(path.join(root, "migrations/9999_more.sql"), "ALTER TABLE audit ADD COLUMN more TEXT;\n");
    const file = path.join(root, "wrangler.toml");
    const vars = `DELIVERY = "push"\nRETENTION_DAYS = 300\n`;
    writeFileSync(file, readFileSync(file, "utf8").replace('DELIVERY = "push"\n', vars));
    const upgrade = await deploy([]);
    expect(upgrade.text).toContain("npx wrangler d1 time-travel restore kicc-edge-receiver --bookmark=00000085-");
    expect(upgrade.text).toContain("+ migrations 9999_more.sql");
    expect(upgrade.text).toMatch(/\+ Worker kicc-edge-receiver, version kicc-[0-9a-f]{16}$/m);
    expect(upgrade.code).toBe(0);
    expect(script?.versions).toHaveLength(2);

    const back = await wrangler(["rollback", before?.id ?? "", "--yes", "--message", "back", "--env="], root, env);
    expect(`${back.code} ${back.text}`).toMatch(/^0 /);
    expect(script && servingIn(script)?.id).toBe(before?.id);
    const known = deliveries.length;
    const ack = await post(cloudflare, HOSTNAME, path1, succeeded(newCancellation(1, random, Date.now())), KICC);
    expect(ack).toMatchObject({ status: 200 });
    await eventually(async () => deliveries.length > known);

    // README: after a rollback, deploy before a secret is changed.
    const refused = await wrangler(["secret", "put", "CONSOLE_TOKEN", "--env="], root, env);
    expect(refused.text).toContain("latest version of your Worker isn't currently deployed");
    const forth = await deploy([]);
    expect(forth.text).toContain("+ Worker kicc-edge-receiver, version");
    expect(forth.code).toBe(0);
    expect(cloudflare.api.unknown).toEqual([]);
  },
);

it("rotates the token in the notifyUrl without refusing a notification in between", { timeout: 120_000 }, async () => {
  const { cloudflare, deploy, root, env } = await setTheStage();
  const first = await deploy();
  const [old, young] = [shownSecret(first.text, "NOTIFY_TOKEN"), "the-new-token"];
  const send = (token: string) => {
    const body = succeeded(newCancellation(2, random, Date.now()));
    return post(cloudflare, HOSTNAME, `/kicc/wechat/cancel/${token}`, body, KICC);
  };
  const put = (value: string) => wrangler(["secret", "put", "NOTIFY_TOKEN", "--env="], root, env, value);
  expect(await put(`${young},${old}`)).toMatchObject({ code: 0 });
  expect(await send(old)).toMatchObject({ status: 200 });
  expect(await send(young)).toMatchObject({ status: 200 });
  expect(await put(young)).toMatchObject({ code: 0 });
  expect(await send(young)).toMatchObject({ status: 200 });
  expect(await send(old)).toMatchObject({ status: 404 });
  expect((await deploy([])).text).toContain("Nothing was changed");
});

it("sees that a secret was changed by hand, and deploys nothing for it", { timeout: 120_000 }, async () => {
  const { cloudflare, deploy } = await setTheStage();
  await deploy();
  const script = cloudflare.account.scripts.get("kicc-edge-receiver");
  const [version] = script?.versions ?? [];
  if (!script || !version) throw new Error("Cannot find what was deployed");
  const rotated = {
    ...version,
    id: "00000000-0000-4000-8000-000000000002",
    number: 2,
    annotations: { "workers/triggered_by": "secret" },
  };
  script.versions.push(rotated);
  script.deployments.push({
    id: "d2",
    createdAt: Date.now(),
    versions: [{ version_id: rotated.id, percentage: 100 }],
    annotations: {},
  });
  const again = await deploy([]);
  expect(again.text).toContain("Nothing was changed");
  expect(script.versions).toHaveLength(2);
});
