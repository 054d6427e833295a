// The paths of all the console's pages, chosen so that D1 as filled by rows.ts has something to show on each. For tests
// and for the benchmark.

export const CANCEL_PG_CNO = "26011409120300000004";
export const PG_CNO = "26011314205500000004";
export const ntf = (index: number) => `ntf_${index.toString(16).padStart(32, "0")}`;
export const qrt = (index: number) => `qrt_${index.toString(16).padStart(32, "0")}`;

export const LISTS = ["/notifications", "/notifications?state=dead", "/notifications?state=overdue", "/quarantine"];

export const PAGES = [
  "",
  ...LISTS,
  "/notifications?q=ORD-20260113-00001",
  "/notifications?q=nothing",
  `/notifications/${ntf(1)}`,
  `/quarantine/${qrt(1)}`,
  "/cancellations",
  "/cancellations?state=unresolved",
  `/cancellations/${CANCEL_PG_CNO}`,
  "/compare",
  "/replay-many",
  "/guide/down",
  "/guide/address",
  "/guide/refund",
  `/guide/refund?number=${CANCEL_PG_CNO}`,
  "/replay-many?state=dead",
  "/approvals",
  "/approvals?state=unresolved",
  `/approvals/${PG_CNO}`,
  "/test",
  `/test?id=${ntf(1)}`,
  "/audit",
];
