// Searching the archive: how often a search by each number reads R2 while the archive grows, and whether it finds
// everything that D1 had.
import { bundle } from "./bundle.ts";
import type { Counted } from "./archive-worker.ts";
import { insertOld, storeTemplates } from "./old-ones.ts";
import { SETTINGS, startRuntime } from "./runtime.ts";
import { figure, markdown, median } from "./statistics.ts";

const DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;
const FIRST = Date.parse("2026-01-01T00:00:00+09:00");
const HOT_DAYS = 7;
/** So many notifications of each day are read in D1 before the move, and in the archive after it. */
const SAMPLES = 4;
const SEARCHES = 20;
/** The searches are counted after so many days. */
const STEPS: ReadonlySet<number> = new Set([1, 3, 10, 20, 30]);
const BY = ["id", "pgCno", "cancelPgCno", "shopOrderNo"] as const;

type One = Readonly<Record<(typeof BY)[number], string | null>>;
type Had = { readonly one: One; readonly whole: string };

export async function benchFind(count: number): Promise<string> {
  const script = await bundle("test/bench/archive-worker.ts");
  const runtime = await startRuntime([
    { name: "archive", script, archives: true, settings: { HOT_DAYS: String(HOT_DAYS) } },
  ]);
  try {
    const [db, base] = [await runtime.db("archive"), await runtime.url("archive")];
    const ask = async (path: string, body?: object) => {
      const headers = { authorization: `Bearer ${SETTINGS.CONSOLE_TOKEN}` };
      const response = await fetch(
        new URL(path, base),
        body ? { method: "POST", body: JSON.stringify(body) } : { headers },
      );
      const { r2 } = JSON.parse(response.headers.get("x-counted") ?? "{}") as Counted;
      const text = await response.text();
      if (!response.ok) throw new Error(`Cannot bench ${path}: ${response.status} ${text.slice(0, 300)}`);
      return { text, gets: r2["get"] ?? 0 };
    };
    await storeTemplates(db);
    const had: Had[] = [];
    const rows: (string | number)[][] = [];
    const perDay = Math.ceil(count / DAYS);
    for (let day = 0; day < DAYS; day++) {
      const from = FIRST + day * DAY_MS;
      await insertOld(db, {
        first: day * perDay,
        count: perDay,
        from,
        everyMs: Math.floor(DAY_MS / (perDay + 1)),
        all: count,
      });
      had.push(...(await sampled(db, ask)));
      const now = from + (HOT_DAYS + 2) * DAY_MS;
      for (let left = 1; left > 0; left = await countOld(db)) await ask("/bench/run", { now, hotDays: HOT_DAYS });
      if (STEPS.has(day + 1)) rows.push(await searched(db, ask, had, (day + 1) * perDay));
    }
    const different = await differing(ask, had);
    const head = ["archived", "runs", ...BY.map((by) => `reads by ${by}`), "of none", "median ms"];
    return `${markdown([head, ...rows])}

Reads of R2 (class B) of \`GET /api/notifications?q=\`, median (least–most) of ${SEARCHES} searches of each, over ${DAYS} days of receipt, of which each was moved by
the cron's own step before the next one came. Two reads for each run of index objects, one for each part that has a match: an order has
two notifications. ${had.length} were read by \`GET /api/notifications/{id}?body=whole\` in D1 before and in the archive at last: ${different} differed in a byte, \`archived\` and \`related\` aside.`;
  } finally {
    await runtime.close();
  }
}

type Ask = (path: string) => Promise<{ readonly text: string; readonly gets: number }>;

async function countOld(db: D1Database): Promise<number> {
  return (
    (await db.prepare("SELECT count(*) AS n FROM notifications WHERE state = 'delivered'").first<number>("n")) ?? 0
  );
}

async function sampled(db: D1Database, ask: Ask): Promise<Had[]> {
  const { results } = await db
    .prepare("SELECT id FROM notifications WHERE state = 'delivered' ORDER BY id LIMIT ?")
    .bind(SAMPLES)
    .run<{ id: string }>();
  return Promise.all(
    results.map(async ({ id }) => {
      const { text } = await ask(`/api/notifications/${id}?body=whole`);
      return { one: JSON.parse(text) as One, whole: comparable(text) };
    }),
  );
}

/** Removes the fields that differ between D1 and the archive by design. */
function comparable(text: string): string {
  const { archived: _archived, related: _related, ...rest } = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify(rest);
}

async function searched(db: D1Database, ask: Ask, had: readonly Had[], archived: number): Promise<(string | number)[]> {
  const runs = await db
    .prepare("SELECT count(DISTINCT coalesce(run, name)) AS n FROM archive_index")
    .first<number>("n");
  const times: number[] = [];
  const cells: string[] = [];
  const readsOf = async (numbers: readonly string[], isThere: boolean) => {
    const reads: number[] = [];
    for (const number of numbers) {
      const startedAt = performance.now();
      const { text, gets } = await ask(`/api/notifications?q=${encodeURIComponent(number)}`);
      times.push(performance.now() - startedAt);
      const { notifications } = JSON.parse(text) as { notifications: { archived: boolean }[] };
      if (notifications.some((one) => !one.archived) || notifications.length > 0 !== isThere) {
        throw new Error(`Cannot bench: ${number} found ${notifications.length}`);
      }
      reads.push(gets);
    }
    const sorted = reads.toSorted((a, b) => a - b);
    return `${median(reads)} (${sorted[0]}–${sorted.at(-1)})`;
  };
  for (const by of BY) {
    const numbers = had.map(({ one }) => one[by]).filter((number) => number !== null);
    cells.push(await readsOf(numbers.toReversed().slice(0, SEARCHES), true));
  }
  cells.push(
    await readsOf(
      Array.from({ length: SEARCHES }, (_, index) => `29${String(index).padStart(18, "0")}`),
      false,
    ),
  );
  return [archived.toLocaleString("en-US"), runs ?? 0, ...cells, figure(median(times))];
}

async function differing(ask: Ask, had: readonly Had[]): Promise<number> {
  let different = 0;
  for (const { one, whole } of had) {
    const { text } = await ask(`/api/notifications/${one.id}?body=whole`);
    if (comparable(text) !== whole || !(JSON.parse(text) as { archived: boolean }).archived) different += 1;
  }
  return different;
}
