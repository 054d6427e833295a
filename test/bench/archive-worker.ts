// The receiver with an R2 whose calls are counted, and routes that run the archive by hand, for the benchmark of
// searching.
import { archiveOld, archivePart } from "../../src/archive/move.ts";
import receiver from "../../src/index.ts";
import { pruneNotifications } from "../../src/store/prune-notifications.ts";

/** How often one request called R2 and D1. */
export interface Counted {
  readonly r2: Record<string, number>;
  /** Queries as D1's limit counts them: each statement of a batch is one. */
  d1: number;
}

export interface Bench {
  readonly now: number;
  readonly hotDays: number;
}

type Served = (asked: Bench, env: Env & { readonly ARCHIVE: R2Bucket }) => Promise<unknown>;

const DOORS: Readonly<Record<string, Served>> = {
  /** A complete run of the cron's archiving step. */
  "/bench/run": async ({ now, hotDays }, env) => archiveOld({ bucket: env.ARCHIVE, hotDays }, env.DB, now),
  /** Moves one part of notifications. */
  "/bench/part": async ({ now }, env) => archivePart(env.ARCHIVE, env.DB, "notifications", now),
  "/bench/prune": async ({ now }, env) => pruneNotifications(env.DB, now, 500),
};

export default {
  async fetch(request: Request, env: Env & { readonly ARCHIVE: R2Bucket }, context: ExecutionContext) {
    const counted: Counted = { r2: {}, d1: 0 };
    const served = DOORS[new URL(request.url).pathname];
    if (served === undefined && !request.url.includes("/api/")) return receiver.fetch(request, env, context);
    const own = { ...env, ARCHIVE: countedR2(env.ARCHIVE, counted), DB: countedD1(env.DB, counted) };
    if (served === undefined) return told(await receiver.fetch(request, own, context), counted);
    const answer = await served(await request.json<Bench>(), own);
    return told(Response.json(answer ?? null), counted);
  },
};

function told(response: Response, counted: Counted): Response {
  return new Response(response.body, { status: response.status, headers: { "x-counted": JSON.stringify(counted) } });
}

function countedR2<T extends object>(bucket: T, counted: Counted): T {
  return watched(bucket, (name, result) => {
    counted.r2[name] = (counted.r2[name] ?? 0) + 1;
    return name === "createMultipartUpload" && result instanceof Promise
      ? result.then((upload: object) => countedR2(upload, counted))
      : result;
  });
}

function countedD1(db: D1Database, counted: Counted): D1Database {
  const own = new WeakMap<object, D1PreparedStatement>();
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const wrapped = watched(statement, (name, result) => {
      if (name === "bind") return wrap(result as D1PreparedStatement);
      counted.d1 += 1;
      return result;
    });
    own.set(wrapped, statement);
    return wrapped;
  };
  return {
    prepare: (sql: string) => wrap(db.prepare(sql)),
    batch: (statements: D1PreparedStatement[]) => {
      counted.d1 += statements.length;
      return db.batch(statements.map((each) => own.get(each) ?? each));
    },
  } as unknown as D1Database;
}

/** @param look sees each call and its result, and may replace the result */
function watched<T extends object>(target: T, look: (name: string, result: unknown) => unknown): T {
  return new Proxy(target, {
    get(_target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function" || typeof name !== "string") return value;
      return (...given: unknown[]): unknown => look(name, Reflect.apply(value, target, given));
    },
  });
}
