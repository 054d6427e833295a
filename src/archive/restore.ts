// Restores an archived notification into D1, so that a person can have it delivered again. Safe to run twice.
import { insertArchived } from "../store/insert-archived.ts";
import { readArchived } from "./find.ts";

/** @returns whether it is in D1 now */
export async function restore(bucket: R2Bucket, db: D1Database, id: string): Promise<boolean> {
  const line = await readArchived(bucket, db, id);
  if (line === null) return false;
  await insertArchived(db, line);
  return true;
}
