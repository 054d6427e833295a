// The one way in, for the hook, the consumer, dead letters, inquiry, release and test: judge, then store. It also says whether a row is to be enqueued.
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
  /** The row is its own: it was new, or this is a resend of it. Else it is a receipt of another's. */
  readonly isOwn: boolean;
  readonly repeats: string | null;
}

const COLUMNS = { cancelPgCno: "cancel_pg_cno", pgCno: "pg_cno", shopOrderNo: "shop_order_no" } as const;
// What was read changes between reading and writing only where others of the event are stored or settled just then.
const JUDGED_AT_MOST = 5;

/** @param receipt this receipt's own id */
export function storingOf(
  settings: Config["storing"],
  notification: Notification,
  receipt: string,
  now: number,
): Storing {
  const { mallIds, confirms, opensAttempt } = settings;
  const { source, mallId } = notification;
  // A made-up one is ours.
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
 * What the status API said is KICC's own word, whether or not CONFIRM is on: it counts as confirmed, and the origin is
 * told so. KICC cannot confirm a test notification, nor a kind without a status API, so it is not asked.
 */
function confirmOf({ source, resCd, kind }: Notification, confirms: boolean): Storing["confirm"] {
  if (source === "status-api") return "confirmed";
  const canAsk = confirms && source === "notification" && resCd === SUCCESS;
  return canAsk && kindNamed(kind)?.statusApi ? "asking" : null;
}

/**
 * Stores a notification, or counts one more receipt of the one that it repeats. Safe to run twice. One round trip; where
 * other notifications of its event are stored, three.
 * @throws whatever D1 throws, a missing migration included
 */
export async function storeNotification(db: D1Database, notification: Notification, storing: Storing): Promise<Stored> {
  const kind = kindOf(notification);
  const comparable = comparableOfStored(kind, notification);
  const reason = await aloneHeld(db, notification, storing);
  if (reason !== null) {
    const held = { ...notification, id: ownId(kind, comparable) };
    return own(await insertHeld(db, held, storing, { reason, contradicts: null }).first<StoredRow>(), held.id);
  }
  const event = kind.identity.event(comparable);
  const isWeak = kind.identity.isWeak(comparable);
  const looking = {
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
    const insert = insertAlone(db, notification, storing, looking.event, looking.byReference, since);
    const [inserted] = await db.batch<StoredRow>([insert, ...settling(db, looking, notification.id)]);
    const row = inserted?.results[0] ?? null;
    if (row !== null) return own(row, notification.id);
  }
  for (let times = 0; times < JUDGED_AT_MOST; times++) {
    const stored = await judgeAndStore(db, looking);
    if (stored !== null) return stored;
  }
  throw new Error(`Cannot store notification ${notification.id}: others of its event change all the time`);
}

/** Held, whatever else is stored. */
async function aloneHeld(
  db: D1Database,
  notification: Notification,
  { foreign, oursAmong }: Storing,
): Promise<"foreign" | "ambiguous" | null> {
  if (foreign) return "foreign";
  if (oursAmong !== null && !(await isKnownAsOurs(db, notification, oursAmong))) return "foreign";
  return notification.ambiguous ? "ambiguous" : null;
}

interface Looking {
  readonly notification: Notification;
  readonly storing: Storing;
  readonly kind: Kind;
  readonly comparable: Comparable;
  readonly event: EventKey | null;
  readonly byReference: boolean;
  readonly isWeak: boolean;
}

/** @returns null where what was read has changed before it could be written: then it is to be read again */
async function judgeAndStore(db: D1Database, looking: Looking): Promise<Stored | null> {
  const { notification, kind, comparable, event, byReference, isWeak, storing } = looking;
  const { receivedAt, source, resCd, id } = notification;
  const ownOne = ownId(kind, comparable);
  const looked = {
    kind: kind.name,
    event,
    reference: byReference ? notification.reference : null,
    table: announcedIn(kind),
    ids: [id, ownOne],
  };
  const { rows, guard } = await readEvent(db, looked);
  const arriving = {
    receivedAt,
    succeeds: resCd === SUCCESS,
    waits: storing.confirm === "asking",
    isFromStatusApi: source === "status-api",
    isWeak,
    ids: { plain: id, own: () => ownOne, repeat: (previous: string) => repeatId(kind, comparable, previous) },
  };
  const done = rows.find(({ receipt }) => receipt === storing.receipt);
  const judgement: Judgement =
    done === undefined
      ? judge(
          arriving,
          rows.map((row) => knownOf(row, comparable, kind)),
        )
      : { kind: "receipt", of: done.id, confirms: false };
  return write(db, looking, judgement, guard, ownOne);
}

async function write(
  db: D1Database,
  looking: Looking,
  judgement: Judgement,
  guard: Guard,
  ownOne: string,
): Promise<Stored | null> {
  const { notification, storing } = looking;
  if (judgement.kind === "receipt") {
    const { of, confirms } = judgement;
    const counting = countReceipt(db, of, notification, storing.receipt, confirms, guard);
    const [count] = await db.batch<StoredRow>([counting, ...(confirms ? settling(db, looking, of) : [])]);
    const counted = count?.results[0];
    return counted === undefined ? null : { ...counted, isOwn: of === notification.id || of === ownOne, repeats: null };
  }
  const isNew = judgement.kind === "new";
  const held = isNew ? null : { reason: judgement.reason, contradicts: judgement.contradicts };
  const repeats = isNew ? judgement.repeats : null;
  const insert = insertJudged(db, { ...notification, id: judgement.id }, storing, { held, repeats }, guard);
  const supersedes = isNew ? judgement.supersedes : [];
  const [inserted] = await db.batch<StoredRow>([
    insert,
    ...(supersedes.length === 0 ? [] : [supersede(db, supersedes, judgement.id, storing.receipt)]),
    ...settling(db, looking, judgement.id),
  ]);
  const row = inserted?.results[0];
  return row === undefined ? null : { ...row, isOwn: true, repeats };
}

/** What its row, once it is stored as `id`, settles of what was announced. */
function settling(db: D1Database, { notification, kind, storing }: Looking, id: string): D1PreparedStatement[] {
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

/** Between a success without an id of its event and the status API's, the reference tells that they are the same. */
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

function own(row: StoredRow | null, id: string): Stored {
  if (row === null) throw new Error(`Cannot store notification ${id}: D1 returned no row`);
  return { ...row, isOwn: true, repeats: null };
}

/**
 * Sends the message of a stored notification, where it needs one now. In queue mode the message is the attempt: one that
 * the queue did not take is no attempt, and the sweep sends it later. Throws nothing.
 * @param notification whose bytes go into the message
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
 * Decide from the stored row: an INSERT whose reply was lost looks like a resend. Where a puller fetches, or KICC is to
 * be asked first, nothing is enqueued.
 */
export function isToBeEnqueued(stored: StoredRow, config: Pick<Config, "delivering" | "storing">): boolean {
  if (stored.state !== "pending" || stored.confirm === "asking" || config.delivering === null) return false;
  if (config.storing.mode === "pull") return false;
  // In queue mode a message is an attempt, and the sweep hands over what has none open.
  return stored.receipts === 1 || (stored.attempts === 0 && config.storing.mode === "push");
}
