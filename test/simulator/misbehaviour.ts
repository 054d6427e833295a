// Gives one answer of KICC's API, correctly or in one of the ways in which an API fails.
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Reply } from "./reply.ts";
import { type Garbling, written } from "./written.ts";

export type Misbehaviour =
  | Garbling
  | { readonly kind: "slow"; readonly ms: number }
  /** No answer, and the connection stays open. */
  | { readonly kind: "silent" };

export async function answer(
  response: ServerResponse,
  reply: Reply,
  misbehaviour: Misbehaviour | null,
  signal: AbortSignal,
): Promise<void> {
  if (misbehaviour?.kind === "silent") return;
  const isSlow = misbehaviour?.kind === "slow";
  if (isSlow) await sleep(misbehaviour.ms, undefined, { signal }).catch(() => {});
  const { status, contentType, body } = written(reply, isSlow ? null : misbehaviour);
  if (!response.destroyed) response.writeHead(status, { "content-type": contentType }).end(body);
}
