// Words of the announced cancellations and approvals, in English.
export const cancellations = {
  register: "What was announced",
  cancellations: {
    one: "Expected cancellation",
    many: "Cancellations",
    lead: "Cancellations that our system announced. KICC is asked about those it does not tell of.",
  },
  approvals: {
    one: "Expected approval",
    many: "Approvals",
    lead: "Approvals that our system announced. KICC is asked about those it does not tell of.",
  },
  state: "State",
  announced: "Announced",
  asks: "Asked",
  next: "Asked next",
  queries: "What KICC was asked",
  noQueries: "KICC was not asked yet.",
  askNow: "Ask KICC now",
  settledBy: "Settled by",
  states: {
    expected: "Expected",
    notified: "Notified",
    reconciled: "Reconciled",
    failed: "Failed",
    unresolved: "Unresolved",
  },
  leads: {
    expected: "KICC's notification is awaited.",
    notified: "KICC's notification came.",
    reconciled: "KICC confirmed it when asked.",
    failed: "KICC told of a failure, and no success came.",
    unresolved: "KICC was asked to the end and never said that it took place. Ask KICC's support.",
  },
};
