// The list as a file: the API's CSV with the page's filters, streamed.
import { apiFilters } from "./filter-query.ts";
import { clockText } from "./korean-time.ts";
import { problemPage } from "./respond.tsx";
import type { ConsoleContext } from "./view.ts";

export async function download(c: ConsoleContext): Promise<Response> {
  const { view } = c.var;
  const excel = view.url.searchParams.get("excel") === "0" ? "0" : "1";
  const answer = await view.perform("get /api/notifications.csv", { ...apiFilters(view), excel });
  if ("refused" in answer) return problemPage(c, answer.refused);
  const name = `kicc-${clockText(view.now).replaceAll(/[-:]/g, "")}.csv`;
  return c.body(answer, 200, {
    "content-type": "text/csv; charset=utf-8",
    "content-disposition": `attachment; filename="${name}"`,
  });
}
