// The least of the API's notification shape (contract section 7) that a release answers with.
import * as z from "zod/mini";
import { readAnswerRow } from "../store/released.ts";

const text = z.nullable(z.string());
const instant = z.nullable(z.iso.datetime());

export const notificationSchema = z.object({
  id: z.string(),
  kind: z.literal("wechat.cancel"),
  state: z.enum(["pending", "delivered", "dead", "held", "closed"]),
  reason: text,
  source: z.enum(["notification", "status-api", "test"]),
  reference: text,
  mallId: text,
  shopOrderNo: text,
  pgCno: text,
  cancelPgCno: text,
  resCd: z.string(),
  resMsg: z.string(),
  cancelDate: text,
  currency: text,
  amount: text,
  receivedAt: z.iso.datetime(),
  receipts: z.int(),
  attempts: z.int(),
  nextAttemptAt: instant,
  deliveredAt: instant,
});

export async function notificationAnswer(db: D1Database, id: string): Promise<z.infer<typeof notificationSchema>> {
  const row = await readAnswerRow(db, id);
  return {
    ...row,
    kind: "wechat.cancel",
    receivedAt: new Date(row.receivedAt).toISOString(),
    nextAttemptAt: row.state === "pending" ? instantOf(row.nextAttemptAt) : null,
    deliveredAt: instantOf(row.deliveredAt),
  };
}

function instantOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
