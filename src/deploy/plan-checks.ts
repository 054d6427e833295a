// Checks which limit of the account's plan is near, as far as Cloudflare's API and the receiver's lists show it.
import type { CloudflareApi } from "./cloudflare-api.ts";
import { type Finding, near, well, wrong } from "./finding.ts";
import { RETENTION_SECONDS, listQueues } from "./storage.ts";

export interface PlanSetup {
  readonly api: CloudflareApi;
  readonly account: string;
  readonly database: string;
  readonly queues: readonly string[];
}

/** Per day on Workers Free. Its 10,000 queue operations are the first limit, at 3 per notification. */
export const FREE_NOTIFICATIONS_A_DAY = 3300;
const LARGEST_DATABASE_BYTES = { free: 500_000_000, paid: 10_000_000_000 } as const;
const NEAR = 0.8;

/** @param received notifications of the last day; null where that is not known */
export async function checkPlan(
  { api, account, database, queues }: PlanSetup,
  received: number | null,
): Promise<Finding[]> {
  const known = await listQueues({ api, account });
  const ours = known.filter(({ queue_name }) => queues.includes(queue_name));
  const retentions = ours.map(({ settings }) => settings?.message_retention_period ?? 0);
  const plan = retentions.some((seconds) => seconds > RETENTION_SECONDS.free) ? "paid" : "free";
  const missing = queues.filter((name) => !ours.some(({ queue_name }) => queue_name === name));
  return [
    missing.length > 0
      ? wrong("queues", `missing: ${missing.join(", ")}`, "npm run deploy")
      : plan === "paid"
        ? well("queues", "keep messages for longer than a day")
        : near(
            "queues",
            "keep messages for 1 day, as on Workers Free: D1 may be away no longer",
            "On Workers Paid: npx wrangler queues update <queue> --message-retention-period-secs 1209600",
          ),
    await sizeOf(api, account, database, plan),
    ...(plan === "free" && received !== null ? [dayOf(received)] : []),
  ];
}

function dayOf(received: number): Finding {
  const text = `${received} notifications in the last 24 h, and Workers Free has queue operations for ${FREE_NOTIFICATIONS_A_DAY} a day`;
  if (received < FREE_NOTIFICATIONS_A_DAY * NEAR) return well("Workers Free", text);
  return near(
    "Workers Free",
    text,
    "Change to Workers Paid: beyond it they are kept and acked, and delivered by the cron, late",
  );
}

async function sizeOf(api: CloudflareApi, account: string, database: string, plan: "free" | "paid"): Promise<Finding> {
  const answer = await api.get<{ file_size?: number }>(`/accounts/${account}/d1/database/${database}`);
  if (answer.end === "refused")
    return wrong("D1", `cannot be seen: ${answer.message} (${answer.code})`, "npm run deploy");
  const { file_size: bytes } = answer.result;
  if (bytes === undefined) return near("D1", "Cloudflare does not say how large it is");
  const most = LARGEST_DATABASE_BYTES[plan];
  const text = `${Math.ceil(bytes / 1e6)} MB of ${most / 1e6}`;
  if (bytes < most * NEAR) return well("D1", text);
  return near(
    "D1",
    text,
    "Set a shorter RETENTION_DAYS, or change to Workers Paid; a full database takes nothing more",
  );
}
