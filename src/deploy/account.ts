// Finds the login and the account. Without a login it asks for one at a terminal; elsewhere it says how to log in.
import { spawn } from "node:child_process";
import path from "node:path";
import { type CloudflareApi, cloudflareApi } from "./cloudflare-api.ts";
import { Stop } from "./stop.ts";
import type { Wrangler } from "./wrangler.ts";

export interface Login {
  readonly api: CloudflareApi;
  readonly account: string;
  readonly name: string;
}

export interface LoginSetup {
  readonly wrangler: Wrangler;
  readonly apiBase: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly atTerminal: boolean;
}

export const RIGHTS =
  "Account: Workers Scripts Edit, D1 Edit, Queues Edit · Zone: Workers Routes Edit, Zone Read, DNS Read";

export async function logIn({ wrangler, apiBase, env, signal, atTerminal }: LoginSetup): Promise<Login> {
  let token = await tokenOf(wrangler);
  if (token === null && atTerminal) {
    await wranglerLogin();
    token = await tokenOf(wrangler);
  }
  if (token === null) {
    throw new Stop("Nobody is logged in to Cloudflare", {
      todo: [
        "At a terminal: npx wrangler login",
        `Elsewhere: set CLOUDFLARE_API_TOKEN to a token with these rights: ${RIGHTS}`,
      ],
    });
  }
  const api = cloudflareApi(apiBase, token, signal);
  const account = env["CLOUDFLARE_ACCOUNT_ID"] ?? "";
  const accounts = await api.get<readonly { id: string; name: string }[]>("/accounts", { per_page: "50" });
  const reached = accounts.end === "found" ? accounts.result : [];
  if (account !== "") return { api, account, name: reached.find(({ id }) => id === account)?.name ?? account };
  const [only, ...others] = reached;
  if (!only) {
    throw new Stop("Cannot tell which Cloudflare account is meant: the login shows none", {
      todo: ["Set CLOUDFLARE_ACCOUNT_ID (dash.cloudflare.com → the account → its id is in the address)"],
    });
  }
  if (others.length > 0) {
    throw new Stop("Cannot tell which Cloudflare account is meant: the login reaches several", {
      todo: ["Set CLOUDFLARE_ACCOUNT_ID to one of these:", ...reached.map(({ id, name }) => `  ${id}  ${name}`)],
    });
  }
  return { api, account: only.id, name: only.name };
}

async function tokenOf(wrangler: Wrangler): Promise<string | null> {
  const { ok, stdout } = await wrangler(["auth", "token", "--json"]);
  if (!ok) return null;
  const { token } = JSON.parse(stdout) as { token?: string };
  return token ?? null;
}

function wranglerLogin(): Promise<void> {
  const bin = path.join(import.meta.dirname, "../../node_modules/wrangler/bin/wrangler.js");
  const child = spawn(process.execPath, [bin, "login"], { stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => resolve());
  });
}
