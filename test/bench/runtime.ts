// Bundled Workers in one workerd, each behind its own socket, without wrangler's dev proxy. D1 and queues are
// miniflare's.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { readD1Migrations } from "@cloudflare/vitest-plugin";
import { Miniflare, type V4WorkerOptions, convertV4MiniflareOptions } from "miniflare";

export const MIGRATIONS = path.join(import.meta.dirname, "../../migrations");

/** What the real Worker runs with, unless a benchmark says otherwise. */
export const SETTINGS = {
  KICC_ENVIRONMENT: "production",
  ORIGIN_URL: "https://origin.example/kicc",
  ORIGIN_SIGNING_SECRET: "whsec_bG9jYWwtd29yay1vbmx5LW5vdC1hLXNlY3JldCE=",
  CONSOLE_TOKEN: "console-token",
};

export interface Contestant {
  /** Also the name of its database and of its queue. */
  readonly name: string;
  readonly script: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** Consumes its own queue as wrangler.toml says. Without, the local queue takes every message and drops it. */
  readonly consumes?: true;
  /** Has an R2 bucket of its own as ARCHIVE. */
  readonly archives?: true;
}

export interface Runtime {
  readonly url: (name: string) => Promise<URL>;
  readonly db: (name: string) => Promise<D1Database>;
  /** Of the workerd process: CPU time spent so far, and memory now. null where /proc does not tell. */
  readonly cpuMs: () => number | null;
  readonly memoryMiB: () => number | null;
  readonly close: () => Promise<void>;
}

/** @param onLog gets each line that a Worker logs */
export async function startRuntime(
  contestants: readonly Contestant[],
  onLog: (line: string) => void = () => {},
): Promise<Runtime> {
  const known = new Set(children());
  // In memory, where there is such a place: a disk's flush would hide everything else. Miniflare keeps D1 where TMPDIR
  // points when it is made, and elsewhere what resourceTmpPath says.
  const storage = mkdtempSync(path.join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "kicc-bench-"));
  const { TMPDIR } = process.env;
  process.env["TMPDIR"] = storage;
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port: 0,
      cf: false,
      telemetry: { enabled: false },
      resourceTmpPath: storage,
      handleStructuredLogs: ({ message }) => onLog(message),
      workers: contestants.map(workerOf),
    }),
  );
  await miniflare.ready;
  if (TMPDIR === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = TMPDIR;
  const pid = children().find((child) => !known.has(child));
  const db = (name: string) => miniflare.getD1Database("DB", name) as unknown as Promise<D1Database>;
  for (const { name } of contestants) await migrate(await db(name));
  return {
    url: (name) => miniflare.unsafeGetDirectURL(name),
    db,
    cpuMs: () => (pid === undefined ? null : cpuMs(pid)),
    memoryMiB: () => (pid === undefined ? null : memoryMiB(pid)),
    close: async () => {
      await miniflare.dispose();
      rmSync(storage, { recursive: true, force: true });
    },
  };
}

function workerOf({ name, script, settings, consumes, archives }: Contestant): V4WorkerOptions {
  const queue = `${name}-deliveries`;
  return {
    name,
    modules: true,
    script,
    compatibilityDate: "2026-10-30",
    bindings: { ...SETTINGS, ...settings },
    d1Databases: { DB: name },
    ...(archives ? { r2Buckets: { ARCHIVE: name } } : {}),
    queueProducers: { DELIVERIES: { queueName: queue } },
    ...(consumes ? { queueConsumers: { [queue]: { maxBatchSize: 6, maxBatchTimeout: 0, maxRetries: 100 } } } : {}),
    ratelimits: {
      STRANGERS: { namespace_id: "1", simple: { limit: 30, period: 60 } },
      TRUSTED: { namespace_id: "2", simple: { limit: 120, period: 60 } },
    },
    stripCfConnectingIp: false,
    unsafeDirectSockets: [{ host: "127.0.0.1" }],
  };
}

async function migrate(db: D1Database): Promise<void> {
  for (const { queries } of await readD1Migrations(MIGRATIONS)) {
    await db.batch(queries.map((query) => db.prepare(query)));
  }
}

/** The workerd processes that this one started; none where there is no /proc. */
function children(): string[] {
  return processes().filter((pid) => {
    const stat = read(`/proc/${pid}/stat`);
    return stat.includes("(workerd)") && stat.split(") ")[1]?.split(" ")[1] === String(process.pid);
  });
}

function processes(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** The first figure of a thread's schedstat is its time on a CPU, in nanoseconds. */
function cpuMs(pid: string): number {
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) => read(`/proc/${pid}/task/${thread}/schedstat`));
  return threads.reduce((sum, schedstat) => sum + Number(schedstat.split(" ")[0]) / 1e6, 0);
}

function memoryMiB(pid: string): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1]) / 1024;
}

/** A process that is gone has nothing to say. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
