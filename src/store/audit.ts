// The audit: who did what to what, and when. Entries are written in the batch of the change that they tell of.

export interface Entry {
  readonly at: number;
  /** `token`, `delivery-token`, or the e-mail address that Cloudflare Access vouches for. */
  readonly who: string;
  readonly what: string;
  /** The id of what it was done to; null for many. */
  readonly subject: string | null;
  readonly note: string | null;
}

export interface AuditRow extends Entry {
  readonly id: number;
}

/** For a batch, right after the statement that changes: written only if that one changed a row. */
export function auditOfChange(db: D1Database, entry: Entry): D1PreparedStatement {
  return db
    .prepare("INSERT INTO audit (at, who, what, subject, note) SELECT ?, ?, ?, ?, ? WHERE changes() > 0")
    .bind(entry.at, entry.who, entry.what, entry.subject, entry.note);
}

/** For a batch, or alone where the change is not in D1. */
export function audit(db: D1Database, entry: Entry): D1PreparedStatement {
  return db
    .prepare("INSERT INTO audit (at, who, what, subject, note) VALUES (?, ?, ?, ?, ?)")
    .bind(entry.at, entry.who, entry.what, entry.subject, entry.note);
}

/** Newest first, those before the entry `before`. */
export async function listAudit(db: D1Database, before: number | null, limit: number): Promise<AuditRow[]> {
  const { results } = await db
    .prepare("SELECT id, at, who, what, subject, note FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?")
    .bind(before ?? Number.MAX_SAFE_INTEGER, limit)
    .run<AuditRow>();
  return results;
}
