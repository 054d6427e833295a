// Reads pending rows by the index `due`; no other index has them. The number of rows read is bounded, whatever the
// backlog.

/** With more pending rows than this, a list looks through the newest rows of all: then most of them are pending. */
const FEW = 150;

/**
 * SQL: the seqs of the rows that are due first, and of those due last, which have been tried for longest. With fewer
 * than twice `each` pending rows some seqs stand twice, and none is missing.
 */
export function pendingSeqs(each: number): string {
  return `SELECT * FROM (${pending("next_attempt_at", each)}) UNION ALL SELECT * FROM (${pending("next_attempt_at DESC", each)})`;
}

/** SQL: the seqs of all pending rows, where there are few. */
export const FEW_PENDING_SEQS = pending("next_attempt_at", FEW);

/** Whether there are more. */
export async function areManyPending(db: D1Database): Promise<boolean> {
  const row = await db
    .prepare(`SELECT count(*) > ${FEW} AS many FROM (${pending("next_attempt_at", FEW + 1)})`)
    .first<{ many: 0 | 1 }>();
  return row?.many === 1;
}

function pending(order: string, limit: number): string {
  return `SELECT seq FROM notifications INDEXED BY due WHERE state = 'pending' ORDER BY ${order} LIMIT ${limit}`;
}
