// The rules, the scrape configuration and the dashboard with Debian's Prometheus: promtool, and a real scrape of the
// real /metrics.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startOrigin } from "../demo/origin.ts";
import { CONSOLE_TOKEN, type Receiver, SIGNING_SECRET, eventually, startReceiver } from "../e2e/receiver.ts";
import { has } from "../origins/machine.ts";
import { freePort } from "../origins/origin.ts";
import { newCancellation, succeeded } from "../simulator/messages.ts";
import { seededRandom } from "../simulator/random.ts";
import { send } from "../simulator/send.ts";

const MONITORING = path.join(import.meta.dirname, "../../src/monitoring");
const RULES = path.join(MONITORING, "prometheus-rules.yaml");

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
}

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string }[] };
}

const dashboard = JSON.parse(readFileSync(path.join(MONITORING, "grafana-dashboard.json"), "utf8")) as Dashboard;
const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => [title, expr] as const),
);

describe("the dashboard", () => {
  it("has panels that do not overlap, each with an id of its own and a word of explanation", () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(panels.filter(({ description }) => !description)).toEqual([]);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });

  it("names no data source but the one that is chosen on it, so that it can be imported anywhere", () => {
    const sources = dashboard.panels.flatMap(({ datasource, targets = [] }) => [
      datasource.uid,
      ...targets.map((target) => target.datasource.uid),
    ]);
    expect(new Set(sources)).toEqual(new Set(["${datasource}"]));
    const variables = new Set(dashboard.templating.list.map(({ name }) => name));
    const used = queries.flatMap(([, expr]) => [...expr.matchAll(/\$\{?(\w+)/g)].map(([, name = ""]) => name));
    expect(used.filter((name) => !name.startsWith("__") && !variables.has(name))).toEqual([]);
  });
});

interface Answer<T> {
  readonly status: string;
  readonly data: T;
}

interface Rule {
  readonly name: string;
  readonly state: string;
  readonly health: string;
  readonly lastError?: string;
}

const isHere = has("Prometheus", ["promtool", "--version"], "prometheus");

describe.runIf(isHere)("the alerts", () => {
  it("are valid, and fire when they should and only then", () => {
    const promtool = (...options: string[]) => execFileSync("promtool", options, { encoding: "utf8", stdio: "pipe" });
    expect(promtool("check", "rules", RULES)).toContain("SUCCESS");
    expect(promtool("test", "rules", path.join(import.meta.dirname, "rules.yaml"))).toContain("SUCCESS");
  });

  it("have each a severity, and words for who is woken by them", () => {
    const blocks = readFileSync(RULES, "utf8").split("- alert: ").slice(1);
    const lacking = blocks.filter((block) => !/severity: (page|ticket)\n[^]*summary: \w[^]*description: /.test(block));
    expect(blocks.length).toBeGreaterThan(5);
    expect(lacking).toEqual([]);
  });

  it("have each a test of when they fire, and of when they do not", () => {
    const tests = readFileSync(path.join(import.meta.dirname, "rules.yaml"), "utf8");
    const names = [...readFileSync(RULES, "utf8").matchAll(/- alert: (\w+)/g)].map(([, name = ""]) => name);
    for (const name of names) {
      expect(tests).toMatch(new RegExp(`"${name}",[^\n]*\n\\s+exp_samples:\\n`));
      expect(tests).toMatch(new RegExp(`"${name}",[^\n]*\n\\s+exp_samples: \\[\\]`));
    }
  });
});

describe.runIf(isHere)("a Prometheus that scrapes the receiver", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "kicc-prometheus-"));
  const closing: (() => Promise<unknown>)[] = [];
  let receiver: Receiver;
  let api = "";

  async function ask<T>(call: string, parameters: Readonly<Record<string, string>> = {}): Promise<T> {
    const response = await fetch(`${api}/api/v1/${call}?${new URLSearchParams(parameters).toString()}`);
    const { status, data } = (await response.json()) as Answer<T>;
    if (status !== "success") throw new Error(`Cannot ask Prometheus: ${call} ${JSON.stringify(parameters)}`);
    return data;
  }

  const resultOf = async (query: string) =>
    (await ask<{ result: { value: [number, string] }[] }>("query", { query })).result;

  const rulesOf = async (): Promise<Rule[]> => {
    const { groups } = await ask<{ groups: { rules: Rule[] }[] }>("rules");
    return groups.flatMap(({ rules }) => rules);
  };

  /** The example as it stands, but for where the receiver and the token are, and how often it looks. */
  function configure(target: string): string {
    copyFileSync(RULES, path.join(folder, "prometheus-rules.yaml"));
    writeFileSync(path.join(folder, "token"), `${CONSOLE_TOKEN}\n`, { mode: 0o600 });
    const text = readFileSync(path.join(MONITORING, "prometheus.yaml"), "utf8")
      .replace("kicc.shop.example", target)
      .replace("scheme: https", "scheme: http")
      .replace("/etc/prometheus/kicc-console-token", path.join(folder, "token"))
      .replaceAll("_interval: 60s", "_interval: 1s")
      .replace("scrape_timeout: 20s", "scrape_timeout: 1s");
    const file = path.join(folder, "prometheus.yaml");
    writeFileSync(file, text);
    return file;
  }

  beforeAll(async () => {
    // One is delivered, and one is dead: the origin says 410.
    const origin = await startOrigin(SIGNING_SECRET, ({ text }) => ({ status: text.includes("T0099009") ? 410 : 200 }));
    closing.push(() => origin.close());
    receiver = await startReceiver({ ORIGIN_URL: origin.url });
    closing.push(() => receiver.close());
    const random = seededRandom(5);
    await send(receiver.hookUrl, succeeded(newCancellation(1, random, Date.now())));
    await send(receiver.hookUrl, succeeded(newCancellation(2, random, Date.now(), { mallId: "T0099009" })));
    await eventually(async () => origin.deliveries.length === 2);
    await receiver.cron();

    const file = configure(new URL(receiver.url).host);
    execFileSync("promtool", ["check", "config", file], { stdio: "pipe" });
    const port = await freePort();
    api = `http://127.0.0.1:${port}`;
    const options = [
      `--config.file=${file}`,
      `--storage.tsdb.path=${path.join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=error",
    ];
    const prometheus = spawn("prometheus", options, { stdio: ["ignore", "ignore", "inherit"] });
    closing.push(async () => {
      prometheus.kill("SIGKILL");
      await once(prometheus, "close");
      rmSync(folder, { recursive: true });
    });
    await eventually(async () => (await resultOf("kicc_receiver_info").catch(() => [])).length > 0, 40_000);
  });
  afterAll(async () => {
    for (const close of closing.toReversed()) await close();
  });

  it("gets in with the token in a file, and has the receiver up", async () => {
    const { activeTargets } = await ask<{ activeTargets: { health: string; lastError: string }[] }>("targets");
    expect(activeTargets).toMatchObject([{ health: "up", lastError: "" }]);
    expect(await resultOf('up{job="kicc-edge-receiver"}')).toMatchObject([{ value: [expect.any(Number), "1"] }]);
  });

  it("finds every metric that the dashboard and the rules name", async () => {
    const known = new Set(await ask<string[]>("label/__name__/values"));
    const text = `${readFileSync(RULES, "utf8")}${queries.map(([, expr]) => expr).join("\n")}`;
    const named = new Set([...text.matchAll(/\bkicc_\w+/g)].map(([name]) => name));
    expect(named.size).toBeGreaterThan(8);
    expect([...named].filter((name) => !known.has(name))).toEqual([]);
  });

  it.each(queries)("answers the dashboard's panel %s: %s", async (_title, expr) => {
    const filled = expr.replaceAll("$__rate_interval", "1m").replaceAll("$instance", ".*");
    await eventually(async () => (await resultOf(filled)).length > 0); // a rate needs two scrapes
    expect((await resultOf(filled)).length).toBeGreaterThan(0);
  });

  it("evaluates every alert without an error, and fires the one about the dead notification alone", async () => {
    const firing = await eventually(async () => {
      const rules = await rulesOf();
      return (
        rules.every(({ health }) => health !== "unknown") && rules.some(({ state }) => state === "firing") && rules
      );
    });
    expect(firing.filter(({ health }) => health !== "ok")).toEqual([]);
    expect(firing.filter(({ state }) => state === "firing").map(({ name }) => name)).toEqual(["KiccNotificationsDead"]);
  });
});
