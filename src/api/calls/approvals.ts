// The announced approvals of contract section 8. The same calls as for cancellations, but by pgCno and with a kind that
// has a status API.
import * as z from "zod/mini";
import { kindsAnnouncedBy } from "../../kinds/registry.ts";
import type { AnnouncedRow } from "../../store/announced.ts";
import { APPROVALS } from "../../store/register.ts";
import { operation } from "../operation.ts";
import { isRefusal } from "../perform.ts";
import { announceOne, askNow, listPage, readOne } from "./announced.ts";
import {
  announcedFields,
  announcementInput,
  id,
  pageInput,
  querySchema,
  shownAnnounced,
  shownQuery,
} from "./announced-shape.ts";

const PATH = "/api/approvals/{pgCno}";

const kinds = kindsAnnouncedBy(APPROVALS.announcedBy);
const kind = z.enum(kinds, `must be one of ${kinds.join(", ")}`);
const pgCno = z.object({ pgCno: id });
const approval = z.object({ kind: z.string(), ...announcedFields });

function shownApproval(row: AnnouncedRow): z.infer<typeof approval> {
  return { kind: row.kind, ...shownAnnounced(row) };
}

export const approvalOperations = [
  operation({
    method: "put",
    path: PATH,
    summary: "Announce an approval: KICC is asked about it if its notification does not come",
    forDelivery: true,
    input: z.object({ kind, ...announcementInput }),
    answer: approval,
    async run({ dueAfterSeconds, shopOrderNo = null, reference = null, ...ids }, context) {
      const event = { ...ids, id: ids.pgCno, cancelPgCno: null, shopOrderNo, reference };
      const row = await announceOne(APPROVALS, event, dueAfterSeconds, context);
      return isRefusal(row) ? row : shownApproval(row);
    },
  }),
  operation({
    method: "get",
    path: PATH,
    summary: "One announced approval",
    forDelivery: true,
    input: pgCno,
    answer: approval,
    async run(input, context) {
      const row = await readOne(APPROVALS, input.pgCno, context);
      return isRefusal(row) ? row : shownApproval(row);
    },
  }),
  operation({
    method: "get",
    path: "/api/approvals",
    summary: "Announced approvals, newest first",
    forDelivery: true,
    input: pageInput,
    answer: z.object({ approvals: z.array(approval), cursor: z.nullable(z.string()) }),
    async run(input, context) {
      const { rows, cursor } = await listPage(APPROVALS, input, context);
      return { approvals: rows.map(shownApproval), cursor };
    },
  }),
  operation({
    method: "post",
    path: `${PATH}/ask`,
    summary: "Ask KICC about an approval now; its own instants stay as they are",
    forDelivery: true,
    needsDelivering: true,
    input: pgCno,
    answer: z.extend(approval, { answer: querySchema }),
    async run(input, context) {
      const asked = await askNow(APPROVALS, input.pgCno, context);
      return isRefusal(asked) ? asked : { ...shownApproval(asked.row), answer: shownQuery(asked.entry) };
    },
  }),
] as const;
