// Asks KICC about one announced cancellation, and settles it by the answer. Whoever has it took it first.
import { shortId } from "../short-id.ts";
import type { Kind, StatusApi } from "../kinds/kind.ts";
import { kindNamed } from "../kinds/registry.ts";
import { statusNotification } from "../kinds/status-notification.ts";
import { contradiction } from "../kinds/verdict.ts";
import type { Answer, Proven } from "../rules/notification.ts";
import type { Config, Delivering } from "../config.ts";
import { enqueue } from "../queue/send.ts";
import { askKicc } from "../outbound/kicc.ts";
import { log } from "../log.ts";
import { type Taking, settleBy, settleUnanswered } from "../store/inquiry.ts";
import { type CancellationRow, type QueryEntry, readCancellation } from "../store/cancellations.ts";
import { retryTransient } from "../store/transient.ts";
import { isToBeEnqueued, storeNotification, storingOf } from "../intake.ts";

export interface Reconciling {
  readonly config: Config;
  readonly delivering: Delivering;
  readonly db: D1Database;
  readonly deliveries: Queue;
}

const STORE_WITHIN_MS = 10_000;

/**
 * @param taking by which this caller has it
 * @param nextAt when KICC is asked next if it did not prove the event; null after the last query
 * @throws what D1 throws: then nothing is settled, and it is taken again when the taking runs out
 */
export async function askAbout(
  row: CancellationRow,
  taking: Taking,
  nextAt: number | null,
  reconciling: Reconciling,
): Promise<{ readonly row: CancellationRow; readonly entry: QueryEntry }> {
  const { db, delivering } = reconciling;
  const { cancelPgCno } = row;
  const { kind, api } = askedKind(row);
  const answer = await ask(row, api, delivering);
  const { entry, cancelled } = read(answer, row, Date.now());
  log("cancellation.answered", { cancelPgCno, status: entry.status, cancelled: cancelled !== null });
  const settled = cancelled !== null && (await reconciled(row, kind, cancelled, entry, reconciling));
  if (settled) return { row: settled, entry };
  const now = entry.at;
  const kept = await settleUnanswered(db, cancelPgCno, entry, { now, until: taking.until }, nextAt);
  if (kept?.state === "failed" || kept?.state === "unresolved") log(`cancellation.${kept.state}`, { cancelPgCno });
  return { row: kept ?? (await readCancellation(db, cancelPgCno)) ?? row, entry };
}

function askedKind({ kind: name }: CancellationRow): { kind: Kind; api: StatusApi } {
  const kind = kindNamed(name);
  if (kind === null || kind.statusApi === null) throw new Error(`Cannot ask KICC: ${name} has no status API`);
  return { kind, api: kind.statusApi };
}

/** What cannot be asked with was refused when it was announced. */
async function ask(row: CancellationRow, api: StatusApi, { kiccApiUrl }: Delivering): Promise<Answer> {
  const query = api.query(row);
  return query === null ? { kind: "none", status: null, text: "nothing to ask with" } : askKicc(kiccApiUrl, api, query);
}

/** An answer about another transaction is none about this one. */
function read(answer: Answer, row: CancellationRow, at: number): { entry: QueryEntry; cancelled: Proven | null } {
  const { status, text } = answer;
  if (answer.kind !== "proven") return { entry: { at, status, text }, cancelled: null };
  const field = contradiction(answer, { ...row, currency: null, amount: null });
  if (field === null) return { entry: { at, status, text }, cancelled: answer };
  return {
    entry: { at, status, text: `KICC names another ${field}: ${answer[field]?.slice(0, 60)}` },
    cancelled: null,
  };
}

/**
 * Dying between the two steps is harmless: the next look finds the success. One that is settled already keeps the
 * answer, and makes no second notification.
 */
async function reconciled(
  row: CancellationRow,
  kind: Kind,
  answer: Proven,
  entry: QueryEntry,
  { config, db, deliveries }: Reconciling,
): Promise<CancellationRow | null> {
  if (row.notificationId !== null) return null;
  const notification = statusNotification(kind, row, answer, entry.at);
  const storing = storingOf(config.storing, notification, shortId(), entry.at);
  const store = () => storeNotification(db, notification, storing);
  const stored = await retryTransient(store, Date.now() + STORE_WITHIN_MS);
  const { id, state, receipts } = stored;
  log("notification.stored", { id, state, receipts, source: "status-api" });
  // A receipt of one that came: that one's own bytes are delivered, and the sweep sees to it.
  const isNew = stored.isOwn && receipts === 1;
  const settled = await settleBy(db, row.cancelPgCno, entry, id);
  if (isNew && isToBeEnqueued(stored, config)) await enqueue(deliveries, { ...notification, id }, 1);
  return settled;
}
