// What is pending, by the index of what is due: no other has it. In bounded number, whatever the backlog.

/** Above it a list looks at the newest rows of all instead: in such a backlog most of them are pending. */
const FEW = 150;

/**
 * SQL: the seqs of those due first and of those due last, which have been tried for longest. Where fewer than twice `each`
 * are pending some stand twice, and none is missing.
 */
export function pendingSeqs(each: number): string {
  return `SELECT * FROM (${pending("next_attempt_at", each)}) UNION ALL SELECT * FROM (${pending("next_attempt_at DESC", each)})`;
}

/** SQL: the seqs of all pending ones, where they are few. */
export const FEW_PENDING_SEQS = pending("next_attempt_at", FEW);

/** Whether more than that are pending. */
export async function areManyPending(db: D1Database): Promise<boolean> {
  const row = await db
    .prepare(`SELECT count(*) > ${FEW} AS many FROM (${pending("next_attempt_at", FEW + 1)})`)
    .first<{ many: 0 | 1 }>();
  return row?.many === 1;
}

function pending(order: string, limit: number): string {
  return `SELECT seq FROM notifications INDEXED BY due WHERE state = 'pending' ORDER BY ${order} LIMIT ${limit}`;
}
