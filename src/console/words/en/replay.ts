// Words of sending many again, in English.
export const replay = {
  title: "Send many again",
  link: "Send these again…",
  count: (count: string) => `${count} would be sent again`,
  sum: (kind: string, count: string, sum: string) => `${kind}: ${count}, successes among them sum up to ${sum}`,
  part: (count: string) => `The first ${count} were looked at. All that fit are sent again or closed, not these alone.`,
  countAll: "Count and sum up all",
  doIt: "Send all of them again",
  back: "Back to the list",
  close: "Close all by hand…",
  closeLead:
    "All of them are closed with this note and are not delivered any more: up to 2,000 at a time, the oldest first.",
  cannot: "This filter cannot be sent again as a whole. Choose Dead or Held, or Delivered with a beginning and an end.",
  tooShort: "More numbers begin with this search than can be told. Type more of it.",
  underWay: "Under way",
  none: "None is under way.",
  asked: "asked for",
  left: (done: string, total: string) => `${done} of ${total} are sent`,
  stop: "Stop",
  lead: "The cron sends up to 200 a minute, in the order of receipt. What has been sent stays so when you stop.",
};
