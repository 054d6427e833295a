// Each trap of deploying: what the person is told, and that nothing was taken, lost or half done silently.
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { type Account, type Zone, snapshot } from "../cloudflare/account.ts";
import { open } from "../cloudflare/d1.ts";
import { HOSTNAME, INSTALL, ORIGIN, type StageSetup, setTheStage, shownSecret } from "./stage.ts";

const ZONE: Zone = { id: "zone-1", name: "shop.example", status: "active", records: new Map() };

function zoneWith(changes: Partial<Zone>): { account: Partial<Account> } {
  return { account: { zones: [{ ...ZONE, records: new Map(), ...changes }] } };
}

interface Trap {
  readonly name: string;
  readonly setup?: StageSetup;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** DNS from outside. */
  readonly records?: Readonly<Record<string, string>>;
  readonly told: readonly string[];
}

const EARLY: readonly Trap[] = [
  {
    name: "nobody is logged in, and there is no terminal to log in at",
    env: { CLOUDFLARE_API_TOKEN: "" },
    told: ["Nobody is logged in to Cloudflare", "npx wrangler login", "CLOUDFLARE_API_TOKEN", "Workers Scripts Edit"],
  },
  {
    name: "the login reaches several accounts",
    setup: { others: [{ id: "fedcba9876543210fedcba9876543210", name: "Another shop" }] },
    env: { CLOUDFLARE_ACCOUNT_ID: "" },
    told: [
      "which Cloudflare account is meant",
      "CLOUDFLARE_ACCOUNT_ID",
      "fedcba9876543210fedcba9876543210  Another shop",
    ],
  },
  {
    name: "no hostname is given: wrangler would deploy to nowhere, and exit 0",
    args: ["--origin", ORIGIN],
    told: ["No hostname is set", "--hostname"],
  },
  {
    name: "the origin is plain http",
    args: ["--hostname", HOSTNAME, "--origin", "http://shop.example/kicc"],
    told: ["ORIGIN_URL must be an https URL"],
  },
  {
    name: "the origin is this machine",
    args: ["--hostname", HOSTNAME, "--origin", "http://localhost:8788/kicc"],
    told: ["ORIGIN_URL leads to this machine"],
  },
  { name: "no origin is given", args: ["--hostname", HOSTNAME], told: ["ORIGIN_URL is not set", "--delivery pull"] },
  {
    name: "the hostname is on a domain of another account",
    args: ["--hostname", "kicc.elsewhere.example", "--origin", ORIGIN],
    told: ["kicc.elsewhere.example is on no domain of this Cloudflare account", "Add the domain"],
  },
  {
    name: "the domain waits for its nameservers",
    setup: zoneWith({ status: "pending" }),
    told: ["shop.example is in this account, and not active yet", "nameservers"],
  },
  {
    name: "the token may not see domains",
    setup: { account: { rights: new Set(["d1", "queues", "scripts", "domains"]) } },
    told: ["may not see the account's domains", "Zone Read"],
  },
  {
    name: "the hostname is the merchant's own server, seen from outside",
    records: { [HOSTNAME]: "192.0.2.80" },
    told: [`${HOSTNAME} has a DNS record already: it leads to 192.0.2.80`, "--replace-dns"],
  },
  {
    name: "the hostname is the merchant's own server, seen in the zone",
    setup: {
      account: {
        ...zoneWith({ records: new Map([[HOSTNAME, "192.0.2.81"]]) }).account,
        rights: new Set(["d1", "queues", "scripts", "zones", "domains", "dns"]),
      },
    },
    told: [`${HOSTNAME} has a DNS record already: it leads to 192.0.2.81 (A)`],
  },
  {
    name: "another Worker has the hostname",
    setup: { account: { domains: [{ id: "d", hostname: HOSTNAME, service: "shop-front", zone: "shop.example" }] } },
    told: ["is the custom domain of another Worker: shop-front", "Choose another --hostname"],
  },
  {
    name: "DNS cannot be asked",
    env: { KICC_DNS_OVER_HTTPS: "http://127.0.0.1:9/dns-query" },
    told: [`Cannot see whether ${HOSTNAME} has a DNS record already`, "--replace-dns"],
  },
  { name: "an option is misspelt", args: ["--hostnam", HOSTNAME], told: ["--hostnam", "npm run deploy -- --help"] },
  {
    name: "a hostname is no hostname",
    args: ["--hostname", "https://kicc.shop.example"],
    told: ["must be a hostname"],
  },
];

describe("stops before anything is made, and says why, where", () => {
  it.each(EARLY)("$name", async ({ setup = {}, args = INSTALL, env = {}, records = {}, told }) => {
    const { cloudflare, deploy, root } = await setTheStage(setup);
    for (const [name, address] of Object.entries(records)) cloudflare.dns.records.set(name, address);
    const before = snapshot(cloudflare.account);
    const file = readFileSync(path.join(root, "wrangler.toml"), "utf8");
    const ended = await deploy(args, env);
    for (const words of told) expect(ended.text).toContain(words);
    expect(ended.code).toBe(1);
    expect(snapshot(cloudflare.account)).toBe(before);
    expect(readFileSync(path.join(root, "wrangler.toml"), "utf8")).toBe(file);
    expect(cloudflare.api.unknown).toEqual([]);
  });
});

describe("a hostname with a DNS record", () => {
  it("is free where the domain has a wildcard, and no record is its own", async () => {
    const { cloudflare, deploy } = await setTheStage();
    const { records } = cloudflare.dns;
    records.get = (name) => (name.endsWith(".shop.example") ? "192.0.2.1" : undefined);
    const ended = await deploy([...INSTALL, "--dry-run"]);
    expect(ended.text).toContain(`${HOSTNAME} is free`);
    expect(ended.code).toBe(0);
  });

  it("is taken with --replace-dns, and what is cut off is named first", async () => {
    const setup = zoneWith({ records: new Map([[HOSTNAME, "192.0.2.80"]]) });
    const { cloudflare, deploy } = await setTheStage({ ...setup, dnsConduct: "takes-it-over" });
    const ended = await deploy([...INSTALL, "--replace-dns"]);
    expect(ended.text).toContain(`${HOSTNAME} leads to 192.0.2.80 now, and will be cut off from it`);
    expect(ended.code).toBe(0);
    expect(cloudflare.account.domains).toHaveLength(1);
  });

  it("is told of where Cloudflare refuses even then: the Worker is up, and the next run goes on", async () => {
    const setup = zoneWith({ records: new Map([[HOSTNAME, "192.0.2.80"]]) });
    const { cloudflare, deploy } = await setTheStage({ ...setup, dnsConduct: "refuses" });
    const refused = await deploy([...INSTALL, "--replace-dns"]);
    expect(refused.text).toContain("kicc-edge-receiver is up, and not all that leads to it");
    expect(refused.text).toContain("Delete it (dash.cloudflare.com");
    expect(refused.code).toBe(1);

    cloudflare.account.zones[0]?.records.delete(HOSTNAME);
    const again = await deploy(INSTALL, { CONSOLE_TOKEN: shownSecret(refused.text, "CONSOLE_TOKEN") });
    expect(again.text).toContain(`+ what leads to kicc-edge-receiver: ${HOSTNAME}`);
    expect(again.text).toContain("a test notification is at");
    expect(again.code).toBe(0);
    expect(cloudflare.account.scripts.get("kicc-edge-receiver")?.versions).toHaveLength(1);
  });
});

describe("an account on Workers Free", () => {
  it("gets queues that keep messages for a day, which is said, and asked for no more than once", async () => {
    const { cloudflare, deploy } = await setTheStage({ account: { plan: "free" } });
    const ended = await deploy();
    expect(ended.text).toContain("queue kicc-deliveries, which keeps messages for 1 day: Workers Free allows no more");
    expect(ended.code).toBe(0);
    const again = await deploy();
    expect(again.text).toContain("Nothing was changed");
    expect(cloudflare.account.queues.map(({ retentionSeconds }) => retentionSeconds)).toEqual([86_400, 86_400]);
  });
});

describe("a half-made account", () => {
  it("keeps what is there, and corrects queues that wrangler made with 4 days' retention", async () => {
    const databases = [{ uuid: randomUUID(), name: "kicc-edge-receiver", location: "weur" }];
    const queues = ["kicc-deliveries"].map((queue_name) => ({
      queue_id: "q1",
      queue_name,
      retentionSeconds: 345_600,
      consumers: [],
    }));
    const { cloudflare, deploy } = await setTheStage({ account: { databases, queues } });
    const ended = await deploy();
    expect(ended.text).toContain("= D1 database kicc-edge-receiver");
    expect(ended.text).toContain("+ queue kicc-deliveries keeps messages for 14 days, not 4 days");
    expect(ended.code).toBe(0);
    expect(cloudflare.account.databases).toEqual(databases);
  });

  it("is told which Worker consumes the queue already", async () => {
    const consumer = {
      consumer_id: "c",
      type: "worker" as const,
      script: "my-consumer",
      dead_letter_queue: undefined,
      settings: {},
    };
    const queues = [
      { queue_id: "q1", queue_name: "kicc-deliveries", retentionSeconds: 1_209_600, consumers: [consumer] },
    ];
    const { cloudflare, deploy } = await setTheStage({ account: { queues } });
    const ended = await deploy();
    expect(ended.text).toContain("The queue kicc-deliveries has another consumer already: my-consumer");
    expect(ended.text).toContain("npx wrangler queues consumer worker remove kicc-deliveries my-consumer");
    expect(ended.code).toBe(1);
    expect(cloudflare.account.scripts.size).toBe(0);
  });

  it("deploys over the empty draft that `secret put` leaves, and keeps its secret", async () => {
    const { cloudflare, deploy } = await setTheStage();
    const name = "kicc-edge-receiver";
    const secret = { type: "secret_text", name: "CONSOLE_TOKEN", text: "put-before" };
    const draft = {
      id: randomUUID(),
      number: 1,
      createdAt: 0,
      annotations: {},
      mainModule: null,
      modules: new Map<string, string>(),
      compatibilityDate: "",
      compatibilityFlags: [],
      bindings: [secret],
    };
    const deployment = {
      id: randomUUID(),
      createdAt: 0,
      versions: [{ version_id: draft.id, percentage: 100 }],
      annotations: {},
    };
    cloudflare.account.scripts.set(name, {
      name,
      tag: "t",
      tags: [],
      versions: [draft],
      deployments: [deployment],
      crons: [],
      onWorkersDev: false,
    });
    const ended = await deploy(INSTALL, { CONSOLE_TOKEN: "put-before" });
    expect(ended.text).toContain("with the secrets NOTIFY_TOKEN, ORIGIN_SIGNING_SECRET");
    expect(ended.code).toBe(0);
    expect(cloudflare.account.scripts.get(name)?.versions.at(-1)?.bindings).toContainEqual(secret);
  });

  it("says how to come out of a migration that broke off midway", async () => {
    const databases = [{ uuid: randomUUID(), name: "kicc-edge-receiver", location: "apac" }];
    const { cloudflare, deploy } = await setTheStage({ account: { databases } });
    for (const database of cloudflare.account.databases) {
      const file = open(cloudflare.directory, database);
      file.exec("CREATE TABLE notifications (seq INTEGER PRIMARY KEY)");
      file.close();
    }
    const ended = await deploy();
    expect(ended.text).toContain("A migration failed");
    expect(ended.text).toContain("already exists");
    expect(ended.text).toContain("npx wrangler d1 time-travel restore kicc-edge-receiver --timestamp=");
    expect(ended.text).toContain("npx wrangler d1 delete kicc-edge-receiver");
    expect(ended.code).toBe(1);
    expect(cloudflare.account.scripts.size).toBe(0);
  });

  it("is told where the token may not attach hostnames: the Worker is up", async () => {
    const { deploy } = await setTheStage({ account: { rights: new Set(["d1", "queues", "scripts", "zones"]) } });
    const ended = await deploy();
    expect(ended.text).toContain("is up, and not all that leads to it");
    expect(ended.text).toContain("Workers Routes Edit");
    expect(ended.code).toBe(1);
  });
});

describe("the development environment", () => {
  const DEVELOPMENT = ["--env", "development", "--origin", ORIGIN, "--wait", "10"];

  it("asks for a workers.dev name where the account has none, and registers the one that is given", async () => {
    const { cloudflare, deploy } = await setTheStage({ account: { subdomain: null } });
    const refused = await deploy(DEVELOPMENT);
    expect(refused.text).toContain("This account has no workers.dev name yet");
    expect(refused.text).toContain("--subdomain NAME");
    expect(cloudflare.account.scripts.size).toBe(0);
    const taken = await deploy([...DEVELOPMENT, "--subdomain", "taken"]);
    expect(taken.text).toContain("Cannot register taken.workers.dev");
    const host = "kicc-edge-receiver-development.shop.workers.dev";
    const connect = `${host}=127.0.0.1:${cloudflare.edge.port}`;
    const ended = await deploy([...DEVELOPMENT, "--subdomain", "shop"], { KICC_CONNECT_TO: connect });
    expect(ended.text).toContain("+ the account's workers.dev name: shop.workers.dev");
    expect(ended.text).toContain(`https://${host}/kicc/wechat/cancel/`);
    expect(ended.code).toBe(0);
  });

  it("leaves production its hostname", async () => {
    const { cloudflare, deploy } = await setTheStage();
    await deploy();
    const connect = `kicc-edge-receiver-development.shop.workers.dev=127.0.0.1:${cloudflare.edge.port}`;
    const ended = await deploy(DEVELOPMENT, { KICC_CONNECT_TO: connect });
    expect(ended.code).toBe(0);
    expect(cloudflare.account.domains).toMatchObject([{ hostname: HOSTNAME, service: "kicc-edge-receiver" }]);
  });
});

describe("secrets", () => {
  it("are not shown in CI: they are given, or go into a file of mode 0600 that an interrupted run left too", async () => {
    const { cloudflare, deploy, root } = await setTheStage();
    const refused = await deploy(INSTALL, { CI: "true" });
    expect(refused.text).toContain("this is CI");
    expect(refused.text).not.toContain("whsec_");
    expect(refused.code).toBe(1);
    const file = path.join(root, "made.env");
    writeFileSync(file, 'NOTIFY_TOKEN="from-the-run-before"\n', { mode: 0o600 });
    const ended = await deploy([...INSTALL, "--secrets-to", file], { CI: "true" });
    expect(ended.code).toBe(0);
    expect(ended.text).not.toContain("whsec_");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const bindings = cloudflare.account.scripts.get("kicc-edge-receiver")?.versions.at(-1)?.bindings ?? [];
    expect(bindings).toContainEqual({ type: "secret_text", name: "NOTIFY_TOKEN", text: "from-the-run-before" });
    expect(readFileSync(file, "utf8")).toContain('CONSOLE_TOKEN="');
  });

  it("leave no file behind, whatever became of the upload, nor the one that a killed run left", async () => {
    const setup: StageSetup = {
      before: ({ method, path: asked }) => {
        if (method === "PUT" && asked.endsWith("/scripts/kicc-edge-receiver")) throw new Error("the API broke");
      },
    };
    const { deploy, root } = await setTheStage(setup);
    mkdirSync(path.join(root, ".wrangler"), { recursive: true });
    const file = path.join(root, ".wrangler/deploy-secrets.json");
    writeFileSync(file, "{}");
    const ended = await deploy();
    expect(ended.text).toContain("Cannot deploy kicc-edge-receiver");
    expect(existsSync(file)).toBe(false);
  });
});

describe("the proof at the end", () => {
  it("says what the origin answered, and still what to tell KICC", async () => {
    const { deploy } = await setTheStage({ origin: () => ({ status: 404 }) });
    const ended = await deploy();
    expect(ended.text).toContain("The test notification is not at the origin: status 404");
    expect(ended.text).toContain("Check the path of --origin");
    expect(ended.text).toContain("Tell KICC these notifyUrls");
    expect(ended.code).toBe(1);
  });

  it("takes a 401 for an origin that does not know the new secret yet", async () => {
    const { deploy } = await setTheStage({ origin: () => ({ status: 401 }) });
    const ended = await deploy();
    expect(ended.text).toContain("it does not know the new ORIGIN_SIGNING_SECRET yet");
    expect(ended.code).toBe(0);
  });

  it("names the setting by which Cloudflare answers in the receiver's place", async () => {
    const challenge = () =>
      new Response("<title>Just a moment...</title>", { status: 403, headers: { "cf-mitigated": "challenge" } });
    const { deploy } = await setTheStage({ inPlace: challenge });
    const ended = await deploy();
    expect(ended.text).toContain(
      "Cloudflare answers in the receiver's place, to Java at /kicc/wechat/cancel: a challenge page (403)",
    );
    expect(ended.text).toContain("Bot Fight Mode");
    expect(ended.code).toBe(1);
  });

  it("waits for the certificate for so long, and says that the rest is done", async () => {
    const { deploy } = await setTheStage({ hostnames: ["another.example"] });
    const ended = await deploy([...INSTALL.slice(0, -1), "1"]);
    expect(ended.text).toContain("does not answer: the certificate is not accepted");
    expect(ended.text).toContain("Run the same command again later");
    expect(ended.code).toBe(1);
  });
});

describe("--delivery pull", () => {
  it("makes a token for the puller, and says how to start it", async () => {
    const { cloudflare, deploy } = await setTheStage();
    const ended = await deploy(["--hostname", HOSTNAME, "--delivery", "pull", "--wait", "10"]);
    expect(ended.text).toContain("a test notification waits for your puller");
    expect(ended.text).toContain("kicc-puller.mjs");
    expect(ended.code).toBe(0);
    const names = cloudflare.account.scripts
      .get("kicc-edge-receiver")
      ?.versions.at(-1)
      ?.bindings.map(({ name }) => name);
    expect(names).toContain("DELIVERY_TOKEN");
  });
});

it("keeps the hostname before, since KICC may still call it", async () => {
  const { cloudflare, deploy, env } = await setTheStage({ hostnames: [HOSTNAME, "new.shop.example"] });
  await deploy();
  const connect = `${env["KICC_CONNECT_TO"]} new.shop.example=127.0.0.1:${cloudflare.edge.port}`;
  const ended = await deploy(["--hostname", "new.shop.example", "--wait", "10"], { KICC_CONNECT_TO: connect });
  expect(ended.code).toBe(0);
  expect(cloudflare.account.domains.map(({ hostname }) => hostname)).toEqual([HOSTNAME, "new.shop.example"]);
});
