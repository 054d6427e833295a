// Loads a Worker's code into a fresh isolate and times its first ack. Its D1 and its queue are this Worker's, by RPC: the same for all.
import { RpcTarget, WorkerEntrypoint } from "cloudflare:workers";

interface Cold {
  readonly DB: D1Database;
  readonly LOADER: WorkerLoader;
  readonly CODES: Readonly<Record<string, string>>;
  readonly SETTINGS: Readonly<Record<string, string>>;
}

class Statement extends RpcTarget {
  readonly #statement: D1PreparedStatement;
  constructor(statement: D1PreparedStatement) {
    super();
    this.#statement = statement;
  }
  bind(...values: unknown[]): Statement {
    return new Statement(this.#statement.bind(...values));
  }
  async first(): Promise<unknown> {
    return this.#statement.first();
  }
  async run(): Promise<unknown> {
    return (await this.#statement.run()).results;
  }
}

export class Database extends WorkerEntrypoint<Cold> {
  prepare(sql: string): Statement {
    return new Statement(this.env.DB.prepare(sql));
  }
}

/** Takes every message and drops it. */
export class Deliveries extends WorkerEntrypoint {
  send(): void {}
}

let serial = 0;

export default {
  /** POST /{name of a code}: the request goes on to a fresh isolate of it. Answers with its status and the milliseconds. */
  async fetch(request: Request, env: Cold, context: ExecutionContext): Promise<Response> {
    const name = new URL(request.url).pathname.slice(1);
    const bytes = await request.arrayBuffer();
    const exports = (context as unknown as { exports: Record<string, (options: object) => unknown> }).exports;
    serial += 1;
    const startedAt = performance.now();
    const worker = env.LOADER.get(`${name} ${serial}`, () => ({
      compatibilityDate: "2026-10-30",
      mainModule: "index.js",
      modules: { "index.js": env.CODES[name] ?? "" },
      env: { ...env.SETTINGS, DB: exports["Database"]?.({}), DELIVERIES: exports["Deliveries"]?.({}) },
    }));
    const ack = await worker.getEntrypoint().fetch(
      new Request("https://kicc.example/kicc/wechat/cancel", {
        method: "POST",
        headers: request.headers,
        body: bytes,
      }),
    );
    const text = await ack.text();
    return Response.json({ ms: performance.now() - startedAt, status: ack.status, text });
  },
};
