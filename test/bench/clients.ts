// Puts load on one URL over open connections, as cheaply as Node can: it writes requests to raw sockets and finds the
// end of an answer by its length.
import { type Socket, connect } from "node:net";

export interface Measured {
  readonly perSecond: number;
  /** Milliseconds from the writing of a request to the end of its answer, in ascending order. */
  readonly times: readonly number[];
  /** Answers by HTTP status. */
  readonly statuses: ReadonlyMap<number, number>;
}

export interface Clients {
  /** Sends each request once, every client its next one as soon as it has its answer. */
  readonly send: (requests: readonly Buffer[]) => Promise<Measured>;
  readonly close: () => void;
}

const PATIENCE_MS = 120_000;
const KICC = "203.233.72.66";

export async function connectClients(url: URL, count: number): Promise<Clients> {
  const sockets = await Promise.all(Array.from({ length: count }, () => open(url)));
  function close(error?: Error): void {
    for (const socket of sockets) socket.destroy(error);
  }
  return {
    async send(requests) {
      const statuses = new Map<number, number>();
      const times: number[] = [];
      let next = 0;
      const givingUp = setTimeout(() => close(new Error("Cannot load: no answers in time")), PATIENCE_MS);
      const startedAt = performance.now();
      await Promise.all(
        sockets.map(async (socket) => {
          for (let request = requests[next++]; request; request = requests[next++]) {
            const sentAt = performance.now();
            const status = await ask(socket, request);
            times.push(performance.now() - sentAt);
            statuses.set(status, (statuses.get(status) ?? 0) + 1);
          }
        }),
      );
      clearTimeout(givingUp);
      const seconds = (performance.now() - startedAt) / 1000;
      return { perSecond: times.length / seconds, times: times.toSorted((a, b) => a - b), statuses };
    },
    close,
  };
}

function open({ hostname, port }: URL): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    socket.once("connect", () => resolve(socket));
    socket.on("error", reject);
  });
}

/** @returns the answer's status */
function ask(socket: Socket, request: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const end = (settle: () => void) => {
      socket.off("data", onData).off("error", onError).off("close", onClose);
      settle();
    };
    const onData = (chunk: Buffer) => {
      answer += chunk.toString("latin1");
      const head = answer.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(answer)?.[1] ?? 0);
      if (answer.length >= head + 4 + length) end(() => resolve(Number(answer.slice(9, 12))));
    };
    const onError = (error: Error) => end(() => reject(error));
    const onClose = () => end(() => reject(new Error("Cannot load: the connection was closed")));
    socket.on("data", onData).on("error", onError).on("close", onClose);
    if (socket.destroyed) onClose();
    else socket.write(request);
  });
}

interface Posted {
  readonly path: string;
  readonly contentType: string;
}

const CANCELLATION: Posted = { path: "/kicc/wechat/cancel", contentType: "application/json; charset=utf-8" };

/** A POST as KICC sends it, written out. @param posted where another kind is posted to, and as what */
export function written(
  url: URL,
  body: string | Uint8Array,
  sourceAddress: string = KICC,
  { path, contentType }: Posted = CANCELLATION,
): Buffer {
  const bytes = Buffer.from(body);
  const head = `POST ${path} HTTP/1.1\r\nhost: ${url.host}\r\ncf-connecting-ip: ${sourceAddress}\r\ncontent-type: ${contentType}\r\ncontent-length: ${bytes.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}
