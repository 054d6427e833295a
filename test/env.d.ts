import type { D1Migration } from "cloudflare:test";
import type * as worker from "../src/index.ts";

declare global {
  namespace Cloudflare {
    interface Env {
      readonly TEST_MIGRATIONS: D1Migration[];
      readonly BUCKET: R2Bucket;
      /** 30 a minute. */
      readonly FEW: RateLimit;
      readonly RELEASED: D1Database;
      readonly RELEASED_MIGRATIONS: D1Migration[];
      readonly RELEASED_ROWS: number;
      readonly ARCHIVE_CHAOS: { notifications: number; days: number; seeds: number[] };
    }
    interface GlobalProps {
      mainModule: typeof worker;
    }
  }
}
