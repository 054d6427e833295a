// What the API's calls read from the archive: search by a whole number, one by its id, restoring one. Without a bucket
// they find nothing.
import type * as z from "zod/mini";
import { type ComparedArchived, compareArchived } from "../archive/compare.ts";
import { findArchived, readArchived } from "../archive/find.ts";
import type { ArchivedLine } from "../archive/line.ts";
import { restore } from "../archive/restore.ts";
import type { Config } from "../config.ts";
import { showBody } from "../kinds/personal.ts";
import { log, reasonOf } from "../log.ts";
import type { Flow, NumberName } from "../store/filters.ts";
import { type NotificationShape, type LinkBase, notificationSchema, wholeSchema } from "./shapes.ts";

interface Search {
  readonly q: string;
  /** What D1 has found. It counts before the archive's line with the same id. */
  readonly known: readonly NotificationShape[];
  readonly isWanted: (found: NotificationShape) => boolean;
  readonly limit: number;
}

/**
 * If R2 does not answer, what D1 has found is answered alone. If D1 has found nothing, this throws: nobody is told that
 * there is none.
 */
export async function searchArchive(
  { archiving }: Config,
  db: D1Database,
  { q, known, isWanted, limit }: Search,
  { origin }: LinkBase,
): Promise<NotificationShape[]> {
  if (archiving === null) return [];
  try {
    const found = await findArchived(archiving.bucket, db, q);
    const ids = new Set(known.map(({ id }) => id));
    return found
      .filter((line) => !ids.has(line.id))
      .map((line) => archivedShape(line, { origin }))
      .filter(isWanted)
      .slice(0, limit - known.length);
  } catch (error) {
    if (known.length === 0) throw error;
    log("archive.unseen", { error: reasonOf(error) });
    return [];
  }
}

/** @param isWhole with personal values, and with the bytes */
export async function archivedOne(
  { archiving }: Config,
  db: D1Database,
  id: string,
  isWhole: boolean,
  { origin }: LinkBase,
): Promise<z.infer<typeof wholeSchema> | null> {
  const line = archiving === null ? null : await readArchived(archiving.bucket, db, id);
  if (line === null) return null;
  const shape = shapeOf(line, wholeSchema.shape, origin) as Omit<z.infer<typeof wholeSchema>, "related">;
  const one = { ...shape, related: [] };
  const { masked, isPersonal } = showBody(Uint8Array.fromBase64(line.bodyBase64), line.contentType);
  return isWhole ? one : { ...one, body: masked, bodyBase64: isPersonal ? null : one.bodyBase64 };
}

/** The owners of the numbers that D1 does not have; none without a bucket. */
export async function compareWithArchive(
  { archiving }: Config,
  db: D1Database,
  by: NumberName,
  numbers: readonly string[],
  flow: Flow | null,
): Promise<ComparedArchived> {
  if (archiving === null || numbers.length === 0) return { kind: "compared", owners: new Map() };
  return compareArchived(archiving.bucket, db, by, numbers, flow);
}

export function archivedShape(line: ArchivedLine, { origin }: LinkBase): NotificationShape {
  return shapeOf(line, notificationSchema.shape, origin) as NotificationShape;
}

/** @returns whether it is in D1 now */
export async function restoreFromArchive({ archiving }: Config, db: D1Database, id: string): Promise<boolean> {
  return archiving !== null && restore(archiving.bucket, db, id);
}

/** The fields of a line that the shape has. A line has more, for restoring it. */
function shapeOf(line: ArchivedLine, shape: object, origin: string): object {
  const consoleUrl = `${origin}/console/notifications/${encodeURIComponent(line.id)}`;
  const known: Readonly<Record<string, unknown>> = { ...line, consoleUrl };
  return Object.fromEntries(Object.keys(shape).flatMap((name) => (name in known ? [[name, known[name]]] : [])));
}
