// What a person has to know of, in words; and what of it is news, given what was told before. Pure.

export const CONDITIONS = [
  "d1",
  "settings",
  "dead",
  "held",
  "overdue",
  "stale-url",
  "token-known",
  "quarantined",
  "stray-messages",
  "unresolved",
  "archive-behind",
  "near-full",
] as const;

export type ConditionName = (typeof CONDITIONS)[number];

/** Something that is so now. */
export interface Condition {
  readonly name: ConditionName;
  readonly count: number;
  /** Epoch ms. */
  readonly since: number;
  /** What belongs in the text besides: an address, the settings. */
  readonly detail: string | null;
}

/** What was told of it last. */
export interface Told {
  readonly name: ConditionName;
  /** The least count since then. */
  readonly count: number;
  readonly detail: string | null;
  readonly toldAt: number;
}

export interface News {
  readonly lines: readonly string[];
  /** What is told once the lines are. */
  readonly told: readonly Told[];
}

/** A count that stopped here means "at least". */
export const COUNTED_AT_MOST = 1000;
// Few are told one by one; many when they have doubled, or by the hour.
const FEW = 5;
const AGAIN_MS = 60 * 60 * 1000;

/** One line for each change, none while all stays as it was told. */
export function newsOf(conditions: readonly Condition[], before: readonly Told[], now: number): News {
  const lines: string[] = [];
  const told = conditions.map((condition) => {
    const known = before.find(({ name }) => name === condition.name);
    const { name, count, detail } = condition;
    if (known && !isNews(condition, known, now)) return { ...known, count: Math.min(known.count, count) };
    lines.push(describe(condition));
    return { name, count, detail, toldAt: now };
  });
  const over = before.filter(({ name }) => !conditions.some((condition) => condition.name === name));
  for (const { name } of over) lines.push(`No longer: ${TITLES[name]}.`);
  if (over.length > 0 && conditions.length === 0) lines.push("All well again.");
  return { lines, told };
}

function isNews({ name, count, detail }: Condition, known: Told, now: number): boolean {
  if (name === "settings") return detail !== known.detail;
  if (count <= known.count) return false;
  return detail !== known.detail || count <= FEW || count >= 2 * known.count || now - known.toldAt >= AGAIN_MS;
}

const TITLES: Readonly<Record<ConditionName, string>> = {
  d1: "D1 does not answer as it should",
  settings: "settings are wrong",
  dead: "dead notifications",
  held: "held notifications",
  overdue: "overdue notifications",
  "stale-url": "KICC calls a stale notifyUrl",
  "token-known": "a stranger knows the NOTIFY_TOKEN",
  quarantined: "refused sendings in quarantine",
  "stray-messages": "messages in the queue that another Worker should take",
  unresolved: "unresolved cancellations",
  "archive-behind": "the archive is behind",
  "near-full": "D1 is nearly full",
};

/** What it is, how many, since when, where to look. Neither bodies nor secrets. */
function describe({ name, count, since, detail }: Condition): string {
  const from = `since ${timeOf(since)}`;
  const about = detail === null ? "" : ` (${detail})`;
  switch (name) {
    case "d1":
      return `D1 does not answer as it should, ${from}${about}. Notifications are acked through the queue meanwhile. Look at the database and its migrations: wrangler d1 migrations list DB --remote.`;
    case "settings":
      return `Settings are wrong, ${from}: ${detail}. What they are needed for waits until the next deploy.`;
    case "dead":
      return `${many(count, "notification")} dead: the origin did not take them. The oldest came ${timeOf(since)}. Look at /console or GET /api/notifications?state=dead, then replay or close.`;
    case "held":
      return `${many(count, "notification")} held, to be decided by a person. The oldest came ${timeOf(since)}. Look at /console or GET /api/notifications?state=held, then replay or close.`;
    case "overdue":
      return `${many(count, "notification")} overdue for more than 5 minutes: the oldest was due ${timeOf(since)}. Look at /health, the queue's backlog and the origin or its puller.`;
    case "stale-url":
      return `KICC's address called with a wrong token, ${from}: a stale notifyUrl. ${many(count, "sending")} kept in quarantine. Tell KICC the right notifyUrl or add the old token to NOTIFY_TOKEN, then release them at /console or POST /api/quarantine/{id}/release.`;
    case "token-known":
      return `An address that is not in KICC_SOURCES called with the right NOTIFY_TOKEN, ${from}${about}. Most likely KICC has a new address: ask KICC, add it to KICC_SOURCES, then release at /console. Otherwise change the token.`;
    case "quarantined":
      return `${many(count, "refused sending")} kept in quarantine, ${from}. Look at /console or GET /api/quarantine, then release or drop.`;
    case "stray-messages":
      return `DELIVERY is queue, but messages of kicc-deliveries arrive at this Worker, ${from}. They are left there. Take its queues.consumers out of wrangler.toml and detach it: wrangler queues consumer worker remove.`;
    case "archive-behind":
      return `The archive is behind, ${from}: finished notifications stay in D1 two days longer than HOT_DAYS says. Nothing is lost. Look for archive.failed in the logs, and at the bucket.`;
    case "near-full":
      return `D1 is more than 80 % full, ${from}: at 10 GB it takes nothing more. Bind an R2 bucket as ARCHIVE, or lower HOT_DAYS, or RETENTION_DAYS where there is no archive.`;
    case "unresolved":
      return `${many(count, "announced cancellation")} unresolved: neither KICC's notification nor its status API told a result. The oldest was announced ${timeOf(since)}. Look at /console or GET /api/cancellations?state=unresolved.`;
  }
}

function many(count: number, what: string): string {
  const number = count >= COUNTED_AT_MOST ? `At least ${COUNTED_AT_MOST}` : String(count);
  return count === 1 ? `1 ${what} is` : `${number} ${what}s are`;
}

/** As people at the merchant read it: KST, to the minute. */
function timeOf(instant: number): string {
  return `${new Date(instant + 9 * 60 * 60 * 1000).toISOString().slice(0, 16).replace("T", " ")} KST`;
}
