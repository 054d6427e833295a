// The conditions that a person has to know about, and which of them are news since the last alert. Pure. The texts are
// in alert-words.ts.

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

/** These wait until somebody has time. With all others, money is lost or work stands still until somebody acts. */
const CAN_WAIT: ReadonlySet<ConditionName> = new Set(["quarantined", "archive-behind", "near-full", "wrong-door"]);

export function isUrgent(name: ConditionName): boolean {
  return !CAN_WAIT.has(name);
}

/** Sorts the most urgent first, in the order of CONDITIONS. Those that can wait come last. */
export function byUrgency(conditions: readonly Condition[]): Condition[] {
  const rank = ({ name }: Condition) => CONDITIONS.indexOf(name) + (isUrgent(name) ? 0 : CONDITIONS.length);
  return conditions.toSorted((one, other) => rank(one) - rank(other));
}

/** A condition that holds now. */
export interface Condition {
  readonly name: ConditionName;
  readonly count: number;
  /** Epoch ms. */
  readonly since: number;
  /** More text for the alert: an address, the wrong settings. */
  readonly detail: string | null;
  /** The id and order number of the oldest notification, where the condition is about notifications. */
  readonly id?: string | null;
  readonly orderNo?: string | null;
}

/** What the last alert said about a condition. */
export interface ToldCondition {
  readonly name: ConditionName;
  /** The lowest count since that alert. */
  readonly count: number;
  readonly detail: string | null;
  readonly toldAt: number;
}

export interface News {
  /** Conditions that hold now and were not alerted yet, or have grown. */
  readonly now: readonly Condition[];
  /** Conditions that were alerted and no longer hold. */
  readonly over: readonly ConditionName[];
  /** At least one condition was alerted, and now none holds. */
  readonly allWell: boolean;
  /** What has been told once this news is told. */
  readonly told: readonly ToldCondition[];
}

/** Counting stops here: this number means "at least". */
export const ALERT_COUNTS_AT_MOST = 1000;
/** Growth is alerted at most once an hour. Otherwise whoever causes it could cause an alert each minute. */
export const ALERT_AGAIN_MS = 60 * 60 * 1000;

/**
 * Each condition causes one alert, and its growth at most one an hour. Nothing is news while all stays as it was told.
 */
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
  return count > known.count && now - known.toldAt >= ALERT_AGAIN_MS;
}
