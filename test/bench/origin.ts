// An origin that accepts everything, after a while or when it is told to. It remembers only what arrived when.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface Arrivals {
  readonly url: string;
  /** performance.now() of the first arrival, by cancelPgCno. */
  readonly at: ReadonlyMap<string, number>;
  readonly close: () => Promise<void>;
}

/** @param answers what an answer waits for */
export async function startArrivals(answers: () => Promise<unknown>): Promise<Arrivals> {
  const at = new Map<string, number>();
  const server = createServer((request, response) => {
    const arrivedAt = performance.now();
    const answer = async () => {
      const cancelPgCno = /"cancelPgCno":"(\d+)"/.exec(await text(request))?.[1] ?? "";
      if (!at.has(cancelPgCno)) at.set(cancelPgCno, arrivedAt);
      await answers();
      response.end('{"resCd":"0000","resMsg":"OK"}');
    };
    answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/kicc`,
    at,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export async function wait(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

/** @throws where it is not so within `withinMs` */
export async function until(isSo: () => boolean, withinMs: number): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!isSo()) {
    if (performance.now() > giveUpAt) throw new Error(`Cannot see the deliveries within ${withinMs} ms`);
    await wait(10);
  }
}
