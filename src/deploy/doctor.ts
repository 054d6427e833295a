// npm run doctor -- https://kicc.shop.example: checks from any machine what KICC would meet. One line per check; exit
// code 1 where something is wrong.
import path from "node:path";
import { parseArgs } from "node:util";
import { DAY_MS } from "../time.ts";
import { cloudflareApi } from "./cloudflare-api.ts";
import { type Finding, textOfFinding } from "./finding.ts";
import { checkInside, receivedWithin } from "./inside-checks.ts";
import { checkDns, checkDoors, checkHealth, checkOldTls } from "./outside-checks.ts";
import { endpointsIn } from "./endpoints.ts";
import { checkPlan } from "./plan-checks.ts";
import { readProject } from "./project.ts";

const USAGE = `npm run doctor -- https://kicc.shop.example [--json] [--env development]

Looks from outside. With CONSOLE_TOKEN in the environment also at what the receiver says of itself; with
CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID also at the plan's limits. It changes nothing.`;

process.exitCode = await run(process.argv.slice(2));

async function run(args: string[]): Promise<number> {
  const flag = { type: "boolean" } as const;
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { json: flag, help: flag, env: { type: "string" } },
  });
  const receiver = URL.parse(positionals[0] ?? "");
  if (values.help || receiver === null || !receiver.protocol.startsWith("http")) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const findings = await examine(receiver, values.env === "development" ? "development" : "production");
  const isWell = findings.every(({ state }) => state !== "wrong");
  if (values.json) console.log(JSON.stringify({ receiver: receiver.origin, well: isWell, findings }, null, 2));
  else for (const finding of findings) console.log(textOfFinding(finding));
  return isWell ? 0 : 1;
}

async function examine(receiver: URL, environment: "production" | "development"): Promise<Finding[]> {
  const { env } = process;
  const endpoints = endpointsIn(env);
  const signal = AbortSignal.timeout(120_000);
  const now = () => Date.now();
  const outside = await Promise.all([
    checkDns(receiver, endpoints, signal),
    checkHealth(receiver, endpoints, now),
    checkOldTls(receiver, endpoints),
    checkDoors(receiver, endpoints),
  ]);
  const consoleToken = env["CONSOLE_TOKEN"] as string | undefined;
  const inside = consoleToken ? { receiver, consoleToken, endpoints, now } : null;
  const findings = [...outside.flat(), ...(inside ? await checkInside(inside) : [])];
  const { CLOUDFLARE_API_TOKEN: token, CLOUDFLARE_ACCOUNT_ID: account } = env;
  if (!token || !account) return findings;
  const file = path.join(env["KICC_PROJECT"] ?? path.join(import.meta.dirname, "../.."), "wrangler.toml");
  const { database, queues } = readProject(file, environment);
  const received = inside ? await receivedWithin(inside, DAY_MS) : null;
  return [
    ...findings,
    ...(await checkPlan({ api: cloudflareApi(endpoints.api, token, signal), account, database, queues }, received)),
  ];
}
