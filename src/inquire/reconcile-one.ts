// Asks KICC about one announced event, and settles it by the answer. The caller has taken it before.
import { shortId } from "../short-id.ts";
import type { Kind } from "../kinds/kind.ts";
import { statusNotification } from "../kinds/status-notification.ts";
import { contradiction } from "../kinds/confirm-verdict.ts";
import type { Answer, Proven } from "../rules/notification.ts";
import type { Config, Delivering } from "../config.ts";
import { log } from "../log.ts";
import { type AskLease, settleAnnouncedBy, keepUnprovenAnswer } from "../store/inquiry.ts";
import { type AnnouncedRow, type QueryEntry, readAnnounced } from "../store/announced.ts";
import type { Register } from "../store/register.ts";
import { retryTransient } from "../store/transient.ts";
import { askStatus, askableKind } from "./ask-one.ts";
import { enqueueStored, storeNotification, storingOf } from "../intake.ts";

export interface ReconcileResources {
  readonly config: Config;
  readonly delivering: Delivering;
  readonly db: D1Database;
  readonly deliveries: Queue;
}

const STORE_ANSWER_WITHIN_MS = 10_000;

/** Announcing refuses ids that cannot be asked with. */
const NOTHING_TO_ASK_WITH: Answer = { kind: "none", status: null, text: "nothing to ask with" };

/**
 * @param lease with which the caller took the event
 * @param nextAt when KICC is asked next if this answer proves nothing; null after the last query
 * @throws what D1 throws: then nothing is settled, and the event is taken again when the lease ends
 */
export async function reconcileOne(
  row: AnnouncedRow,
  register: Register,
  lease: AskLease,
  nextAt: number | null,
  resources: ReconcileResources,
): Promise<{ readonly row: AnnouncedRow; readonly entry: QueryEntry }> {
  const { db, delivering } = resources;
  const { one, announcedBy } = register;
  const kind = askableKind(row.kind);
  if (kind === null) throw new Error(`Cannot ask KICC: ${row.kind} has no status API`);
  const told = { [announcedBy]: row.id };
  const answer = (await askStatus(row, kind.statusApi, delivering)) ?? NOTHING_TO_ASK_WITH;
  const { entry, proven } = read(answer, row, Date.now());
  log(`${one}.answered`, { ...told, status: entry.status, proven: proven !== null });
  const settled = proven !== null && (await storeProven(row, register, kind, proven, entry, resources));
  if (settled) return { row: settled, entry };
  const now = entry.at;
  const kept = await keepUnprovenAnswer(db, register, row.id, entry, { now, until: lease.until }, nextAt);
  if (kept?.state === "failed" || kept?.state === "unresolved") log(`${one}.${kept.state}`, told);
  return { row: kept ?? (await readAnnounced(db, register, row.id)) ?? row, entry };
}

/** An answer that names another transaction proves nothing. */
function read(answer: Answer, row: AnnouncedRow, at: number): { entry: QueryEntry; proven: Proven | null } {
  const { status, text } = answer;
  if (answer.kind !== "proven") return { entry: { at, status, text }, proven: null };
  const field = contradiction(answer, { ...row, currency: null, amount: null });
  if (field === null) return { entry: { at, status, text }, proven: answer };
  return {
    entry: { at, status, text: `KICC names another ${field}: ${answer[field]?.slice(0, 60)}` },
    proven: null,
  };
}

/**
 * Stores the success and settles the event. Dying between the two is harmless: the next look finds the success. An
 * event that is settled already keeps the answer and makes no second notification.
 */
async function storeProven(
  row: AnnouncedRow,
  register: Register,
  kind: Kind,
  answer: Proven,
  entry: QueryEntry,
  { config, db, deliveries }: ReconcileResources,
): Promise<AnnouncedRow | null> {
  if (row.notificationId !== null) return null;
  const notification = statusNotification(kind, row, answer, entry.at);
  const storing = storingOf(config.storing, notification, shortId(), entry.at);
  const store = () => storeNotification(db, notification, storing);
  const stored = await retryTransient(store, Date.now() + STORE_ANSWER_WITHIN_MS);
  const { id, state, receipts } = stored;
  log("notification.stored", { id, state, receipts, source: "status-api" });
  // A receipt of a notification that came: its own bytes are delivered, and the sweep enqueues it.
  const settled = await settleAnnouncedBy(db, register, row.id, entry, id);
  if (receipts === 1) await enqueueStored(stored, notification, config, { db, deliveries });
  return settled;
}
