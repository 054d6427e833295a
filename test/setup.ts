// Every test file in workerd starts with an empty, migrated D1 and with modules that remember nothing, although files
// share an isolate.
import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";

vi.resetModules();
await reset();
await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
