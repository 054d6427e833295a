// Words of the list of notifications, in English.
export const notifications = {
  newestFirst: "Newest first. Times are Korean (KST).",
  noneFound: (q: string) => `KICC has told us nothing about “${q}”`,
  noneFoundState: (q: string) => `None in this state for “${q}”`,
  noneFoundLead: "The search is exact: use the whole number. If it is right, look in these places:",
  noneFoundQuarantine: "Quarantine: it may have been refused",
  noneFoundCancellations: "Expected cancellations: KICC may have been asked",
  noneFoundAll: "All states",
  clear: "Clear the search",
  replayAll: "Send all dead ones again…",
  replayAllLead: "All that are dead now are delivered again, at a bounded rate.",
  replayAllDo: "Send all again",
};
