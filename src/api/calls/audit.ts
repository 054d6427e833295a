// What operators did: who, what, when.
import * as z from "zod/mini";
import { listAudit } from "../../store/audit.ts";
import { rfc3339 } from "../../time.ts";
import { serialCursor, writeCursor } from "../cursor.ts";
import { limit } from "../input.ts";
import { operation } from "../operation.ts";
import { instantSchema } from "../shapes.ts";

export const readAudit = operation({
  method: "get",
  path: "/api/audit",
  summary: "What operators did, newest first",
  input: z.object({ cursor: z.optional(serialCursor), limit }),
  answer: z.object({
    audit: z.array(
      z.object({
        id: z.int(),
        at: instantSchema,
        who: z.string(),
        what: z.string(),
        subject: z.nullable(z.string()),
        note: z.nullable(z.string()),
      }),
    ),
    cursor: z.nullable(z.string()),
  }),
  async run({ cursor, limit: most }, { db }) {
    const found = await listAudit(db, cursor ?? null, most + 1);
    const page = found.slice(0, most);
    const last = found.length > most ? page.at(-1) : undefined;
    return { audit: page.map((row) => ({ ...row, at: rfc3339(row.at) })), cursor: writeCursor(last?.id ?? null) };
  },
});
