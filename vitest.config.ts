import { availableParallelism } from "node:os";
import path from "node:path";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

// What the settings are in workerd tests, unless a test makes its own.
const SETTINGS = {
  KICC_ENVIRONMENT: "production",
  ORIGIN_URL: "https://origin.example/kicc",
  ORIGIN_SIGNING_SECRET: "whsec_bG9jYWwtd29yay1vbmx5LW5vdC1hLXNlY3JldCE=",
  CONSOLE_TOKEN: "console-token",
};

// How much of the archive's chaos: a little, unless test/chaos/archive.ts asks for more.
const ARCHIVE_CHAOS = JSON.parse(
  process.env["ARCHIVE_CHAOS"] ?? '{"notifications":400,"days":8,"seeds":[1,2]}',
) as Record<string, number | number[]>;

// These speak to a whole Worker over HTTP, from Node.
const OUTSIDE_WORKERD = ["test/{e2e,simulator,puller,deploy,origins,monitoring}/**/*.test.ts"];

export default defineConfig(async () => {
  const migrations = await readD1Migrations(path.join(import.meta.dirname, "migrations"));
  const inWorkerd = cloudflareTest({
    wrangler: { configPath: "./wrangler.toml" },
    miniflare: {
      r2Buckets: ["BUCKET"], // of the archive's own tests: the others have none
      bindings: { ...SETTINGS, TEST_MIGRATIONS: migrations, ARCHIVE_CHAOS },
      // Tests hand the consumer its messages; a consumer that still runs when a file ends hangs the runner. The local
      // queue at work is in test/e2e.
      queueConsumers: { "kicc-deliveries": { maxBatchSize: 100, maxBatchTimeout: 60 } },
      // The internet of these tests: an origin that accepts. Tests that want another one put it in place of fetch().
      outboundService: () => new Response("OK"),
      compatibilityFlags: ["service_binding_extra_handlers"],
    },
  });
  return {
    test: {
      // Where there are two cores Vitest would take one file after the other.
      maxWorkers: Math.max(2, availableParallelism() - 1),
      projects: [
        {
          plugins: [inWorkerd],
          test: {
            name: "workerd",
            include: ["test/**/*.test.{ts,tsx}"],
            exclude: OUTSIDE_WORKERD,
            setupFiles: ["./test/setup.ts"],
            // Against hanging, not for measuring: the machine may be shared.
            testTimeout: 60_000,
          },
        },
        {
          test: {
            name: "e2e",
            include: OUTSIDE_WORKERD,
            testTimeout: 60_000,
            hookTimeout: 60_000,
          },
        },
      ],
      coverage: { provider: "istanbul" as const, include: ["src/**"], reporter: ["text"] },
    },
  };
});
