// What a person has to know of; and what of it is news, given what was told before. Pure; the words are in alert-words.ts.

export const CONDITIONS = [
  "d1",
  "d1-writes",
  "settings",
  "dead",
  "held",
  "overdue",
  "stale-url",
  "token-known",
  "new-address",
  "no-door",
  "quarantined",
  "stray-messages",
  "unresolved",
  "archive-behind",
  "near-full",
  "wrong-door",
] as const;

export type ConditionName = (typeof CONDITIONS)[number];

/** These wait until somebody has time. With all others money is lost, or work stands still, until somebody acts. */
const CAN_WAIT: ReadonlySet<ConditionName> = new Set(["quarantined", "archive-behind", "near-full", "wrong-door"]);

export function isUrgent(name: ConditionName): boolean {
  return !CAN_WAIT.has(name);
}

/** The most urgent first: in the order of CONDITIONS, those that can wait behind. */
export function byUrgency(conditions: readonly Condition[]): Condition[] {
  const rank = ({ name }: Condition) => CONDITIONS.indexOf(name) + (isUrgent(name) ? 0 : CONDITIONS.length);
  return conditions.toSorted((one, other) => rank(one) - rank(other));
}

/** Something that is so now. */
export interface Condition {
  readonly name: ConditionName;
  readonly count: number;
  /** Epoch ms. */
  readonly since: number;
  /** What belongs in the text besides: an address, the settings. */
  readonly detail: string | null;
  /** Of the oldest one, where it is about notifications. */
  readonly id?: string | null;
  readonly orderNo?: string | null;
}

/** What was told of it last. */
export interface ToldCondition {
  readonly name: ConditionName;
  /** The least count since then. */
  readonly count: number;
  readonly detail: string | null;
  readonly toldAt: number;
}

export interface News {
  /** What is so, and was not told or has grown. */
  readonly now: readonly Condition[];
  /** What was told and is over. */
  readonly over: readonly ConditionName[];
  /** Something was told, and nothing of all is so any more. */
  readonly allWell: boolean;
  /** What is told once the news is. */
  readonly told: readonly ToldCondition[];
}

/** A count that stopped here means "at least". */
export const ALERT_COUNTS_AT_MOST = 1000;
/** Growth is told no more often: whoever causes it could cause an alert each minute. */
export const AGAIN_MS = 60 * 60 * 1000;

/** One condition, one alert; its growth by the hour. Nothing while all stays as it was told. */
export function newsOf(conditions: readonly Condition[], before: readonly ToldCondition[], now: number): News {
  const news: Condition[] = [];
  const told = conditions.map((condition) => {
    const known = before.find(({ name }) => name === condition.name);
    const { name, count, detail } = condition;
    if (known && !isNews(condition, known, now)) return { ...known, count: Math.min(known.count, count) };
    news.push(condition);
    return { name, count, detail, toldAt: now };
  });
  const over = before
    .map(({ name }) => name)
    .filter((name) => !conditions.some((condition) => condition.name === name));
  return { now: news, over, allWell: over.length > 0 && conditions.length === 0, told };
}

function isNews({ name, count, detail }: Condition, known: ToldCondition, now: number): boolean {
  if (name === "settings") return detail !== known.detail;
  return count > known.count && now - known.toldAt >= AGAIN_MS;
}
