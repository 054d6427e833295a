// Which index objects of the archive a search reads.

export interface IndexObject {
  readonly name: string;
  readonly level: number;
}

export async function readIndexes(db: D1Database): Promise<IndexObject[]> {
  const { results } = await db.prepare("SELECT name, level FROM archive_index ORDER BY level, name").run<IndexObject>();
  return results;
}

/** Several become one, in one transaction; nothing happens where another run merged them before. */
export async function replaceIndexes(db: D1Database, names: readonly string[], by: IndexObject): Promise<void> {
  const list = JSON.stringify(names);
  await db.batch([
    db
      .prepare(
        `INSERT OR IGNORE INTO archive_index (name, level) SELECT ?1, ?2
         WHERE (SELECT count(*) FROM archive_index WHERE name IN (SELECT value FROM json_each(?3))) = ?4`,
      )
      .bind(by.name, by.level, list, names.length),
    db
      .prepare(
        `DELETE FROM archive_index WHERE name IN (SELECT value FROM json_each(?1))
         AND EXISTS (SELECT 1 FROM archive_index WHERE name = ?2)`,
      )
      .bind(list, by.name),
  ]);
}
