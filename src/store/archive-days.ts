// The days that the archive has: the number of manifests of each, and their size. The statement that deletes a part's rows
// writes them.

export interface ArchivedDay {
  /** KST. */
  readonly day: string;
  readonly manifests: number;
}

/** Newest first. @param first the first day @param last the last day, included */
export async function readArchivedDays(db: D1Database, first: string, last: string): Promise<ArchivedDay[]> {
  const { results } = await db
    .prepare(
      `SELECT day, manifests FROM archive_days WHERE stream = 'notifications' AND day BETWEEN ? AND ? ORDER BY day DESC`,
    )
    .bind(first, last)
    .run<ArchivedDay>();
  return results;
}
