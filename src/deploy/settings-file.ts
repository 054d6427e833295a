// Writes the options as settings into the text of wrangler.toml, and checks whether the Worker would accept the result.
import { readConfig } from "../config.ts";
import type { Options } from "./options.ts";
import type { Project } from "./project.ts";
import { Stop } from "./stop.ts";
import { quoted, setKey } from "./toml.ts";

/** The text with the options in it; unchanged where they are there already. */
export function withOptions(
  text: string,
  { environment, hostname, origin, delivery }: Options,
  present: Project,
): string {
  const table = environment === "production" ? "" : "env.development";
  const inTable = (name: string) => (table === "" ? name : `${table}.${name}`);
  let edited = text;
  if (hostname !== null && !present.hostnames.includes(hostname)) {
    // The old hostname stays: KICC may still call it.
    const routes = [...present.hostnames, hostname].map(
      (name) => `{ pattern = ${quoted(name)}, custom_domain = true }`,
    );
    edited = setKey(edited, table, "routes", `[${routes.join(", ")}]`);
  }
  if (origin !== null && present.vars["ORIGIN_URL"] !== origin) {
    edited = setKey(edited, inTable("vars"), "ORIGIN_URL", quoted(origin));
  }
  if (delivery !== null && present.vars["DELIVERY"] !== delivery) {
    edited = setKey(edited, inTable("vars"), "DELIVERY", quoted(delivery));
  }
  return edited;
}

// Secrets are in no file. Missing ones are made later, and stored ones cannot be read.
const SECRETS = new Set([
  "CONSOLE_TOKEN",
  "ORIGIN_SIGNING_SECRET",
  "NOTIFY_TOKEN",
  "DELIVERY_TOKEN",
  "ORIGIN_HEADERS",
  "ALERT_URL",
]);

/** @throws {Stop} naming each setting that the Worker would call wrong */
export function checkSettings({ vars, hasOriginBinding }: Project, environment: Options["environment"]): void {
  const binding = hasOriginBinding ? { ORIGIN: { fetch: () => {} } } : {};
  const { problems } = readConfig({ ...vars, ...binding });
  const wrong = problems
    .filter(({ setting }) => !SECRETS.has(setting))
    .map(({ setting, message }) => `${setting} ${message}`);
  if (vars["KICC_ENVIRONMENT"] !== environment)
    wrong.push(`KICC_ENVIRONMENT must be "${environment}" in this environment`);
  if (isLocal(vars["ORIGIN_URL"]) && !hasOriginBinding && (vars["DELIVERY"] ?? "push") === "push") {
    wrong.push("ORIGIN_URL leads to this machine, which Cloudflare cannot reach");
  }
  if (wrong.length === 0) return;
  const todo = wrong.some((line) => line.startsWith("ORIGIN_URL"))
    ? ["Give --origin https://… , or --delivery pull"]
    : [];
  throw new Stop(`The Worker would not accept these settings: ${wrong.join(" · ")}`, { todo });
}

function isLocal(url: unknown): boolean {
  if (typeof url !== "string" || !URL.canParse(url)) return false;
  return ["localhost", "127.0.0.1", "[::1]"].includes(new URL(url).hostname);
}
