// The announced cancellations of contract section 8: announce one, read one or many, ask KICC about one now.
import * as z from "zod/mini";
import { wechatCancel } from "../../kinds/wechat-cancel.ts";
import type { AnnouncedRow } from "../../store/announced.ts";
import { CANCELLATIONS } from "../../store/register.ts";
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

const PATH = "/api/cancellations/{cancelPgCno}";

const cancelPgCno = z.object({ cancelPgCno: id });
const cancellation = z.object({ cancelPgCno: z.string(), ...announcedFields });

function shownCancellation(row: AnnouncedRow): z.infer<typeof cancellation> {
  return { cancelPgCno: row.id, ...shownAnnounced(row) };
}

export const cancellationOperations = [
  operation({
    method: "put",
    path: PATH,
    summary: "Announce a cancellation: KICC is asked about it if its notification does not come",
    forDelivery: true,
    input: z.object({ cancelPgCno: id, ...announcementInput }),
    answer: cancellation,
    async run({ dueAfterSeconds, shopOrderNo = null, reference = null, ...ids }, context) {
      const event = { ...ids, id: ids.cancelPgCno, kind: wechatCancel.name, shopOrderNo, reference };
      const row = await announceOne(CANCELLATIONS, event, dueAfterSeconds, context);
      return isRefusal(row) ? row : shownCancellation(row);
    },
  }),
  operation({
    method: "get",
    path: PATH,
    summary: "One announced cancellation",
    forDelivery: true,
    input: cancelPgCno,
    answer: cancellation,
    async run(input, context) {
      const row = await readOne(CANCELLATIONS, input.cancelPgCno, context);
      return isRefusal(row) ? row : shownCancellation(row);
    },
  }),
  operation({
    method: "get",
    path: "/api/cancellations",
    summary: "Announced cancellations, newest first",
    forDelivery: true,
    input: pageInput,
    answer: z.object({ cancellations: z.array(cancellation), cursor: z.nullable(z.string()) }),
    async run(input, context) {
      const { rows, cursor } = await listPage(CANCELLATIONS, input, context);
      return { cancellations: rows.map(shownCancellation), cursor };
    },
  }),
  operation({
    method: "post",
    path: `${PATH}/ask`,
    summary: "Ask KICC about a cancellation now; its own instants stay as they are",
    forDelivery: true,
    needsDelivering: true,
    input: cancelPgCno,
    answer: z.extend(cancellation, { answer: querySchema }),
    async run(input, context) {
      const asked = await askNow(CANCELLATIONS, input.cancelPgCno, context);
      return isRefusal(asked) ? asked : { ...shownCancellation(asked.row), answer: shownQuery(asked.entry) };
    },
  }),
] as const;
