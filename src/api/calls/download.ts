// Everything that a filter matches as CSV, streamed. At any time one page of D1 and one part of the archive are in
// memory.
import * as z from "zod/mini";
import { log, reasonOf } from "../../log.ts";
import { csvHead, csvLine } from "../csv.ts";
import { filterInput, filtersOf, wantedOf } from "../filter-input.ts";
import { operation } from "../operation.ts";
import type { NotificationShape } from "../shapes.ts";
import { walk } from "../walk.ts";

// An invocation may query D1 a thousand times. A page must be large enough for a million notifications, and small in
// memory.
const PAGE = 5000;
const WINDOW = 10_000;

const NOT_TAKEN = "is not taken: the answer has all that the filter matches";
const EXCEL = "must be 1 or 0";

export const downloadNotifications = operation({
  method: "get",
  path: "/api/notifications.csv",
  summary:
    "All notifications that the filters match as CSV, the archived ones too, newest first, times in KST; with excel=1 numbers of more than 15 digits are written so that Excel keeps them",
  contentType: "text/csv; charset=utf-8",
  input: z.object({
    ...filterInput,
    excel: z._default(z.enum(["0", "1"], EXCEL), "0"),
    cursor: z.optional(z.never(NOT_TAKEN)),
    limit: z.optional(z.never(NOT_TAKEN)),
  }),
  answer: z.instanceof(ReadableStream<Uint8Array>),
  async run({ excel, cursor: _cursor, limit: _limit, ...filters }, context) {
    const wanted = { ...filtersOf(filters), limit: PAGE, window: WINDOW };
    const pieces = walk(context, wanted, wantedOf(filters));
    // Read before anything is answered: if D1 or R2 does not answer, the call is refused instead of answered with half
    // a file.
    return lines(await nextOf(pieces), pieces, excel === "1");
  },
});

/**
 * Reads the next piece only when the one before was taken. If D1 or R2 fails in between, the download breaks off: half
 * a file never looks whole.
 */
function lines(
  first: IteratorResult<NotificationShape[], void>,
  rest: AsyncGenerator<NotificationShape[], void>,
  forExcel: boolean,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let piece = first;
  let head = csvHead();
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const text = (piece.value ?? []).map((one) => csvLine(one, { forExcel })).join("");
          controller.enqueue(encoder.encode(head + text));
          head = "";
          if (piece.done !== true) piece = await nextOf(rest);
          if (piece.done === true) controller.close();
        } catch (error) {
          log("api.failed", { method: "get", path: "/api/notifications.csv", error: reasonOf(error) });
          throw error;
        }
      },
      cancel: async () => void (await rest.return()),
    },
    { highWaterMark: 0 },
  );
}

/** The next piece that has rows, or the end. */
async function nextOf(
  pieces: AsyncGenerator<NotificationShape[], void>,
): Promise<IteratorResult<NotificationShape[], void>> {
  for (;;) {
    const piece = await pieces.next();
    if (piece.done === true || piece.value.length > 0) return piece;
  }
}
