// From an account to a working notifyUrl. It makes what is missing and leaves what is there. Any step can fail; the
// next run goes on from there.
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Login, logIn } from "./account.ts";
import { checkHostname } from "./hostname.ts";
import { migrate } from "./migrations.ts";
import type { Options } from "./options.ts";
import { endpointsIn } from "./endpoints.ts";
import type { Progress } from "./progress.ts";
import { type Project, readProject } from "./project.ts";
import { sendTest } from "./test-notification.ts";
import { askDoors, waitUntilUp } from "./wait-until-up.ts";
import { showSecrets, missingSecrets, secretsIn, storedSecrets } from "./secrets.ts";
import { checkSettings, withOptions } from "./settings-file.ts";
import { Stop } from "./stop.ts";
import { ensureDatabase, ensureQueues } from "./storage.ts";
import { nextSteps } from "./next-steps.ts";
import { planUpload, removeSecretsFile, uploadWorker } from "./upload.ts";
import { type Wrangler, wranglerIn } from "./wrangler.ts";
import { ensureWorkersDev } from "./workers-dev.ts";

export interface DeploySetup {
  readonly root: string;
  readonly options: Options;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly atTerminal: boolean;
}

/** @throws {Stop} where a person must do something first */
export async function deploy(setup: DeploySetup): Promise<void> {
  const { root, options, env, progress, signal, atTerminal } = setup;
  const endpoints = endpointsIn(env);
  removeSecretsFile(root);
  const place = { root, environment: options.environment, env, signal };
  const login = await logIn({ wrangler: wranglerIn(place), apiBase: endpoints.api, env, signal, atTerminal });
  progress.is(`Cloudflare account ${login.name}`);
  const chosen = { ...env, CLOUDFLARE_ACCOUNT_ID: login.account };
  const settings = await readSettings(setup, login);
  try {
    const wrangler = wranglerIn({ ...place, env: chosen });
    const named: Wrangler = (args) => wrangler([...args, "--config", settings.file]);
    await deployProject(settings.project, login, named, setup);
  } finally {
    settings.leave();
  }
}

interface Settings {
  readonly project: Project;
  /** wrangler.toml; in a dry run a draft of it. */
  readonly file: string;
  readonly leave: () => void;
}

/** Writes nothing before the settings are right and the hostname may be taken. */
async function readSettings(
  { root, options, env, progress, signal }: DeploySetup,
  { api, account }: Login,
): Promise<Settings> {
  const file = path.join(root, "wrangler.toml");
  const text = readFileSync(file, "utf8");
  const edited = withOptions(text, options, readProject(file, options.environment));
  const draft = path.join(root, `wrangler.${process.pid}.draft.toml`);
  const leave = () => rmSync(draft, { force: true });
  writeFileSync(draft, edited);
  try {
    const project = readProject(draft, options.environment);
    checkSettings(project, options.environment);
    if (project.hostnames.length === 0 && !project.onWorkersDev) {
      throw new Stop("No hostname is set: the Worker would be deployed to nowhere", {
        todo: ["--hostname kicc.<your domain>"],
      });
    }
    const { resolvers } = endpointsIn(env);
    for (const hostname of project.hostnames) {
      await checkHostname(hostname, {
        api,
        account,
        worker: project.worker,
        resolvers,
        replacesDns: options.replacesDns,
        progress,
        signal,
      });
    }
    if (edited === text) progress.is("wrangler.toml");
    else progress.made("settings in wrangler.toml");
    if (options.dryRun) return { project, file: draft, leave };
    if (edited !== text) renameSync(draft, file);
    leave();
    return { project, file, leave };
  } catch (error) {
    leave();
    throw error;
  }
}

async function deployProject(
  project: Project,
  { api, account }: Login,
  wrangler: Wrangler,
  setup: DeploySetup,
): Promise<void> {
  const { root, options, env, progress, signal } = setup;
  const { dryRun } = options;
  const delivery = project.vars["DELIVERY"] ?? "push";
  const storage = { api, account, wrangler, progress, dryRun };
  const wasThere = await ensureDatabase(project, options.location, storage);
  await ensureQueues(project, storage);
  await migrate(project, wasThere, { wrangler, progress, dryRun });
  const receiver = project.hostnames.length > 0 ? null : await ensureWorkersDev(project, options.subdomain, storage);
  const stored = await storedSecrets(api, account, project.worker);
  const given = { ...secretsIn(options.secretsTo), ...env };
  const { all, made } = missingSecrets(stored, delivery, given);
  const release = releaseOf(root);
  const uploadSetup = { api, account, root, wrangler, progress, dryRun, release };
  const plan = await planUpload(project, all, uploadSetup);
  if (!dryRun) showSecrets(made, options.secretsTo, env["CI"] !== undefined && env["CI"] !== "", progress);
  await uploadWorker(project, plan, all, uploadSetup);
  if (dryRun) return;
  const url = receiver ?? `https://${options.hostname ?? project.hostnames.at(-1)}`;
  const way = await waitUntilUp(url, { endpoints: endpointsIn(env), progress, signal, waitMs: options.waitMs });
  const doors = await askDoors(url, way, progress);
  const known = { ...pick(given, ["CONSOLE_TOKEN", "NOTIFY_TOKEN"]), ...all };
  const [consoleToken] = (known["CONSOLE_TOKEN"] ?? "").split(",");
  const origin = project.vars["ORIGIN_URL"];
  const proof = consoleToken
    ? await sendTest({ receiver: url, consoleToken, delivery, origin, way, progress, signal })
    : null;
  if (proof === null)
    progress.note("No test notification was sent: set CONSOLE_TOKEN for this command, or use the console's Test page");
  progress.print(nextSteps({ receiver: url, doors, secrets: known, delivery }));
  if (proof?.end !== "refused") return;
  const { status, why, todo } = proof;
  if ((status === 401 || status === 403) && "ORIGIN_SIGNING_SECRET" in made) {
    progress.note(
      `The test notification came to your server, which answered ${status}: it does not know the new ORIGIN_SIGNING_SECRET yet`,
    );
    progress.note("Set it there. The notification is tried again by itself, and the console shows it arrive");
    return;
  }
  const again = `It is tried again by itself: look at ${url}/console, or run this again with CONSOLE_TOKEN set`;
  throw new Stop(`The test notification is not at the origin: ${why}`, { todo: [...todo, again] });
}

function releaseOf(root: string): string {
  const { name, version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    name: string;
    version: string;
  };
  return `${name} ${version}`;
}

function pick(from: Readonly<Record<string, string | undefined>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (from[name] ? [[name, from[name]]] : [])));
}
