// Reads an upload (a multipart form with `metadata` and the modules) into a version. A secret that the form leaves out
// is inherited where `keep_bindings` says so. An unknown kind of binding is refused.
import { randomUUID } from "node:crypto";
import { type Binding, Refusal, type Script, type Version } from "./account.ts";
import type { Call } from "./api.ts";

interface Metadata {
  readonly main_module?: string;
  readonly compatibility_date?: string;
  readonly compatibility_flags?: readonly string[];
  readonly bindings: readonly Binding[];
  readonly keep_bindings?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
}

const KNOWN = new Set(["plain_text", "json", "secret_text", "d1", "queue", "ratelimit", "inherit"]);

export async function readUpload({ bytes, headers }: Call, script: Script): Promise<Version> {
  const type = headers["content-type"] ?? "";
  const form = await new Response(new Uint8Array(bytes), { headers: { "content-type": type } }).formData();
  const modules = new Map<string, string>();
  let metadata: Metadata | null = null;
  for (const [name, part] of form) {
    const text = typeof part === "string" ? part : await part.text();
    if (name === "metadata") metadata = JSON.parse(text) as Metadata;
    else if (!name.endsWith(".map")) modules.set(name, text);
  }
  if (metadata === null) throw new Refusal(400, 10021, "No metadata in the upload");
  const { main_module: main, compatibility_date: date, annotations } = metadata;
  if (main !== undefined && !modules.has(main)) throw new Refusal(400, 10021, `No such module: ${main}`);
  return versionOf(script, {
    mainModule: main ?? null,
    modules,
    compatibilityDate: date ?? "",
    compatibilityFlags: metadata.compatibility_flags ?? [],
    bindings: bindingsOf(metadata, script.versions.at(-1)),
    annotations: { "workers/triggered_by": "upload", ...definedOnly(annotations ?? {}) },
  });
}

export function versionOf(script: Script, rest: Omit<Version, "id" | "number" | "createdAt">): Version {
  return { ...rest, id: randomUUID(), number: script.versions.length + 1, createdAt: Date.now() };
}

/** As the API shows a version. */
export function shownVersion({ id, number, createdAt, annotations, bindings, mainModule }: Version): object {
  const created = new Date(createdAt).toISOString();
  return {
    id,
    number,
    annotations,
    metadata: { created_on: created, modified_on: created, source: "wrangler", author_email: "", author_id: "" },
    resources: {
      bindings: bindings.map(hideSecret),
      script: {
        etag: id.replaceAll("-", ""),
        handlers: mainModule === null ? [] : ["fetch", "queue", "scheduled"],
        last_deployed_from: "wrangler",
      },
      script_runtime: { usage_model: "standard" },
    },
    startup_time_ms: 20,
  };
}

export function hideSecret(binding: Binding): Binding {
  return binding.type === "secret_text" ? { type: binding.type, name: binding.name } : binding;
}

function bindingsOf({ bindings, keep_bindings: kept = [] }: Metadata, before: Version | undefined): Binding[] {
  const given = bindings.map((binding) => {
    if (!KNOWN.has(binding.type))
      throw new Refusal(400, 10021, `Unknown to the stand-in: binding of type ${binding.type}`);
    if (binding.type !== "inherit") return binding;
    const inherited = before?.bindings.find(({ name }) => name === binding.name);
    if (!inherited) throw new Refusal(400, 10057, `Cannot inherit binding ${binding.name}: there is none`);
    return inherited;
  });
  const names = new Set(given.map(({ name }) => name));
  const rest = (before?.bindings ?? []).filter(({ type, name }) => kept.includes(type) && !names.has(name));
  return [...given, ...rest];
}

function definedOnly(texts: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).flatMap(([key, text]) => (text === undefined ? [] : [[key, text]])));
}
