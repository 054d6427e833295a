import { availableParallelism } from "node:os";
import path from "node:path";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { COPY_HOST, answerCopy } from "./test/archive/copy-folder.ts";

// The settings of tests in workerd, unless a test makes its own.
const SETTINGS = {
  KICC_ENVIRONMENT: "production",
  ORIGIN_URL: "https://origin.example/kicc",
  ORIGIN_SIGNING_SECRET: "whsec_bG9jYWwtd29yay1vbmx5LW5vdC1hLXNlY3JldCE=",
  CONSOLE_TOKEN: "console-token",
};

const UNLIMITED = { namespace_id: "1", simple: { limit: 1_000_000, period: 60 as const } };
const FEW = { namespace_id: "2", simple: { limit: 30, period: 60 as const } };

// How much of the archive's chaos: a little, unless test/chaos/archive.ts asks for more.
const ARCHIVE_CHAOS = JSON.parse(
  process.env["ARCHIVE_CHAOS"] ?? '{"notifications":400,"days":8,"seeds":[1,2]}',
) as Record<string, number | number[]>;

// How many rows the database of 1.0.0 has that is upgraded and archived.
const RELEASED_ROWS = Number(process.env["RELEASED_ROWS"] ?? 1200);

// These run in Node and call a whole Worker over HTTP.
const OUTSIDE_WORKERD = [
  "test/{e2e,simulator,puller,origins,monitoring}/**/*.test.ts",
  "test/deploy/{migrations,settings,verify-archive}.test.ts",
];
/** Walks through the console in a browser, minutes long: `npm run test:looks`. `npm test` has each page once. */
const WALKS = ["test/e2e/console/walks/*.test.ts"];
/** Minutes long: wrangler runs in each. They have a command of their own. */
const DEPLOYS = ["test/deploy/{deploy,doctor,interrupted,traps,upgrade}.test.ts"];

export default defineConfig(async () => {
  const migrations = await readD1Migrations(path.join(import.meta.dirname, "migrations"));
  const released = await readD1Migrations(path.join(import.meta.dirname, "test/deploy/migrations-1.0.0"));
  const inWorkerd = cloudflareTest({
    wrangler: { configPath: "./wrangler.toml" },
    miniflare: {
      // Tests call the consumer themselves: a local queue that still delivers when a file ends would hang the runner.
      // test/e2e has the local queue at work.
      r2Buckets: ["BUCKET"], // of the archive's own tests: the others have none
      // Files share a minute: what one sends must not use up another's rate. FEW is like STRANGERS in wrangler.toml.
      ratelimits: { STRANGERS: UNLIMITED, TRUSTED: UNLIMITED, SIGN_INS: UNLIMITED, FEW },
      d1Databases: ["RELEASED"], // made by 1.0.0's migrations: test/deploy/released.test.ts
      bindings: {
        ...SETTINGS,
        TEST_MIGRATIONS: migrations,
        ARCHIVE_CHAOS,
        RELEASED_MIGRATIONS: released,
        RELEASED_ROWS,
      },
      queueConsumers: { "kicc-deliveries": { maxBatchSize: 100, maxBatchTimeout: 60 } },
      // Every fetch() of the Worker ends here, at an origin that accepts. A test that needs another one replaces fetch().
      outboundService: async (request) =>
        new URL(request.url).host === COPY_HOST ? Response.json(await answerCopy(request)) : new Response("OK"),
      compatibilityFlags: ["service_binding_extra_handlers"],
    },
  });
  return {
    test: {
      // One more than there are cores: tests over HTTP mostly wait.
      maxWorkers: availableParallelism() + 1,
      projects: [
        {
          plugins: [inWorkerd],
          test: {
            name: "workerd",
            include: ["test/**/*.test.{ts,tsx}"],
            exclude: [...OUTSIDE_WORKERD, ...DEPLOYS],
            setupFiles: ["./test/setup.ts"],
            // Only ends a test that hangs: the machine may be shared and slow.
            testTimeout: 60_000,
          },
        },
        {
          test: {
            name: "e2e",
            isolate: false,
            include: OUTSIDE_WORKERD,
            exclude: WALKS,
            // axe looks at each page of the console.
            testTimeout: 120_000,
            hookTimeout: 120_000,
          },
        },
        { test: { name: "walks", include: WALKS, testTimeout: 120_000, hookTimeout: 120_000 } },
        { test: { name: "deploy", include: DEPLOYS, testTimeout: 60_000, hookTimeout: 60_000 } },
      ],
      coverage: { provider: "istanbul" as const, include: ["src/**"], reporter: ["text"] },
    },
  };
});
