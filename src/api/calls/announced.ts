// What the calls on cancellations and on approvals do alike: announce one, look at one or many, ask KICC about one now.
import type * as z from "zod/mini";
import { askAbout } from "../../inquire/reconciling.ts";
import { ASK_TIMEOUT_MS } from "../../outbound/kicc.ts";
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
import { takeOne } from "../../store/inquiry.ts";
import type { Register } from "../../store/register.ts";
import { type Desk, type Refusal, deliveringOf, refuse } from "../operation.ts";
import { type page, writeCursor } from "./announced-shape.ts";

const TAKEN_MS = ASK_TIMEOUT_MS + 30_000;

export async function announceOne(
  register: Register,
  announced: Announced,
  dueAfterSeconds: number,
  { db, now }: Desk,
): Promise<AnnouncedRow | Refusal> {
  const row = await announce(db, register, announced, dueAfterSeconds * 1000, now);
  return row ?? refuse("conflict", "Announced already with another kind, mallId, pgCno, shopOrderNo or reference");
}

export async function readOne(register: Register, id: string, { db }: Desk): Promise<AnnouncedRow | Refusal> {
  await lookAtOne(db, register, id).run();
  return (await readAnnounced(db, register, id)) ?? unknown(register);
}

export async function listPage(
  register: Register,
  { state, cursor, limit }: z.infer<typeof page>,
  { db }: Desk,
): Promise<{ readonly rows: readonly AnnouncedRow[]; readonly cursor: string | null }> {
  const rows = await listAnnounced(db, register, state ?? null, cursor ?? null, limit + 1);
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { rows: rows.slice(0, limit), cursor: last ? writeCursor(last) : null };
}

export async function askNow(
  register: Register,
  id: string,
  desk: Desk,
): Promise<{ readonly row: AnnouncedRow; readonly entry: QueryEntry } | Refusal> {
  const { db, deliveries, config, now } = desk;
  const taking = { now, until: now + TAKEN_MS };
  const taken = await takeOne(db, register, id, taking);
  if (taken === null) {
    const known = await readAnnounced(db, register, id);
    return known === null ? unknown(register) : refuse("conflict", "KICC is being asked about it just now");
  }
  await audit(db, { at: now, who: desk.operator, what: register.asking, subject: id, note: null }).run();
  // Asked later than this, KICC might be asked by another before it has answered.
  if (Date.now() > taking.until - ASK_TIMEOUT_MS) return refuse("unavailable", "D1 took too long: try again");
  const delivering = deliveringOf(desk);
  return askAbout(taken, register, taking, taken.dueAt, { config, delivering, db, deliveries });
}

function unknown({ one }: Register): Refusal {
  return refuse("not_found", `No such ${one}`);
}
