// The ledger of a run in which KICC loses notifications: that of a push run, and what became of the announced
// cancellations.
import type { Call } from "../simulator/calls.ts";
import { type Ended, outcomeOf, overlapsOf, rowsOfCase } from "./announced.ts";
import type { LedgerRow } from "./control.ts";
import type { Sent } from "./kicc.ts";
import { type Ledger, acceptancesOf, ledgerOf } from "./ledger.ts";
import { PUSH_LEASE_MS } from "./run.ts";
import type { Happened } from "./stage.ts";

interface LoseRun {
  readonly ended: readonly Ended[];
  readonly sent: Sent;
  readonly rows: readonly LedgerRow[];
  readonly happened: Happened;
  /** As KICC saw them. */
  readonly queries: readonly Call[];
  /** Whether KICC and the merchant are through with all. */
  readonly isThrough: boolean;
}

/** Only one that the origin refuses for ever is sure to use up its message's tries, and of those this run has none. */
const BY_LUCK = "queue: gave a message up";
const STATES = ["expected", "notified", "reconciled", "failed", "unresolved"] as const;

export function loseLedger({ ended, sent, rows, happened, queries, isThrough }: LoseRun): Ledger {
  const rowsOf = rowsOfCase(rows);
  const told = ended.map((each) => each.told);
  const fired = Object.fromEntries(
    Object.entries(happened.fired).filter(([fault, times]) => fault !== BY_LUCK || times > 0),
  );
  const ledger = ledgerOf({ told, sent, rows, happened: { ...happened, fired }, leaseMs: PUSH_LEASE_MS, rowsOf });
  const acceptances = acceptancesOf(happened);
  const known = ended.filter(({ one }) => one.announced !== null);
  const outcomes = known.map((each) => outcomeOf(each, rowsOf(each.told), acceptances));
  const lost = outcomes.flatMap((outcome) => outcome.lost);
  const wrong = outcomes.flatMap((outcome) => outcome.wrong);
  const refused = queries.filter(({ reply }) => reply.resCd !== "0000");
  const lostByKicc = ended.reduce((sum, { one }) => sum + one.lost, 0);
  const inState = (state: string) => known.filter(({ shown }) => shown?.state === state).length;
  return {
    ...ledger,
    figures: {
      ...ledger.figures,
      notifications: (ledger.figures["notifications"] ?? 0) + lostByKicc,
      "lost by KICC for good": lostByKicc,
      lost: (ledger.figures["lost"] ?? 0) + lost.length,
      announced: known.filter(({ isAnnounced }) => isAnnounced).length,
      "asked (queries)": happened.queries.length,
      ...Object.fromEntries(STATES.map((state) => [state, inState(state)])),
      "notified after KICC had said so": rows.filter((row) => row.source === "status-api" && row.receipts > 1).length,
    },
    complaints: [
      ...lost.map((text) => `lost: ${text}`),
      ...wrong.map((text) => `wrong end: ${text}`),
      ...overlapsOf(happened.queries),
      ...refused.map(({ reply, request }) => `KICC refused a query: ${reply.resMsg} ${String(request["cancelPgCno"])}`),
      ...(isThrough ? [] : ["KICC or the merchant still waits for something"]),
      ...ledger.complaints,
    ],
  };
}
