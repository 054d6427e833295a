// Registers the account's name under workers.dev, which [env.development] needs. wrangler registers one only at a
// terminal.
import type { Project } from "./project.ts";
import { Stop } from "./stop.ts";
import type { StorageSetup } from "./storage.ts";

/** @returns the Worker's address */
export async function ensureWorkersDev(
  { worker }: Project,
  wanted: string | null,
  setup: StorageSetup,
): Promise<string> {
  const { api, account, progress, dryRun } = setup;
  const path = `/accounts/${account}/workers/subdomain`;
  const present = await api.get<{ subdomain: string }>(path);
  if (present.end === "found") return `https://${worker}.${present.result.subdomain}.workers.dev`;
  if (present.code !== 10007)
    throw new Stop(`Cannot see the account's workers.dev name: ${present.message} (${present.code})`);
  if (wanted === null) {
    throw new Stop("This account has no workers.dev name yet, and the development Worker is reached by one", {
      todo: [
        "--subdomain NAME registers NAME.workers.dev for the whole account",
        "Or give it a hostname of its own: --hostname",
      ],
    });
  }
  if (!dryRun) {
    const registered = await api.put<{ subdomain: string }>(path, { subdomain: wanted });
    if (registered.end === "refused") {
      throw new Stop(`Cannot register ${wanted}.workers.dev: ${registered.message} (${registered.code})`, {
        todo: ["Choose another --subdomain"],
      });
    }
  }
  progress.made(`the account's workers.dev name: ${wanted}.workers.dev`);
  return `https://${worker}.${wanted}.workers.dev`;
}
