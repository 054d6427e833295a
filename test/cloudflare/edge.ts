// The edge in the stand-in: HTTPS for hostnames that lead to a Worker, which runs as it was uploaded, in workerd with
// its D1 file and queues. It starts with the first request, and again after each deployment or /query. Messages that
// wait in a queue are lost then, as if Queues had lost them, and the receiver's cron finds their rows.
import https from "node:https";
import type { AddressInfo } from "node:net";
import { Miniflare, type V4WorkerOptions, convertV4MiniflareOptions } from "miniflare";
import type { Account, Binding, Script } from "./account.ts";
import type { Certificate } from "./certificate.ts";
import { servingIn } from "./scripts.ts";

export interface Edge {
  readonly port: number;
  /** Stops what runs, so that its files can be read and written. */
  readonly stop: () => Promise<void>;
  /** Runs the cron of a Worker once. */
  readonly cron: (script: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface EdgeSetup {
  readonly account: Account;
  readonly directory: string;
  readonly certificate: Certificate;
  /** Where the Worker's own requests go, by host: all others fail as if nobody were there. */
  readonly outside: Readonly<Record<string, string>>;
  /** What Cloudflare answers in the Worker's place, by its settings; null lets the request through. */
  readonly inPlace: () => Response | null;
}

/** The caller's address, where a test wants to be somebody: Cloudflare itself sees it from the connection. */
export const CALLER_HEADER = "x-stand-in-caller";
const STRANGER = "198.51.100.7";

export async function startEdge({ account, directory, certificate, outside, inPlace }: EdgeSetup): Promise<Edge> {
  let running: Promise<Miniflare> | null = null;
  const runtime = (): Promise<Miniflare> => {
    running ??= start(account, directory, outside);
    return running;
  };
  const stop = async () => {
    const stopping = running;
    running = null;
    await (await stopping)?.dispose();
  };
  const server = https.createServer({ cert: certificate.cert, key: certificate.key }, (request, response) => {
    const pass = async () => {
      const { method = "GET", headers, url = "/" } = request;
      const hostname = (headers.host ?? "").replace(/:\d+$/, "");
      const script = leadsTo(account, hostname);
      if (!script) return new Response("error code: 1016", { status: 530 });
      const instead = inPlace();
      if (instead) return instead;
      const body = Buffer.concat(await Array.fromAsync(request));
      const { [CALLER_HEADER]: caller = STRANGER, ...rest } = headers;
      const worker = await (await runtime()).getWorker(script.name);
      const init = { method, headers: { ...flat(rest), "cf-connecting-ip": String(caller) } };
      return await worker.fetch(`https://${hostname}${url}`, body.length > 0 ? { ...init, body } : init);
    };
    const answer = async () => {
      const passed = await pass();
      response.writeHead(passed.status, Object.fromEntries(passed.headers));
      response.end(Buffer.from(await passed.arrayBuffer()));
    };
    answer().catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop,
    cron: async (script) => {
      const worker = await (await runtime()).getWorker(script);
      await worker.scheduled({ cron: "* * * * *" });
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await stop();
    },
  };
}

function leadsTo({ domains, scripts, subdomain }: Account, hostname: string): Script | undefined {
  const domain = domains.find((one) => one.hostname === hostname);
  const onDev = [...scripts.values()].find(
    (script) => script.onWorkersDev && hostname === `${script.name}.${subdomain}.workers.dev`,
  );
  return (domain && scripts.get(domain.service)) ?? onDev;
}

async function start(
  account: Account,
  directory: string,
  outside: Readonly<Record<string, string>>,
): Promise<Miniflare> {
  const workers = [...account.scripts.values()].flatMap((script) => workerOf(account, script, outside));
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port: 0,
      cf: false,
      telemetry: { enabled: false },
      resourcePersistencePath: directory,
      handleStructuredLogs: () => {},
      workers,
    }),
  );
  await miniflare.ready;
  return miniflare;
}

function workerOf(account: Account, script: Script, outside: Readonly<Record<string, string>>): V4WorkerOptions[] {
  const version = servingIn(script);
  const code = version?.mainModule ? version.modules.get(version.mainModule) : undefined;
  if (!version || code === undefined) return [];
  const named = (type: string) => version.bindings.filter((binding) => binding.type === type);
  const table = <T>(type: string, value: (binding: Binding) => T) =>
    Object.fromEntries(named(type).map((binding) => [binding.name, value(binding)]));
  const consumed = account.queues.filter(({ consumers }) =>
    consumers.some((consumer) => consumer.script === script.name),
  );
  return [
    {
      name: script.name,
      modules: true,
      script: code,
      compatibilityDate: version.compatibilityDate,
      compatibilityFlags: [...version.compatibilityFlags],
      bindings: {
        ...table("plain_text", ({ text }) => String(text)),
        ...table("secret_text", ({ text }) => String(text)),
        ...Object.fromEntries(named("json").map((binding) => [binding.name, binding["json"] as string])),
      },
      d1Databases: table("d1", (binding) => String(binding["id"] ?? binding["database_id"])),
      queueProducers: table("queue", ({ queue_name }) => ({ queueName: String(queue_name) })),
      queueConsumers: Object.fromEntries(
        consumed.map(({ queue_name, consumers }) => [queue_name, settingsOf(consumers[0]?.settings ?? {})]),
      ),
      ratelimits: table("ratelimit", ({ namespace_id, simple }) => ({
        namespace_id: String(namespace_id),
        simple: simple as { limit: number; period: 10 | 60 },
      })),
      stripCfConnectingIp: false,
      outboundService: async (request: {
        url: string;
        method: string;
        headers: Headers;
        arrayBuffer: () => Promise<ArrayBuffer>;
      }) => {
        const url = new URL(request.url);
        const to = outside[url.host];
        if (to === undefined) throw new Error(`Nobody at ${url.host}`);
        const { method, headers } = request;
        const body = method === "GET" || method === "HEAD" ? {} : { body: await request.arrayBuffer() };
        return fetch(new URL(url.pathname + url.search, to), {
          method,
          headers: Object.fromEntries(headers),
          redirect: "manual",
          ...body,
        });
      },
    },
  ];
}

function settingsOf(settings: Readonly<Record<string, unknown>>) {
  return {
    maxBatchSize: Number(settings["batch_size"] ?? 10),
    maxBatchTimeout: Number(settings["max_wait_time_ms"] ?? 5000) / 1000,
    maxRetries: Number(settings["max_retries"] ?? 3),
    retryDelay: Number(settings["retry_delay"] ?? 0),
  };
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}
