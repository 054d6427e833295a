// A row as a line of the archive: the shape `one` of the API without related and consoleUrl, and what restoring needs.
import { showBody } from "../kinds/personal.ts";
import type { ArchivedRow } from "../store/archive-plan.ts";
import { rfc3339 } from "../time.ts";

export type ArchivedLine = ReturnType<typeof lineOf>;

export function lineOf(row: ArchivedRow) {
  const { text: body, charset } = showBody(row.body, row.contentType);
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    reason: row.reason,
    source: row.source,
    reference: row.reference,
    mallId: row.mallId,
    shopOrderNo: row.shopOrderNo,
    pgCno: row.pgCno,
    cancelPgCno: row.cancelPgCno,
    resCd: row.resCd,
    resMsg: row.resMsg,
    cancelDate: row.cancelDate,
    eventDate: row.eventDate,
    currency: row.currency,
    amount: row.amount,
    repeats: row.repeats,
    receivedAt: rfc3339(row.receivedAt),
    receipts: row.receipts,
    attempts: row.attempts,
    nextAttemptAt: null,
    deliveredAt: row.state === "delivered" && row.deliveredAt !== null ? rfc3339(row.deliveredAt) : null,
    archived: true,
    history: row.history.map(({ head: _head, ...attempt }) => ({ ...attempt, startedAt: rfc3339(attempt.startedAt) })),
    body,
    bodyBase64: row.body.toBase64(),
    charset,
    sourceAddress: row.sourceAddress,
    contradicts: row.contradicts,
    contentType: row.contentType,
    note: row.note,
  };
}
