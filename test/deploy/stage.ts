// What each test starts with: an account at the stand-in of Cloudflare, a copy of this project, an origin that accepts
// everything.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { type Cloudflare, type Setup, startCloudflare } from "../cloudflare/cloudflare.ts";
import { type Ended, type Running, envFor, run, start } from "./command.ts";
import { copyProject } from "./project.ts";

export interface Delivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Stage {
  readonly cloudflare: Cloudflare;
  readonly root: string;
  readonly deliveries: readonly Delivery[];
  readonly env: Readonly<Record<string, string>>;
  readonly deploy: (args?: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Ended>;
  readonly startDeploy: (args?: readonly string[], env?: Readonly<Record<string, string>>) => Running;
}

export interface StageSetup extends Setup {
  /** What the origin answers; 200 and nothing unless a test says otherwise. */
  readonly origin?: () => { readonly status: number; readonly body?: string };
}

export const HOSTNAME = "kicc.shop.example";
export const ORIGIN = "https://shop.example/kicc";
export const INSTALL = ["--hostname", HOSTNAME, "--origin", ORIGIN, "--wait", "10"] as const;

export async function setTheStage(setup: StageSetup = {}): Promise<Stage> {
  const deliveries: Delivery[] = [];
  const server = createServer((request, response) => {
    const answer = async () => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      deliveries.push({ headers, body: await buffer(request) });
      const { status, body = "" } = setup.origin?.() ?? { status: 200 };
      response.writeHead(status).end(body);
    };
    answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cloudflare = await startCloudflare({ outside: { "shop.example": url }, ...setup });
  const { root, remove } = copyProject();
  onTestFinished(async () => {
    await cloudflare.close();
    server.closeAllConnections();
    server.close();
    remove();
  });
  const env = { ...envFor(cloudflare), KICC_PROJECT: root };
  return {
    cloudflare,
    root,
    deliveries,
    env,
    deploy: (args = INSTALL, more = {}) => run("deploy", args, { ...env, ...more }),
    startDeploy: (args = INSTALL, more = {}) => start("deploy", args, { ...env, ...more }),
  };
}

/** A secret as the command showed it. */
export function shownSecret(text: string, name: string): string {
  const [, value] = new RegExp(`^\\s*${name}\\s+(\\S+)`, "m").exec(text) ?? [];
  if (value === undefined) throw new Error(`Cannot find ${name} in what was shown:\n${text}`);
  return value;
}
