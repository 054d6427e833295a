// A copy of the bucket on disk, as `wrangler r2 object get` or rclone makes one, and what `npm run verify-archive`
// reports about it.
import { env } from "cloudflare:workers";
import { namesIn } from "./filling.ts";

export interface Copy {
  readonly put: (name: string, bytes: Uint8Array) => Promise<unknown>;
  readonly remove: (name: string) => Promise<unknown>;
  readonly verify: () => Promise<Said>;
  readonly end: () => Promise<unknown>;
}

export interface Said {
  readonly code: number;
  readonly text: string;
}

export async function copyBucket(copy: string): Promise<Copy> {
  const put = (name: string, body: Uint8Array) => ask("PUT", `${copy}/${name}`, body);
  for (const stream of ["notifications/", "audit/"]) {
    for (const name of await namesIn(stream)) await put(name, await bytesOf(name));
  }
  return {
    put,
    remove: (name) => ask("DELETE", `${copy}/${name}`),
    verify: () => ask("GET", copy),
    end: () => ask("DELETE", copy),
  };
}

export async function bytesOf(name: string): Promise<Uint8Array> {
  const object = await env.BUCKET.get(name);
  if (object === null) throw new Error(`${name} is missing`);
  return object.bytes();
}

async function ask(method: string, path: string, body?: Uint8Array): Promise<Said> {
  // test/archive/copy-folder.ts
  const response = await fetch(
    `http://archive-copy.example/${path}`,
    body === undefined ? { method } : { method, body },
  );
  return response.json();
}
