// What the calls on cancellations and approvals share: announce one, read one or many, ask KICC about one now.
import type * as z from "zod/mini";
import { ASK_LEASE_MS } from "../../inquire/ask-one.ts";
import { reconcileOne } from "../../inquire/reconcile-one.ts";
import { ASK_TIMEOUT_MS } from "../../outbound/kicc-api.ts";
import {
  type Announced,
  type AnnouncedRow,
  type QueryEntry,
  announce,
  listAnnounced,
  readAnnounced,
} from "../../store/announced.ts";
import { lookAtOne } from "../../store/arrivals.ts";
import { audit } from "../../store/audit.ts";
import { takeAnnounced } from "../../store/inquiry.ts";
import type { Register } from "../../store/register.ts";
import { type CallContext, type Refusal, deliveringOf, refuse } from "../operation.ts";
import { type pageInput, announcedCursor } from "./announced-shape.ts";

export async function announceOne(
  register: Register,
  announced: Announced,
  dueAfterSeconds: number,
  { db, now }: CallContext,
): Promise<AnnouncedRow | Refusal> {
  const row = await announce(db, register, announced, dueAfterSeconds * 1000, now);
  return row ?? refuse("conflict", "Announced already with another kind, mallId, pgCno, shopOrderNo or reference");
}

export async function readOne(register: Register, id: string, { db }: CallContext): Promise<AnnouncedRow | Refusal> {
  await lookAtOne(db, register, id).run();
  return (await readAnnounced(db, register, id)) ?? unknown(register);
}

export async function listPage(
  register: Register,
  { state, cursor, limit }: z.infer<typeof pageInput>,
  { db }: CallContext,
): Promise<{ readonly rows: readonly AnnouncedRow[]; readonly cursor: string | null }> {
  const rows = await listAnnounced(db, register, state ?? null, cursor ?? null, limit + 1);
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { rows: rows.slice(0, limit), cursor: last ? announcedCursor(last) : null };
}

export async function askNow(
  register: Register,
  id: string,
  context: CallContext,
): Promise<{ readonly row: AnnouncedRow; readonly entry: QueryEntry } | Refusal> {
  const { db, deliveries, config, now } = context;
  const lease = { now, until: now + ASK_LEASE_MS };
  const taken = await takeAnnounced(db, register, id, lease);
  if (taken === null) {
    const known = await readAnnounced(db, register, id);
    return known === null ? unknown(register) : refuse("conflict", "KICC is being asked about it just now");
  }
  await audit(db, { at: now, who: context.operator, what: register.asking, subject: id, note: null }).run();
  // If KICC were asked later than this, somebody else might ask before it has answered.
  if (Date.now() > lease.until - ASK_TIMEOUT_MS) return refuse("unavailable", "D1 took too long: try again");
  const delivering = deliveringOf(context);
  return reconcileOne(taken, register, lease, taken.dueAt, { config, delivering, db, deliveries });
}

function unknown({ one }: Register): Refusal {
  return refuse("not_found", `No such ${one}`);
}
