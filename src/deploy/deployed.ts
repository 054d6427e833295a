// What is deployed now: the tag of the last version, and whether routes, crons and consumers are as in wrangler.toml. A
// tag is the hash of the bundle and of everything that is deployed with it.
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { CloudflareApi } from "./cloudflare-api.ts";
import type { Project } from "./project.ts";
import { Stop } from "./stop.ts";
import { listQueues } from "./storage.ts";
import type { Wrangler } from "./wrangler.ts";

export interface Asking {
  readonly api: CloudflareApi;
  readonly account: string;
}

interface Version {
  readonly id: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The tag of what would be deployed. The bundle is made as `wrangler deploy` makes it. */
export async function tagOf({ whole }: Project, wrangler: Wrangler): Promise<string> {
  const out = mkdtempSync(path.join(tmpdir(), "kicc-deploy-"));
  try {
    const built = await wrangler(["deploy", "--dry-run", "--outdir", out]);
    if (!built.ok) throw new Stop("Cannot bundle the Worker", { output: built.output });
    const hash = createHash("sha256")
      .update(readFileSync(path.join(out, "index.js")))
      .update(JSON.stringify(whole));
    return `kicc-${hash.digest("hex").slice(0, 16)}`;
  } finally {
    rmSync(out, { recursive: true });
  }
}

/** null where nothing is deployed, or where it was not deployed by this command. */
export async function servingTag({ worker }: Project, { api, account }: Asking): Promise<string | null> {
  const script = `/accounts/${account}/workers/scripts/${worker}`;
  const [deployments, versions] = await Promise.all([
    api.get<{ deployments: readonly { versions: readonly { version_id: string; percentage: number }[] }[] }>(
      `${script}/deployments`,
    ),
    api.get<{ items: readonly Version[] }>(`${script}/versions`),
  ]);
  if (deployments.end === "refused" || versions.end === "refused") return null;
  const [serving, ...others] = deployments.result.deployments[0]?.versions ?? [];
  if (!serving || others.length > 0) return null;
  const { items } = versions.result;
  // `secret put` makes a version of the same code without the tag. So the version before it is read.
  for (const version of items.slice(
    Math.max(
      0,
      items.findIndex(({ id }) => id === serving.version_id),
    ),
  )) {
    if (version.annotations?.["workers/triggered_by"] !== "secret") return version.annotations?.["workers/tag"] ?? null;
  }
  return null;
}

/** Routes, crons and consumers that should lead to the Worker and do not, in words. */
export async function missingTriggers(project: Project, asking: Asking): Promise<string[]> {
  const { worker, hostnames, crons, consumers, onWorkersDev } = project;
  const { api, account } = asking;
  const workers = `/accounts/${account}/workers`;
  const [domains, schedules, subdomain, queues] = await Promise.all([
    api.get<readonly { hostname: string; service: string }[]>(`${workers}/domains`),
    api.get<{ schedules: readonly { cron: string }[] }>(`${workers}/scripts/${worker}/schedules`),
    api.get<{ subdomain?: { enabled?: boolean } }>(`${workers}/workers/${worker}`),
    listQueues(asking),
  ]);
  const attached = domains.end === "found" ? domains.result.filter(({ service }) => service === worker) : null;
  const running = schedules.end === "found" ? schedules.result.schedules.map(({ cron }) => cron) : [];
  const consumes = (name: string) =>
    queues.some(
      (queue) =>
        queue.queue_name === name && queue.consumers?.some(({ script, service }) => (script ?? service) === worker),
    );
  return [
    ...hostnames.filter((name) => attached !== null && !attached.some(({ hostname }) => hostname === name)),
    ...crons.filter((cron) => !running.includes(cron)).map((cron) => `cron ${cron}`),
    ...consumers.filter(({ queue }) => !consumes(queue)).map(({ queue }) => `consumer of ${queue}`),
    ...(onWorkersDev && subdomain.end === "found" && subdomain.result.subdomain?.enabled !== true
      ? ["workers.dev"]
      : []),
  ];
}
