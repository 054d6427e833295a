// Words of the names of the pages, in English.
export const pages = {
  overview: "Overview",
  notifications: "Notifications",
  compare: "Compare",
  quarantine: "Quarantine",
  cancellations: "Cancellations",
  test: "Test",
  audit: "Audit",
};
