// Loads a Worker's code into a fresh isolate and times its first ack. D1 and queue are this Worker's, by RPC: the same
// for all.
import { WorkerEntrypoint } from "cloudflare:workers";

interface Cold {
  readonly DB: D1Database;
  readonly LOADER: WorkerLoader;
  readonly CODES: Readonly<Record<string, string>>;
  readonly SETTINGS: Readonly<Record<string, string>>;
}

interface Query {
  readonly sql: string;
  readonly values: readonly unknown[];
}

export class Database extends WorkerEntrypoint<Cold> {
  async query(queries: readonly Query[]): Promise<unknown> {
    const { DB: db } = this.env;
    const results = await db.batch(queries.map(({ sql, values }) => db.prepare(sql).bind(...values)));
    return results.map(({ results }) => ({ results }));
  }
}

/** Runs in the fresh isolate: a D1 client as small as can be, whose statements go to Database in one call. */
const MAIN = `import worker from "./code.js";
const statement = (db, sql, values) => ({
  sql, values,
  bind: (...bound) => statement(db, sql, bound),
  run: async () => (await db.query([{ sql, values }]))[0],
  first: async () => (await db.query([{ sql, values }]))[0].results[0] ?? null,
});
const client = (db) => ({
  prepare: (sql) => statement(db, sql, []),
  batch: (statements) => db.query(statements.map(({ sql, values }) => ({ sql, values }))),
});
export default { fetch: (request, env, context) => worker.fetch(request, { ...env, DB: client(env.DB) }, context) };`;

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
      mainModule: "main.js",
      modules: { "main.js": MAIN, "code.js": env.CODES[name] ?? "" },
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
