// The real Worker over real HTTP: workerd, D1 and the local queue from wrangler's test harness, with the migrations
// applied.
import { type TestHarness, createTestHarness, unstable_readConfig } from "wrangler";

// Wrangler's own progress would drown what a demo or a test has to say; it looks up no location of this machine.
process.env["WRANGLER_LOG"] ??= "error";
process.env["CLOUDFLARE_CF_FETCH_ENABLED"] ??= "false";

export interface Receiver {
  /** The notifyUrl without token. */
  readonly hookUrl: string;
  readonly url: string;
  readonly db: D1Database;
  readonly deliveries: Queue;
  /** The neighbour's. */
  readonly beside?: D1Database;
  /** Runs the cron once. */
  readonly cron: () => Promise<void>;
  /** The Worker's own log, oldest first. */
  readonly events: () => Record<string, unknown>[];
  readonly close: () => Promise<void>;
}

export const SIGNING_SECRET = "whsec_bG9jYWwtd29yay1vbmx5LW5vdC1hLXNlY3JldCE=";
export const CONSOLE_TOKEN = "console-token-for-local-work";

/** A Worker beside the receiver, by its wrangler config, with the D1 binding whose migrations are applied. */
export interface Neighbour {
  readonly configPath: string;
  readonly database: string;
  readonly vars?: Readonly<Record<string, string>>;
}

export interface Setup {
  /** Instead of [env.development] of wrangler.toml. */
  readonly configPath?: string;
  readonly neighbour?: Neighbour;
}

/**
 * Starts the receiver with these settings.
 * In the harness the Worker's fetch() runs as this process's, which follows redirects: those are tested in workerd.
 */
export async function startReceiver(
  settings: Readonly<Record<string, string>>,
  { configPath, neighbour }: Setup = {},
): Promise<Receiver> {
  const vars = { CONSOLE_TOKEN, ORIGIN_SIGNING_SECRET: SIGNING_SECRET, ...settings };
  const config = configPath === undefined ? { configPath: "wrangler.toml", env: "development" } : { configPath };
  const harness = createTestHarness({
    root: new URL("../..", import.meta.url).pathname,
    workers: [
      { ...config, vars },
      ...(neighbour ? [{ configPath: neighbour.configPath, vars: { ...neighbour.vars } }] : []),
    ],
  });
  const { url } = await harness.listen();
  const worker = harness.getWorker<Env>();
  await worker.applyD1Migrations("DB");
  const { DB, DELIVERIES } = await worker.getEnv();
  const beside = neighbour && (await startNeighbour(harness, neighbour));
  return {
    url: url.origin,
    hookUrl: `${url.origin}/kicc/wechat/cancel`,
    db: DB,
    deliveries: DELIVERIES,
    ...(beside ? { beside } : {}),
    cron: async () => {
      await worker.scheduled({ cron: "* * * * *", scheduledTime: new Date() });
    },
    events: () => harness.getLogs().flatMap(({ message }) => readEvent(message)),
    close: () => harness.close(),
  };
}

async function startNeighbour(harness: TestHarness, { configPath, database }: Neighbour): Promise<D1Database> {
  const { name } = unstable_readConfig({ config: configPath });
  const worker = harness.getWorker<Record<string, D1Database>>(name);
  await worker.applyD1Migrations(database);
  const { [database]: db } = await worker.getEnv();
  if (!db) throw new Error(`Cannot find the binding ${database} of ${configPath}`);
  return db;
}

function readEvent(message: string): Record<string, unknown>[] {
  try {
    return [JSON.parse(message) as Record<string, unknown>];
  } catch {
    return [];
  }
}

/** Asks again until `look` answers something, for at most `withinMs`. */
export async function eventually<T>(look: () => Promise<T | null | undefined | false>, withinMs = 20_000): Promise<T> {
  const giveUpAt = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > giveUpAt) throw new Error(`Cannot see what was expected within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
