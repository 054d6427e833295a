// The API's calls on the quarantine: list it, release one, drop one.
import * as z from "zod/mini";
import type { Config } from "../../config.ts";
import type { Kind } from "../../kinds/kind.ts";
import { identify, unreadNotification } from "../../kinds/make-notification.ts";
import { readNotification } from "../../kinds/read.ts";
import { kindNamed } from "../../kinds/registry.ts";
import { showBody } from "../../kinds/personal.ts";
import type { Notification } from "../../rules/notification.ts";
import type { Entry } from "../../store/audit.ts";
import {
  type Quarantined,
  type QuarantineRow,
  dropQuarantined,
  findQuarantined,
  listQuarantined,
  whereKept,
} from "../../store/quarantine.ts";
import { findListed } from "../../store/report.ts";
import { enqueueStored, storeNotification, storingOf } from "../../intake.ts";
import { rfc3339 } from "../../time.ts";
import { timedCursor, writeCursor } from "../cursor.ts";
import { kindName, limit } from "../input.ts";
import { type CallContext, type Refusal, operation, refuse } from "../operation.ts";
import { notificationSchema, notificationShape } from "../shapes.ts";

const EXCERPT_CHARACTERS = 300;

const quarantinedSchema = z.object({
  id: z.string(),
  reason: z.enum(["token", "address", "path", "too-large", "unreadable"]),
  /** null where the path is no door. */
  door: z.nullable(z.string()),
  path: z.nullable(z.string()),
  /** Of the last receipt. */
  address: z.nullable(z.string()),
  knewToken: z.boolean(),
  receivedAt: z.iso.datetime(),
  receipts: z.int(),
  /** As many as are kept: of a body over 64 KiB the first 4 KiB. */
  bytes: z.int(),
  /** Personal values are masked to their first character and a *. */
  excerpt: z.string(),
});

const one = z.object({ id: z.string() });
const released = z.object({ id: z.string(), kind: z.optional(kindName) });

export const quarantineOperations = [
  operation({
    method: "get",
    path: "/api/quarantine",
    summary: "What was refused and kept aside, newest first",
    input: z.object({
      cursor: z.optional(timedCursor),
      limit,
    }),
    answer: z.object({ quarantine: z.array(quarantinedSchema), cursor: z.nullable(z.string()) }),
    run: async ({ cursor, limit: wanted }, { db }) => {
      const after = cursor === undefined ? null : { receivedAt: cursor[0], id: cursor[1] };
      const rows = await listQuarantined(db, after, wanted + 1);
      const page = rows.slice(0, wanted);
      const last = rows.length > wanted ? page.at(-1) : undefined;
      return { quarantine: page.map(quarantinedAnswer), cursor: writeCursor(last ? [last.receivedAt, last.id] : null) };
    },
  }),
  operation({
    method: "post",
    path: "/api/quarantine/{id}/release",
    summary: "Take one in as if KICC had sent it then",
    input: released,
    answer: notificationSchema,
    run: async ({ id, kind: named }, context) => {
      const kept = await findQuarantined(context.db, id);
      if (kept === null) return refuse("not_found", `Nothing in quarantine has the id ${id}`);
      if (!kept.whole) return refuse("conflict", "Only its beginning was kept: it cannot be taken in");
      const notification = readKept(kept, named === undefined ? null : kindNamed(named), context.config);
      return "refusal" in notification ? notification.refusal : release(kept, notification, context);
    },
  }),
  operation({
    method: "delete",
    path: "/api/quarantine/{id}",
    summary: "Drop one",
    input: one,
    answer: z.object({ id: z.string() }),
    run: async ({ id }, context) =>
      (await dropQuarantined(context.db, id, entryOf("drop", id, context)))
        ? { id }
        : refuse("not_found", `Nothing in quarantine has the id ${id}`),
  }),
] as const;

/**
 * Reads a body at the door where it came. Where the path is no door, by its marks, else as the kind that the person
 * names. A body that cannot be read is released only if KICC's address sent it and the person names the kind: its
 * bytes, without fields.
 */
function readKept(kept: Quarantined, named: Kind | null, config: Config): Notification | { readonly refusal: Refusal } {
  const { body, receivedAt, reference, contentType, address } = kept;
  const arrival = { source: "notification", sourceAddress: address, receivedAt, reference, body } as const;
  const where = named ?? whereKept(kept);
  const reading = readNotification(body, contentType, where);
  if (reading.readable) return identify(reading, arrival);
  if (named !== null && isFromKicc(kept, named, config)) return unreadNotification(named, { ...arrival, contentType });
  if (where === "any") {
    return { refusal: refuse("invalid", "kind: must be named, since nothing in the body tells what it is") };
  }
  return { refusal: refuse("conflict", "It is no JSON object or form with resCd: it stays here") };
}

function isFromKicc({ trusted, reason, address }: Quarantined, { product }: Kind, { receiving }: Config): boolean {
  return trusted && reason !== "address" && receiving?.allows[product]?.(address) === true;
}

/**
 * Stores it first and drops it then. If it dies in between, the person releases it again, and the receipt's id makes it
 * count once. It is judged like a notification from KICC: it may be a receipt, or be held.
 */
async function release(
  kept: Quarantined,
  notification: Notification,
  context: CallContext,
): Promise<z.infer<typeof notificationSchema> | Refusal> {
  const storing = storingOf(context.config.storing, notification, kept.id, context.now);
  const stored = await storeNotification(context.db, notification, storing);
  await dropQuarantined(context.db, kept.id, entryOf("release", stored.id, context, kept.id));
  context.waitUntil(enqueueStored(stored, notification, context.config, context));
  const row = await findListed(context.db, stored.id);
  if (row === null) throw new Error(`Cannot find notification ${stored.id}: it was stored just now`);
  return notificationShape(row, context);
}

function entryOf(
  what: "release" | "drop",
  subject: string,
  { now, operator }: CallContext,
  note: string | null = null,
): Entry {
  return { at: now, who: operator, what, subject, note };
}

function quarantinedAnswer({ beginning, contentType, ...row }: QuarantineRow): z.infer<typeof quarantinedSchema> {
  return {
    ...row,
    knewToken: row.knewToken === 1,
    receivedAt: rfc3339(row.receivedAt),
    excerpt: excerptOf(Uint8Array.fromBase64(beginning), contentType),
  };
}

/** The beginning of a body may end inside a character: such bytes are left out. */
function excerptOf(beginning: Uint8Array, contentType: string | null): string {
  const attempts = [0, 1, 2, 3].map((cut) => showBody(beginning.subarray(0, beginning.length - cut), contentType));
  const { masked } = attempts.find(({ charset }) => charset === "utf-8") ?? showBody(beginning, contentType);
  return masked.slice(0, EXCERPT_CHARACTERS).toWellFormed();
}
