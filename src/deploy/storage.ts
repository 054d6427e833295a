// Makes D1 with its location and the queues with their retention, where they are missing. `wrangler deploy` alone would
// make D1 near this machine, and queues that keep messages for 4 days only.
import { RIGHTS } from "./account.ts";
import { type CloudflareApi, isForbidden } from "./cloudflare-api.ts";
import type { Progress } from "./progress.ts";
import type { Project } from "./project.ts";
import { Stop } from "./stop.ts";
import type { Wrangler } from "./wrangler.ts";

/** How long a queue keeps a message: as long as D1 may be down. The longest that each plan allows. */
export const RETENTION_SECONDS = { paid: 1_209_600, free: 86_400 } as const;

export interface StorageSetup {
  readonly api: CloudflareApi;
  readonly account: string;
  readonly wrangler: Wrangler;
  readonly progress: Progress;
  readonly dryRun: boolean;
}

interface Queue {
  readonly queue_name: string;
  readonly consumers?: readonly { readonly script?: string; readonly service?: string; readonly type?: string }[];
  readonly settings?: { readonly message_retention_period?: number };
}

/** @returns whether it was there before */
export async function ensureDatabase({ database }: Project, location: string, setup: StorageSetup): Promise<boolean> {
  const { api, account, wrangler, progress, dryRun } = setup;
  const answer = await api.get<readonly { name: string }[]>(`/accounts/${account}/d1/database`, {
    name: database,
    per_page: "1000",
  });
  if (answer.end === "refused") throw refusedTo("see the D1 databases", answer);
  if (answer.result.some(({ name }) => name === database)) {
    progress.is(`D1 database ${database}`);
    return true;
  }
  if (!dryRun) {
    const made = await wrangler(["d1", "create", database, "--location", location]);
    if (!made.ok) throw new Stop(`Cannot make the D1 database ${database}`, { output: made.output });
  }
  progress.made(`D1 database ${database}, in ${location}`);
  return false;
}

export async function ensureQueues({ queues, worker }: Project, setup: StorageSetup): Promise<void> {
  const known = await listQueues(setup);
  for (const name of queues) {
    const queue = known.find(({ queue_name }) => queue_name === name);
    if (queue) await keepRetention(name, queue, setup);
    else await makeQueue(name, setup);
    const other = queue?.consumers?.find(({ script, service }) => script !== worker && service !== worker);
    if (other) {
      const who = other.script ?? other.service ?? `an ${other.type ?? "unknown"} consumer`;
      throw new Stop(`The queue ${name} has another consumer already: ${who}`, {
        todo: [
          `If it is not meant to be: npx wrangler queues consumer worker remove ${name} ${who}`,
          'If it is (recipe 6): set DELIVERY = "queue" and take the [[queues.consumers]] of this queue out of wrangler.toml',
        ],
      });
    }
  }
}

export async function listQueues({ api, account }: Pick<StorageSetup, "api" | "account">): Promise<readonly Queue[]> {
  const answer = await api.get<readonly Queue[]>(`/accounts/${account}/queues`, { per_page: "100" });
  if (answer.end === "refused") throw refusedTo("see the queues", answer);
  return answer.result;
}

async function makeQueue(name: string, { wrangler, progress, dryRun }: StorageSetup): Promise<void> {
  const create = (seconds: number) =>
    wrangler(["queues", "create", name, "--message-retention-period-secs", String(seconds)]);
  if (dryRun) {
    progress.made(
      `queue ${name}, which keeps messages for ${days(RETENTION_SECONDS.paid)}, or ${days(RETENTION_SECONDS.free)} on Workers Free`,
    );
    return;
  }
  const made = await create(RETENTION_SECONDS.paid);
  if (made.ok) {
    progress.made(`queue ${name}, which keeps messages for ${days(RETENTION_SECONDS.paid)}`);
    return;
  }
  if (!/queue settings are invalid/.test(made.output))
    throw new Stop(`Cannot make the queue ${name}`, { output: made.output });
  const shorter = await create(RETENTION_SECONDS.free);
  if (!shorter.ok) throw new Stop(`Cannot make the queue ${name}`, { output: shorter.output });
  progress.made(`queue ${name}, which keeps messages for ${days(RETENTION_SECONDS.free)}: Workers Free allows no more`);
}

async function keepRetention(
  name: string,
  { settings }: Queue,
  { wrangler, progress, dryRun }: StorageSetup,
): Promise<void> {
  const { message_retention_period: seconds = 0 } = settings ?? {};
  // A day is the longest on Workers Free. No call tells whether the plan has changed since.
  if (seconds === RETENTION_SECONDS.paid || seconds === RETENTION_SECONDS.free) {
    progress.is(`queue ${name} keeps messages for ${days(seconds)}`);
    return;
  }
  const command = ["queues", "update", name, "--message-retention-period-secs", String(RETENTION_SECONDS.paid)];
  const updated = dryRun || (await wrangler(command)).ok;
  if (updated) progress.made(`queue ${name} keeps messages for ${days(RETENTION_SECONDS.paid)}, not ${days(seconds)}`);
  else
    progress.note(`The queue ${name} keeps messages for ${days(seconds)}, and could not be made to keep them longer`);
}

function days(seconds: number): string {
  const count = Math.round((seconds / 86_400) * 10) / 10;
  return count === 1 ? "1 day" : `${count} days`;
}

function refusedTo(what: string, answer: { status: number; code: number; message: string }): Stop {
  const todo = isForbidden(answer) ? [`Give the API token these rights: ${RIGHTS}`] : [];
  return new Stop(`Cannot ${what} of the account: ${answer.message} (${answer.code})`, { todo });
}
