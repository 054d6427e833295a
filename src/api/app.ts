// The API, as index.ts loads it on the first call.
import type { Hono } from "hono/tiny";
import type { Config } from "../config.ts";
import { operations } from "./all-operations.ts";
import { performerOf } from "./perform.ts";
import { api } from "./router.ts";

export const perform = performerOf(operations);

let app: Hono<{ Bindings: Env }> | null = null;

/** One app per isolate. */
export function apiApp(configOf: (env: Env) => Config): Hono<{ Bindings: Env }> {
  app ??= api(configOf, operations);
  return app;
}
