// The quarantine: one statement keeps each content once, and another in the same transaction makes room.
import type { Where } from "../kinds/read.ts";
import { DOORS, doorAt } from "../kinds/registry.ts";
import { type Entry, auditOfChange } from "./audit.ts";

export type QuarantineReason = "token" | "address" | "too-large" | "unreadable" | "path";

export interface Quarantined {
  readonly id: string;
  /** It came from an address in KICC_SOURCES, or with the token. */
  readonly trusted: boolean;
  readonly reason: QuarantineReason;
  readonly address: string | null;
  readonly knewToken: boolean;
  readonly reference: string | null;
  readonly contentType: string | null;
  readonly receivedAt: number;
  /** null where the path is no door. */
  readonly door: string | null;
  readonly path: string | null;
  /** The mallId that it names. Nothing proves it. */
  readonly mallId: string | null;
  /** false where only the beginning of the body is kept. */
  readonly whole: boolean;
  readonly body: Uint8Array;
}

/**
 * How its body is read: at the door where it came; where the path is no door, by its marks. Version 1.0.0 had one door,
 * and stored no path.
 */
export function whereKept({ door, path }: Pick<Quarantined, "door" | "path">): Where {
  const first = DOORS.find(({ fallback }) => fallback.statusApi?.announcedBy === "cancelPgCno");
  return (door === null ? (path === null ? first : null) : doorAt(door)) ?? "any";
}

/** One row of the list. `beginning` is the first bytes of the body in base64. */
export interface QuarantineRow {
  readonly id: string;
  readonly reason: QuarantineReason;
  /** null where the path is no door. */
  readonly door: string | null;
  /** A token in it is masked. */
  readonly path: string | null;
  readonly address: string | null;
  readonly knewToken: 0 | 1;
  readonly contentType: string | null;
  readonly receivedAt: number;
  readonly receipts: number;
  readonly bytes: number;
  readonly beginning: string;
}

/** There are two classes: trusted senders, and strangers. */
export const KEPT_PER_CLASS = 500;
const BEGINNING_BASE64 = 1600;

const KEEP = `
  INSERT INTO quarantine (id, trusted, reason, address, knew_token, reference, content_type, received_at, bytes, whole,
    body, door, path, mall_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
  ON CONFLICT (id) DO UPDATE SET receipts = receipts + 1, address = excluded.address
  RETURNING receipts`;

/*
 * Deletes rows when a class is full: the oldest of the group (address, reason, mallId) with the most rows.
 * Refusing new rows would let one flood hide everything until a person empties the quarantine. Deleting the oldest rows
 * of all would let a flood wash away what came before it. This way an address displaces only its own rows, and KICC,
 * which resends, gets in again.
 */
const MAKE_ROOM = `
  DELETE FROM quarantine WHERE id IN (
    SELECT id FROM quarantine
    WHERE trusted = ?1 AND (coalesce(address, ''), reason, coalesce(mall_id, '')) = (
      SELECT coalesce(address, ''), reason, coalesce(mall_id, '') FROM quarantine WHERE trusted = ?1
      GROUP BY 1, 2, 3 ORDER BY count(*) DESC, min(received_at) LIMIT 1)
    ORDER BY received_at
    LIMIT (SELECT max(0, count(*) - ${KEPT_PER_CLASS}) FROM quarantine WHERE trusted = ?1))`;

/** Keeps it, or counts one more receipt of the same content. One round trip. @returns how often it came */
export async function keepRefused(db: D1Database, kept: Quarantined): Promise<number> {
  const trusted = kept.trusted ? 1 : 0;
  const insert = db
    .prepare(KEEP)
    .bind(
      kept.id,
      trusted,
      kept.reason,
      kept.address,
      kept.knewToken ? 1 : 0,
      kept.reference,
      kept.contentType,
      kept.receivedAt,
      kept.body.length,
      kept.whole ? 1 : 0,
      kept.body.toBase64(),
      kept.door,
      kept.path,
      kept.mallId,
    );
  const [row] = await db.batch<{ receipts: number }>([insert, db.prepare(MAKE_ROOM).bind(trusted)]);
  return row?.results[0]?.receipts ?? 1;
}

/** A page, newest first. @param after the last one of the page before */
export async function listQuarantined(
  db: D1Database,
  after: { readonly receivedAt: number; readonly id: string } | null,
  limit: number,
): Promise<QuarantineRow[]> {
  const { results } = await db
    .prepare(
      `SELECT id, reason, door, path, address, knew_token AS knewToken, content_type AS contentType,
         received_at AS receivedAt, receipts, bytes,
         substr(body, 1, ${BEGINNING_BASE64}) AS beginning
       FROM quarantine WHERE (received_at, id) < (?1, ?2) ORDER BY received_at DESC, id DESC LIMIT ?3`,
    )
    .bind(after?.receivedAt ?? Number.MAX_SAFE_INTEGER, after?.id ?? "", limit)
    .run<QuarantineRow>();
  return results;
}

export async function findQuarantined(db: D1Database, id: string): Promise<Quarantined | null> {
  const row = await db
    .prepare(
      `SELECT id, trusted, reason, address, knew_token AS knewToken, reference, content_type AS contentType,
         received_at AS receivedAt, whole, body, door, path, mall_id AS mallId FROM quarantine WHERE id = ?`,
    )
    .bind(id)
    .first<
      Omit<Quarantined, "trusted" | "knewToken" | "whole" | "body"> & {
        readonly trusted: 0 | 1;
        readonly knewToken: 0 | 1;
        readonly whole: 0 | 1;
        readonly body: string;
      }
    >();
  if (row === null) return null;
  const { trusted, knewToken, whole } = row;
  const body = Uint8Array.fromBase64(row.body);
  return { ...row, trusted: trusted === 1, knewToken: knewToken === 1, whole: whole === 1, body };
}

/** @returns false where there is none */
export async function dropQuarantined(db: D1Database, id: string, entry: Entry): Promise<boolean> {
  const [dropped] = await db.batch([
    db.prepare("DELETE FROM quarantine WHERE id = ?").bind(id),
    auditOfChange(db, entry),
  ]);
  return (dropped?.meta.changes ?? 0) > 0;
}

/** Deletes strangers' rows received before `before`, epoch ms. What KICC may have sent stays until a person decides. */
export async function pruneStrangers(db: D1Database, before: number): Promise<number> {
  const { meta } = await db.prepare("DELETE FROM quarantine WHERE trusted = 0 AND received_at < ?").bind(before).run();
  return meta.changes;
}
