// The audit: who did what to what, and when. An entry is written in the batch of the change that it describes.

export interface Entry {
  readonly at: number;
  /** `token`, `delivery-token`, or the e-mail address that Cloudflare Access vouches for. */
  readonly who: string;
  readonly what: string;
  /** The id of what was changed; null where it was many. */
  readonly subject: string | null;
  readonly note: string | null;
}

export interface AuditRow extends Entry {
  readonly id: number;
}

/** For a batch, directly after the statement that changes something: written only if that statement changed a row. */
export function auditOfChange(db: D1Database, entry: Entry): D1PreparedStatement {
  return db
    .prepare("INSERT INTO audit (at, who, what, subject, note) SELECT ?, ?, ?, ?, ? WHERE changes() > 0")
    .bind(entry.at, entry.who, entry.what, entry.subject, entry.note);
}

/** For a batch, or on its own where the change is not in D1. */
export function audit(db: D1Database, entry: Entry): D1PreparedStatement {
  return db
    .prepare("INSERT INTO audit (at, who, what, subject, note) VALUES (?, ?, ?, ?, ?)")
    .bind(entry.at, entry.who, entry.what, entry.subject, entry.note);
}

/** A page of entries, newest first. @param before the id of the last entry of the page before */
export async function listAudit(db: D1Database, before: number | null, limit: number): Promise<AuditRow[]> {
  const { results } = await db
    .prepare("SELECT id, at, who, what, subject, note FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?")
    .bind(before ?? Number.MAX_SAFE_INTEGER, limit)
    .run<AuditRow>();
  return results;
}
