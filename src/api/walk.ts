// Walks through all notifications that a filter matches, in D1 and in the archive, newest first, in bounded pieces.
// While rows move from one to the other, none comes twice and none is missed.
import { findArchived } from "../archive/find.ts";
import type { ArchivedLine } from "../archive/line.ts";
import { type TimeRange, archivedBetween } from "../archive/range.ts";
import { before } from "../deadline.ts";
import { receivedAtOf } from "../store/insert.ts";
import { type Wanted, search } from "../store/search.ts";
import { archivedShape } from "./from-archive.ts";
import type { CallContext } from "./operation.ts";
import { type NotificationShape, notificationShape } from "./shapes.ts";

const PAGE_WITHIN_MS = 30_000;

/**
 * Reads a page of D1 first, then the archive for the same time. A row that leaves D1 in between is in both; one that
 * left before is in the archive. Where a notification is in both, D1's row counts, because it may have been restored.
 * @param isWanted the filter, for an archived notification
 */
export async function* walk(
  context: CallContext,
  wanted: Wanted,
  isWanted: (found: NotificationShape) => boolean,
): AsyncGenerator<NotificationShape[], void> {
  const isFirst = onceEach();
  let to = wanted.to ?? Number.POSITIVE_INFINITY;
  for (let after = wanted.after ?? null; ;) {
    const asked = search(context.db, { ...wanted, after });
    const { rows, next } = await before(Date.now() + PAGE_WITHIN_MS, "read the next page", asked);
    // Rows with the time of the last row may be on the next page too, so that time belongs to the next page.
    const from = next === null ? (wanted.from ?? 0) : receivedAtOf(next) + 1;
    const listed = rows.map((row) => notificationShape(row, context));
    for await (const piece of merged(listed, archived(context, wanted, { from, to }, isWanted))) {
      yield piece.filter(isFirst);
    }
    if (next === null) return;
    [after, to] = [next, from];
  }
}

async function* archived(
  { config: { archiving }, db, origin }: CallContext,
  { q = null, state = null }: Wanted,
  time: TimeRange,
  isWanted: (found: NotificationShape) => boolean,
): AsyncGenerator<NotificationShape[], void> {
  if (archiving === null || (state !== null && state !== "delivered" && state !== "closed")) return;
  const keep = (line: ArchivedLine) => {
    const shape = archivedShape(line, { origin });
    return isWanted(shape) ? shape : null;
  };
  if (q === null) {
    yield* archivedBetween(archiving.bucket, db, time, keep);
    return;
  }
  const found = await findArchived(archiving.bucket, db, q);
  yield found
    .filter(({ receivedAt }) => Date.parse(receivedAt) >= time.from && Date.parse(receivedAt) < time.to)
    .map(keep)
    .filter((shape) => shape !== null);
}

async function* merged(
  rows: readonly NotificationShape[],
  archivedOnes: AsyncGenerator<NotificationShape[], void>,
): AsyncGenerator<NotificationShape[], void> {
  let told = 0;
  for await (const lines of archivedOnes) {
    const piece: NotificationShape[] = [];
    for (const line of lines) {
      for (let row = rows[told]; row !== undefined && row.receivedAt >= line.receivedAt; row = rows[told]) {
        piece.push(row);
        told += 1;
      }
      piece.push(line);
    }
    yield piece;
  }
  yield rows.slice(told);
}

/** Two with the same id have the same time of receipt, so they follow each other. */
function onceEach(): (one: NotificationShape) => boolean {
  let instant = "";
  let ids = new Set<string>();
  return ({ id, receivedAt }) => {
    if (receivedAt !== instant) [instant, ids] = [receivedAt, new Set()];
    return !ids.has(id) && ids.add(id) !== undefined;
  };
}
