// All that a filter matches as CSV, streamed: one page of the store is in memory at a time, whatever there is.
import * as z from "zod/mini";
import { before } from "../../deadline.ts";
import { log, reasonOf } from "../../log.ts";
import { type Page, type Wanted, search } from "../../store/search.ts";
import { csvHead, csvLine } from "../csv.ts";
import { filterInput, filtersOf } from "../filters.ts";
import { type Desk, operation } from "../operation.ts";
import { notificationShape } from "../shapes.ts";

// An invocation may ask D1 a thousand times: a page must be large for a million notifications to fit, and small in memory.
const PAGE = 5000;
const WINDOW = 10_000;
const PAGE_WITHIN_MS = 30_000;

const NOT_TAKEN = "is not taken: the answer has all that the filter matches";
const EXCEL = "must be 1 or 0";

export const downloadNotifications = operation({
  method: "get",
  path: "/api/notifications.csv",
  summary:
    "All notifications that the filters match as CSV, newest first, times in KST; with excel=1 numbers of more than 15 digits are written so that Excel keeps them",
  contentType: "text/csv; charset=utf-8",
  input: z.object({
    ...filterInput,
    excel: z._default(z.enum(["0", "1"], EXCEL), "0"),
    cursor: z.optional(z.never(NOT_TAKEN)),
    limit: z.optional(z.never(NOT_TAKEN)),
  }),
  answer: z.instanceof(ReadableStream<Uint8Array>),
  async run({ excel, cursor: _cursor, limit: _limit, ...filters }, desk) {
    const wanted = { ...filtersOf(filters), limit: PAGE, window: WINDOW };
    // Before anything is answered, so that D1 that is away is a refusal and no half of a file.
    const first = await search(desk.db, wanted);
    return lines(first, wanted, excel === "1", desk);
  },
});

/** Reads the next page only when the one before was taken. Where D1 fails amid, the download breaks off: no file looks whole. */
function lines(first: Page, wanted: Wanted, forExcel: boolean, desk: Desk): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let page = first;
  let head = csvHead();
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const text = page.rows.map((row) => csvLine(notificationShape(row, desk), { forExcel })).join("");
          controller.enqueue(encoder.encode(head + text));
          head = "";
          if (page.next === null) controller.close();
          else page = await nextPage(page.next);
        } catch (error) {
          log("api.failed", { method: "get", path: "/api/notifications.csv", error: reasonOf(error) });
          throw error;
        }
      },
    },
    { highWaterMark: 0 },
  );

  /** The next one that has rows, or the last. */
  async function nextPage(after: number): Promise<Page> {
    let next: Page = { rows: [], next: after };
    while (next.rows.length === 0 && next.next !== null) {
      const asked = search(desk.db, { ...wanted, after: next.next });
      next = await before(Date.now() + PAGE_WITHIN_MS, "read the next page", asked);
    }
    return next;
  }
}
