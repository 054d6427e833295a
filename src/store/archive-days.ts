// Which days the archive has, and how many manifests each: written by the statement that deletes a part's rows.

export interface ArchivedDay {
  /** KST. */
  readonly day: string;
  readonly manifests: number;
}

/** Newest first. @param first @param last days, both included */
export async function readArchivedDays(db: D1Database, first: string, last: string): Promise<ArchivedDay[]> {
  const { results } = await db
    .prepare(
      `SELECT day, manifests FROM archive_days WHERE stream = 'notifications' AND day BETWEEN ? AND ? ORDER BY day DESC`,
    )
    .bind(first, last)
    .run<ArchivedDay>();
  return results;
}
