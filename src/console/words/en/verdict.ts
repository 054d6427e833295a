// Words of the verdict on top of the overview, in English.
export const verdict = {
  well: (last: string, today: string) => `All is well: last notification ${last}, all of today's ${today} delivered.`,
  wellUnderWay: (last: string, today: string, pending: string) =>
    `All is well: last notification ${last}, ${today} received today, ${pending} on their way.`,
  wellNoneToday: (last: string) => `All is well: last notification ${last}, none today so far.`,
  wellNothing: "All is well: no notification was received yet.",
  urgent: "Not all is well: a person is needed now.",
  notice: "Look at this when you have time.",
  levels: { urgent: "Act now", notice: "When you have time" },
  since: "since",
  whatToDo: "What to do",
  away: (from: string, to: string) =>
    `KICC may have called in vain from ${from} to ${to}: in KICC's admin (Transaction management > Notification inquiry) send this time's notifications again.`,
  conditions: {
    d1: (_count: string) => "D1 does not answer as it should",
    "d1-writes": (_count: string) => "D1 takes no writes, or the cron does not run",
    settings: (count: string) => `Settings are wrong: ${count}`,
    dead: (count: string) => `Dead: ${count}. Our system never took them`,
    held: (count: string) => `Held: ${count}. A person has to decide`,
    overdue: (count: string) => `Overdue: ${count}. They should have been delivered more than 5 minutes ago`,
    "stale-url": (count: string) => `KICC calls with a wrong or old token: ${count} refused`,
    "token-known": (count: string) =>
      `An unknown address knows our token, most likely KICC's new one: ${count} refused`,
    "new-address": (count: string) => `KICC calls from a new address: ${count} refused`,
    "no-door": (count: string) => `KICC calls a path that is no notifyUrl: ${count} refused`,
    quarantined: (count: string) => `Calls of strangers that were refused and kept: ${count}`,
    "stray-messages": (_count: string) => "The queue brings messages here that another Worker should take",
    unresolved: (count: string) => `Announced cancellations without a result from KICC: ${count}`,
    "archive-behind": (_count: string) => "The archive is two days behind",
    "near-full": (_count: string) => "D1 is more than 80 % full",
    "wrong-door": (_count: string) => "KICC calls the notifyUrl of another product. What it sent was taken",
  },
};
