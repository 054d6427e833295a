// The Workers of the stand-in's account: uploads, versions, deployments, secrets, settings.
import { randomUUID } from "node:crypto";
import { type Account, Refusal, type Script, type Version, needRight } from "./account.ts";
import type { Call, Handlers } from "./api.ts";
import { hideSecret, readUpload, shownVersion, versionOf } from "./versions.ts";

const NOT_FOUND = 10007;
const NOT_LATEST = 10215;

/** @param deployed is told each time that another version, or another trigger, serves */
export function scriptHandlers(account: Account, deployed: () => Promise<void>): Handlers {
  const script = "/accounts/:account/workers/scripts/:script";
  const find = ({ params }: Call): Script => {
    needRight(account, "scripts");
    const found = account.scripts.get(params["script"] ?? "");
    if (!found) throw new Refusal(404, NOT_FOUND, "This Worker does not exist on your account.");
    return found;
  };
  const findOrMake = ({ params }: Call): Script => {
    needRight(account, "scripts");
    const name = params["script"] ?? "";
    const known = account.scripts.get(name);
    if (known) return known;
    const tag = randomUUID().replaceAll("-", "");
    const made: Script = { name, tag, tags: [], versions: [], deployments: [], crons: [], onWorkersDev: false };
    account.scripts.set(name, made);
    return made;
  };
  const deploy = async (one: Script, versions: { version_id: string; percentage: number }[], annotations = {}) => {
    const deployment = { id: randomUUID(), createdAt: Date.now(), versions, annotations };
    one.deployments.push(deployment);
    await deployed();
    return deployment;
  };
  return {
    "GET /accounts/:account/workers/services/:script": (call) => {
      needRight(account, "scripts");
      const one = account.scripts.get(call.params["script"] ?? "");
      if (!one) throw new Refusal(404, 10090, "This service does not exist on your account.");
      const { name, tag, tags } = one;
      const facts = { id: name, tag, tags, last_deployed_from: "wrangler", migration_tag: null };
      return { id: name, default_environment: { environment: "production", script: facts } };
    },
    [`PUT ${script}`]: async (call) => {
      const one = findOrMake(call);
      const version = await readUpload(call, one);
      one.versions.push(version);
      await deploy(one, [{ version_id: version.id, percentage: 100 }]);
      const deployment_id = version.id.replaceAll("-", "");
      return {
        id: one.name,
        tag: one.tag,
        etag: deployment_id,
        deployment_id,
        startup_time_ms: 20,
        handlers: ["fetch"],
      };
    },
    [`GET ${script}/versions`]: (call) => {
      const newest = find(call).versions.toReversed().slice(0, 10);
      return { items: newest.map(shownVersion) };
    },
    [`POST ${script}/versions`]: async (call) => {
      const one = find(call);
      const version = await readUpload(call, one);
      one.versions.push(version);
      return shownVersion(version);
    },
    [`GET ${script}/versions/:version`]: (call) => shownVersion(versionIn(find(call), call.params["version"])),
    [`GET ${script}/deployments`]: (call) => {
      const newest = find(call).deployments.toReversed().slice(0, 10);
      return { deployments: newest.map(shownDeployment) };
    },
    [`POST ${script}/deployments`]: async (call) => {
      const one = find(call);
      const { versions, annotations } = call.json() as {
        versions: { version_id: string; percentage: number }[];
        annotations?: Record<string, string>;
      };
      for (const { version_id } of versions) versionIn(one, version_id);
      return shownDeployment(await deploy(one, versions, annotations));
    },
    [`GET ${script}/secrets`]: (call) => {
      const secrets = servingIn(find(call))?.bindings.filter(({ type }) => type === "secret_text") ?? [];
      return secrets.map(hideSecret);
    },
    [`PUT ${script}/secrets`]: async (call) => {
      const one = find(call);
      const { name, text } = call.json() as { name: string; text: string };
      const latest = one.versions.at(-1);
      if (!latest || servingIn(one)?.id !== latest.id) {
        throw new Refusal(400, NOT_LATEST, "The latest version of this Worker is not deployed");
      }
      const bindings = [
        ...latest.bindings.filter((binding) => binding.name !== name),
        { type: "secret_text", name, text },
      ];
      const version = versionOf(one, { ...latest, bindings, annotations: { "workers/triggered_by": "secret" } });
      one.versions.push(version);
      await deploy(one, [{ version_id: version.id, percentage: 100 }]);
      return { name, type: "secret_text" };
    },
    [`GET ${script}/settings`]: (call) => {
      const serving = servingIn(find(call));
      return { bindings: serving?.bindings.map(hideSecret) ?? [], compatibility_date: serving?.compatibilityDate };
    },
    [`PATCH ${script}/script-settings`]: (call) => {
      const one = find(call);
      const { tags } = call.json() as { tags?: readonly string[] };
      if (tags) one.tags = tags;
      return { tags: one.tags };
    },
  };
}

/** The version that all requests go to; undefined while there is none. */
export function servingIn({ versions, deployments }: Script): Version | undefined {
  const serving = deployments.at(-1)?.versions[0]?.version_id;
  return versions.find(({ id }) => id === serving);
}

function versionIn({ versions }: Script, id = ""): Version {
  const version = versions.find((one) => one.id === id);
  if (!version) throw new Refusal(404, 10008, "This version does not exist.");
  return version;
}

function shownDeployment({ id, createdAt, versions, annotations }: Script["deployments"][number]): object {
  const created_on = new Date(createdAt).toISOString();
  return { id, created_on, source: "wrangler", strategy: "percentage", author_email: "", versions, annotations };
}
