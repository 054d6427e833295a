// The one way in, for the hook, the consumer, dead letters, inquiry, release and test: it judges a notification and
// stores it. It also decides whether a stored row is enqueued.
import type { Config } from "./config.ts";
import { differ, ownId, repeatId } from "./kinds/identity.ts";
import type { Event, Kind, Comparable } from "./kinds/kind.ts";
import { comparableOfStored } from "./kinds/make-notification.ts";
import { kindNamed } from "./kinds/registry.ts";
import { log, reasonOf } from "./log.ts";
import { enqueue } from "./queue/send.ts";
import { type Judgement, type Known, WEAK_MS, judge } from "./rules/judge.ts";
import { type Notification, SUCCESS } from "./rules/notification.ts";
import { settleAnnounced } from "./store/arrivals.ts";
import { bytesOf } from "./store/stored-body.ts";
import { uncountAttempts } from "./store/claim.ts";
import { type EventRow, isKnownAsOurs, readEvent } from "./store/event.ts";
import { type Register, registerOf } from "./store/register.ts";
import {
  type EventKey,
  type Guard,
  type Storing,
  type StoredRow,
  UNREPORTED_MS,
  countReceipt,
  insertAlone,
  insertHeld,
  insertJudged,
  supersede,
} from "./store/insert.ts";

export interface Stored extends StoredRow {
  /**
   * true: the row is this notification's own, new or resent. false: it was counted as a receipt of another
   * notification's row.
   */
  readonly isOwn: boolean;
  readonly repeats: string | null;
}

const COLUMNS = { cancelPgCno: "cancel_pg_cno", pgCno: "pg_cno", shopOrderNo: "shop_order_no" } as const;
// Judging again is needed only when another notification of the event changes between reading and writing.
const JUDGED_AT_MOST = 5;

/** Decides from the settings how a notification is stored. @param receipt the id of this receipt */
export function storingOf(
  settings: Config["storing"],
  notification: Notification,
  receipt: string,
  now: number,
): Storing {
  const { mallIds, confirms, opensAttempt } = settings;
  const { source, mallId } = notification;
  // A test notification is always ours.
  const asksWhose = mallIds !== null && source !== "test";
  return {
    foreign: asksWhose && mallId !== null && !mallIds.includes(mallId),
    oursAmong: asksWhose && mallId === null ? mallIds : null,
    confirm: confirmOf(notification, confirms),
    attemptOpenUntil: opensAttempt ? now + UNREPORTED_MS : null,
    receipt,
  };
}

/**
 * What the status API says comes from KICC itself, whether or not CONFIRM is on: it counts as confirmed, and the origin
 * is told so. KICC cannot confirm a test notification, or a kind without a status API: so it is not asked.
 */
function confirmOf({ source, resCd, kind }: Notification, confirms: boolean): Storing["confirm"] {
  if (source === "status-api") return "confirmed";
  const canAsk = confirms && source === "notification" && resCd === SUCCESS;
  return canAsk && kindNamed(kind)?.statusApi ? "asking" : null;
}

/**
 * Stores a notification, or counts one more receipt of the one that it repeats. Safe to run twice. It takes one round
 * trip to D1; three where other notifications of its event are stored.
 * @throws whatever D1 throws, also for a missing migration
 */
export async function storeNotification(db: D1Database, notification: Notification, storing: Storing): Promise<Stored> {
  const kind = kindOf(notification);
  const comparable = comparableOfStored(kind, notification);
  const reason = await reasonToHold(db, notification, storing);
  if (reason !== null) {
    const held = { ...notification, id: ownId(kind, comparable) };
    return ownRow(await insertHeld(db, held, storing, { reason, contradicts: null }).first<StoredRow>(), held.id);
  }
  const event = kind.identity.event(comparable);
  const isWeak = kind.identity.isWeak(comparable);
  const task = {
    notification,
    storing,
    kind,
    comparable,
    event: keyOf(event),
    byReference: tiesByReference(notification, kind, event),
    isWeak,
  };
  if (notification.source !== "status-api") {
    const since = isWeak ? notification.receivedAt - WEAK_MS : null;
    const insert = insertAlone(db, notification, storing, task.event, task.byReference, since);
    const [inserted] = await db.batch<StoredRow>([insert, ...announcedSettlement(db, task, notification.id)]);
    const row = inserted?.results[0] ?? null;
    if (row !== null) return ownRow(row, notification.id);
  }
  for (let times = 0; times < JUDGED_AT_MOST; times++) {
    const stored = await judgeAndStore(db, task);
    if (stored !== null) return stored;
  }
  throw new Error(`Cannot store notification ${notification.id}: others of its event change all the time`);
}

/** The reason to hold it whatever else is stored; null where there is none. */
async function reasonToHold(
  db: D1Database,
  notification: Notification,
  { foreign, oursAmong }: Storing,
): Promise<"foreign" | "ambiguous" | null> {
  if (foreign) return "foreign";
  if (oursAmong !== null && !(await isKnownAsOurs(db, notification, oursAmong))) return "foreign";
  return notification.ambiguous ? "ambiguous" : null;
}

interface StoringTask {
  readonly notification: Notification;
  readonly storing: Storing;
  readonly kind: Kind;
  readonly comparable: Comparable;
  readonly event: EventKey | null;
  readonly byReference: boolean;
  readonly isWeak: boolean;
}

/**
 * Compares it with the stored notifications of its event, and writes the result.
 * @returns null where these changed before the write: then the caller judges again
 */
async function judgeAndStore(db: D1Database, task: StoringTask): Promise<Stored | null> {
  const { notification, kind, comparable, event, byReference, isWeak, storing } = task;
  const { receivedAt, source, resCd, id } = notification;
  const heldId = ownId(kind, comparable);
  const lookup = {
    kind: kind.name,
    event,
    reference: byReference ? notification.reference : null,
    table: announcedIn(kind),
    ids: [id, heldId],
  };
  const { rows, guard } = await readEvent(db, lookup);
  const arriving = {
    receivedAt,
    succeeds: resCd === SUCCESS,
    waits: storing.confirm === "asking",
    isFromStatusApi: source === "status-api",
    isWeak,
    ids: { plain: id, own: () => heldId, repeat: (previous: string) => repeatId(kind, comparable, previous) },
  };
  const done = rows.find(({ receipt }) => receipt === storing.receipt);
  const judgement: Judgement =
    done === undefined
      ? judge(
          arriving,
          rows.map((row) => knownOf(row, comparable, kind)),
        )
      : { kind: "receipt", of: done.id, confirms: false };
  return write(db, task, judgement, guard, heldId);
}

async function write(
  db: D1Database,
  task: StoringTask,
  judgement: Judgement,
  guard: Guard,
  heldId: string,
): Promise<Stored | null> {
  const { notification, storing } = task;
  if (judgement.kind === "receipt") {
    const { of, confirms } = judgement;
    const counting = countReceipt(db, of, notification, storing.receipt, confirms, guard);
    const [count] = await db.batch<StoredRow>([counting, ...(confirms ? announcedSettlement(db, task, of) : [])]);
    const counted = count?.results[0];
    return counted === undefined ? null : { ...counted, isOwn: of === notification.id || of === heldId, repeats: null };
  }
  const isNew = judgement.kind === "new";
  const held = isNew ? null : { reason: judgement.reason, contradicts: judgement.contradicts };
  const repeats = isNew ? judgement.repeats : null;
  const insert = insertJudged(db, { ...notification, id: judgement.id }, storing, { held, repeats }, guard);
  const supersedes = isNew ? judgement.supersedes : [];
  const [inserted] = await db.batch<StoredRow>([
    insert,
    ...(supersedes.length === 0 ? [] : [supersede(db, supersedes, judgement.id, storing.receipt)]),
    ...announcedSettlement(db, task, judgement.id),
  ]);
  const row = inserted?.results[0];
  return row === undefined ? null : { ...row, isOwn: true, repeats };
}

/** Statements that settle the announced event, for the transaction that stores the row `id`. */
function announcedSettlement(
  db: D1Database,
  { notification, kind, storing }: StoringTask,
  id: string,
): D1PreparedStatement[] {
  if (!kind.statusApi || notification.resCd !== SUCCESS || storing.confirm === "asking") return [];
  const { announcedBy } = kind.statusApi;
  const value = notification[announcedBy];
  return value === null ? [] : [settleAnnounced(db, registerOf(announcedBy), value, id)];
}

function knownOf(row: EventRow, arriving: Comparable, kind: Kind): Known {
  const known = comparableOfStored(kind, { ...row, body: bytesOf(row) });
  const { relate, judgesResults } = kind.identity;
  return {
    id: row.id,
    receivedAt: row.receivedAt,
    state: row.state,
    reason: row.reason,
    isAsking: row.confirm === "asking",
    succeeded: known.resCd === SUCCESS,
    relation: relate(arriving, known),
    isSuperseded: judgesResults && relate(known, arriving) === "contradicts",
    agrees: (["mallId", "pgCno", "currency", "amount"] as const).every((name) => !differ(known[name], arriving[name])),
  };
}

/**
 * A success that lacks its event's id is compared by reference with the one from the status API, and the other way
 * round.
 */
function tiesByReference({ reference, resCd, source }: Notification, kind: Kind, event: Event | null): boolean {
  if (reference === null || resCd !== SUCCESS || !kind.identity.referenceNamesEvent) return false;
  return source === "status-api" || event === null;
}

function announcedIn({ statusApi }: Kind): Register["table"] {
  return registerOf(statusApi?.announcedBy ?? "cancelPgCno").table;
}

function keyOf(event: Event | null): EventKey | null {
  return event === null ? null : { column: COLUMNS[event.column], value: event.value };
}

function kindOf({ kind, id }: Notification): Kind {
  const known = kindNamed(kind);
  if (known === null) throw new Error(`Cannot store notification ${id}: ${kind} is no kind`);
  return known;
}

function ownRow(row: StoredRow | null, id: string): Stored {
  if (row === null) throw new Error(`Cannot store notification ${id}: D1 returned no row`);
  return { ...row, isOwn: true, repeats: null };
}

/**
 * Sends the message of a stored notification, if it needs one now. In queue mode the message is the attempt: if the
 * queue does not take it, the attempt is taken back, and the sweep sends it later. Throws nothing.
 * @param notification its bytes go into the message
 */
export async function enqueueStored(
  stored: Stored,
  notification: Notification,
  config: Pick<Config, "delivering" | "storing">,
  { db, deliveries }: { readonly db: D1Database; readonly deliveries: Queue },
): Promise<void> {
  if (!stored.isOwn || !isToBeEnqueued(stored, config)) return;
  const isSent = await enqueue(deliveries, { ...notification, id: stored.id }, 1);
  if (isSent || stored.attempts === 0) return;
  await uncountAttempts(db, [stored]).catch((error: unknown) => {
    log("delivery.not-taken-back", { id: stored.id, error: reasonOf(error) });
  });
}

/**
 * Decides from the stored row: an INSERT whose reply was lost looks like a resend. Nothing is enqueued where a puller
 * fetches, or where KICC is asked first.
 */
export function isToBeEnqueued(stored: StoredRow, config: Pick<Config, "delivering" | "storing">): boolean {
  if (stored.state !== "pending" || stored.confirm === "asking" || config.delivering === null) return false;
  if (config.storing.mode === "pull") return false;
  // In queue mode a message is an attempt: the sweep sends one for a row without an open attempt.
  return stored.receipts === 1 || (stored.attempts === 0 && config.storing.mode === "push");
}
