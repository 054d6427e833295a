// The real Worker over real HTTP: workerd, D1 and the local queue by wrangler's test harness, with the migrations applied.
import { createTestHarness } from "wrangler";

// Wrangler's own progress would drown what a demo or a test has to say; it looks up no location of this machine.
process.env["WRANGLER_LOG"] ??= "error";
process.env["CLOUDFLARE_CF_FETCH_ENABLED"] ??= "false";

export interface Receiver {
  /** The notifyUrl without token. */
  readonly hookUrl: string;
  readonly url: string;
  readonly db: D1Database;
  readonly deliveries: Queue;
  /** Runs the cron once. */
  readonly cron: () => Promise<void>;
  /** The Worker's own log, oldest first. */
  readonly events: () => Record<string, unknown>[];
  readonly close: () => Promise<void>;
}

export const SIGNING_SECRET = "whsec_bG9jYWwtd29yay1vbmx5LW5vdC1hLXNlY3JldCE=";
export const CONSOLE_TOKEN = "console-token-for-local-work";

/**
 * Starts [env.development] with these settings.
 * In the harness the Worker's fetch() runs as this process's, which follows redirects: those are tested in workerd.
 */
export async function startReceiver(settings: Readonly<Record<string, string>>): Promise<Receiver> {
  const harness = createTestHarness({
    root: new URL("../..", import.meta.url).pathname,
    workers: [
      {
        configPath: "wrangler.toml",
        env: "development",
        vars: { CONSOLE_TOKEN, ORIGIN_SIGNING_SECRET: SIGNING_SECRET, ...settings },
      },
    ],
  });
  const { url } = await harness.listen();
  const worker = harness.getWorker<Env>();
  await worker.applyD1Migrations("DB");
  const { DB, DELIVERIES } = await worker.getEnv();
  return {
    url: url.origin,
    hookUrl: `${url.origin}/kicc/wechat/cancel`,
    db: DB,
    deliveries: DELIVERIES,
    cron: async () => {
      await worker.scheduled({ cron: "* * * * *", scheduledTime: new Date() });
    },
    events: () => harness.getLogs().flatMap(({ message }) => readEvent(message)),
    close: () => harness.close(),
  };
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
