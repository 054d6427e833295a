// All notifications that a filter matches, of D1 and of the archive, newest first, in bounded pieces. None comes twice, and
// none is missed, while rows move from one to the other.
import { findArchived } from "../archive/find.ts";
import type { ArchivedLine } from "../archive/line.ts";
import { type Time, archivedBetween } from "../archive/range.ts";
import { before } from "../deadline.ts";
import { receivedAtOf } from "../store/insert.ts";
import { type Wanted, search } from "../store/search.ts";
import { archivedShape } from "./from-archive.ts";
import type { CallContext } from "./operation.ts";
import { type NotificationShape, notificationShape } from "./shapes.ts";

const PAGE_WITHIN_MS = 30_000;

/**
 * A page of D1 is read first, then what the archive has of the same time: a row that leaves D1 in between is in both, and
 * one that had left before is in the archive. Of both D1's counts: it may have been brought back.
 * @param isWanted of an archived one what the filter says of a row
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
    // The last row's own instant belongs to the next page: others of it may follow.
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
  time: Time,
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

/** Two of one id have one instant of receipt, and so come next to each other. */
function onceEach(): (one: NotificationShape) => boolean {
  let instant = "";
  let ids = new Set<string>();
  return ({ id, receivedAt }) => {
    if (receivedAt !== instant) [instant, ids] = [receivedAt, new Set()];
    return !ids.has(id) && ids.add(id) !== undefined;
  };
}
