// Brings D1 to the schema that the code needs, before the code is deployed. For a database in use it names a bookmark
// to return to: a migration that fails midway leaves its first tables, because D1 runs it without a transaction.
import type { Progress } from "./progress.ts";
import type { Project } from "./project.ts";
import { Stop } from "./stop.ts";
import type { Wrangler } from "./wrangler.ts";

export interface MigrationsSetup {
  readonly wrangler: Wrangler;
  readonly progress: Progress;
  readonly dryRun: boolean;
}

/** @param wasThere false where the database was made just now */
export async function migrate({ database }: Project, wasThere: boolean, setup: MigrationsSetup): Promise<void> {
  const { wrangler, progress, dryRun } = setup;
  if (!wasThere && dryRun) {
    progress.made("all migrations, into the new database");
    return;
  }
  const listed = await wrangler(["d1", "migrations", "list", "DB", "--remote"]);
  if (!listed.ok) throw new Stop("Cannot see which migrations are missing", { output: listed.output });
  const missing = [...listed.output.matchAll(/│\s*(\S+\.sql)\s*│/g)].map(([, name]) => name ?? "");
  if (missing.length === 0) {
    progress.is("all migrations are applied");
    return;
  }
  const before = wasThere && !dryRun ? await bookmarkOf(wrangler) : null;
  if (before !== null)
    progress.note(`Before these migrations: npx wrangler d1 time-travel restore ${database} --bookmark=${before}`);
  const applied = dryRun ? null : await wrangler(["d1", "migrations", "apply", "DB", "--remote"]);
  if (applied && !applied.ok) throw failed(database, before, applied.output);
  progress.made(`migrations ${missing.join(", ")}`);
}

async function bookmarkOf(wrangler: Wrangler): Promise<string | null> {
  const { ok, stdout } = await wrangler(["d1", "time-travel", "info", "DB", "--json"]);
  const [, bookmark = null] = (ok && /"bookmark":\s*"([^"]+)"/.exec(stdout)) || [];
  return bookmark;
}

function failed(database: string, before: string | null, output: string): Stop {
  const halfDone = /already exists|duplicate column/i.test(output);
  const restore = before === null ? "--timestamp=<before the first try>" : `--bookmark=${before}`;
  const todo = halfDone
    ? [
        "An earlier try broke off inside a migration, and left what it had made until then. Take the database back to before it:",
        `  npx wrangler d1 time-travel restore ${database} --timestamp=<before that try, such as 2026-11-26T09:00:00Z>`,
        `If it has never held a notification, delete it instead: npx wrangler d1 delete ${database}`,
        "Then run this again.",
      ]
    : [
        "The Worker was not touched: what is deployed goes on.",
        `To take D1 back: npx wrangler d1 time-travel restore ${database} ${restore}`,
      ];
  return new Stop("A migration failed", { output, todo });
}
