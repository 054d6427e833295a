// Deploys code, settings and missing secrets as one version, and only where something differs. So a rollback never
// leads to a version without secrets.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { RIGHTS } from "./account.ts";
import type { Progress } from "./progress.ts";
import type { Project } from "./project.ts";
import type { Secrets } from "./secrets.ts";
import { type Asking, missingTriggers, servingTag, tagOf } from "./deployed.ts";
import { Stop } from "./stop.ts";
import type { Wrangler } from "./wrangler.ts";

export interface UploadSetup extends Asking {
  readonly root: string;
  readonly wrangler: Wrangler;
  readonly progress: Progress;
  readonly dryRun: boolean;
  readonly release: string;
}

export interface UploadPlan {
  readonly tag: string;
  readonly action: "nothing" | "triggers" | "deploy";
  readonly missing: readonly string[];
}

export async function planUpload(project: Project, secrets: Secrets, setup: UploadSetup): Promise<UploadPlan> {
  const [tag, serving] = await Promise.all([tagOf(project, setup.wrangler), servingTag(project, setup)]);
  if (tag !== serving || Object.keys(secrets).length > 0) return { tag, action: "deploy", missing: [] };
  const missing = await missingTriggers(project, setup);
  return { tag, action: missing.length > 0 ? "triggers" : "nothing", missing };
}

export async function uploadWorker(
  project: Project,
  { tag, action, missing }: UploadPlan,
  secrets: Secrets,
  setup: UploadSetup,
): Promise<void> {
  const { progress, dryRun, wrangler } = setup;
  const { worker } = project;
  switch (action) {
    case "nothing":
      progress.is(`Worker ${worker} serves this version (${tag})`);
      return;
    case "triggers": {
      if (!dryRun) demand(worker, await wrangler(["triggers", "deploy"]));
      progress.made(`what leads to ${worker}: ${missing.join(", ")}`);
      return;
    }
    case "deploy": {
      const names = Object.keys(secrets);
      const beside = names.length > 0 ? ` with the secrets ${names.join(", ")}` : "";
      if (!dryRun) demand(worker, await deploy(tag, secrets, setup));
      progress.made(`Worker ${worker}, version ${tag}${beside}`);
      return;
    }
  }
}

async function deploy(tag: string, secrets: Secrets, { root, wrangler, release }: UploadSetup) {
  const args = ["deploy", "--tag", tag, "--message", release];
  if (Object.keys(secrets).length === 0) return wrangler(args);
  const file = secretsFile(root);
  mkdirSync(path.dirname(file), { recursive: true });
  try {
    writeFileSync(file, JSON.stringify(secrets), { mode: 0o600, flag: "wx" });
    return await wrangler([...args, "--secrets-file", file]);
  } finally {
    removeSecretsFile(root);
  }
}

function secretsFile(root: string): string {
  return path.join(root, ".wrangler", "deploy-secrets.json");
}

/** Also removes what a killed run left behind. */
export function removeSecretsFile(root: string): void {
  rmSync(secretsFile(root), { force: true });
}

function demand(worker: string, { ok, output }: { readonly ok: boolean; readonly output: string }): void {
  if (ok) return;
  if (!output.includes("was only partially updated"))
    throw new Stop(`Cannot deploy ${worker}`, { output, todo: reasons(output) });
  throw new Stop(`${worker} is up, and not all that leads to it: mend this, and run the command again`, {
    output,
    todo: reasons(output),
  });
}

function reasons(output: string): string[] {
  const found: string[] = [];
  if (/100117|externally managed DNS/.test(output)) {
    found.push(
      "The hostname has a DNS record of its own, and Cloudflare would not replace it. Delete it (dash.cloudflare.com → the domain → DNS), or choose another --hostname",
    );
  }
  if (/100116|already has a Worker/.test(output))
    found.push("Another Worker has that hostname: choose another --hostname, or detach it there");
  if (/Authentication error|\[code: 10000\]/.test(output))
    found.push(`The API token lacks a right. It needs these: ${RIGHTS}`);
  if (/Could not find zone|100112/.test(output))
    found.push("The hostname is on no domain of this account: add the domain, or choose another --hostname");
  if (/already has a consumer|11004/.test(output))
    found.push(
      "Another Worker consumes a queue: npx wrangler queues info <queue>, then npx wrangler queues consumer worker remove",
    );
  if (/workers\.dev subdomain/.test(output)) found.push("The account has no workers.dev name yet: --subdomain NAME");
  return found;
}
