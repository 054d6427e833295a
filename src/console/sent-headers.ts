// What an attempt sent to our system: the headers as the receiver makes them, with secrets and signatures masked. Pure.
import type { Delivering } from "../config.ts";
import { plainHeaders } from "../outbound/headers.ts";
import { routeOf } from "../outbound/origin.ts";
import type { Attempt } from "../rules/outcome.ts";
import type { WholeRow } from "../store/search.ts";

const MASKED = "•••";

type Header = readonly [name: string, value: string];

interface Sent {
  /** null where a puller passes it on. */
  readonly url: string | null;
  /** The kicc-… headers and the others that are not secret: without signatures and ORIGIN_HEADERS. */
  readonly plain: readonly Header[];
  /** The names of ORIGIN_HEADERS for the host. */
  readonly secret: readonly string[];
}

/** Returns null in queue mode: the other Worker makes its own request. @param number of the attempt */
export function sentBy(delivering: Delivering | null, row: WholeRow, number: number): Sent | null {
  if (delivering === null || delivering.mode === "queue") return null;
  const { origin } = delivering;
  const url = origin === null ? null : routeOf(origin, row);
  const delivery = { ...row, attempt: number, confirmed: row.confirm === "confirmed" };
  const type: Header[] = row.contentType === null ? [] : [["content-type", row.contentType]];
  const own = url === null ? {} : (origin?.headers[url.host] ?? origin?.headers[url.hostname] ?? {});
  return {
    url: url?.href ?? null,
    plain: [...type, ...Object.entries(plainHeaders(delivery))],
    secret: Object.keys(own),
  };
}

/** The headers of an attempt, a line each. */
export function headersOf({ plain, secret }: Sent, id: string, { startedAt }: Attempt): string {
  const signing: Header[] = [
    ["webhook-id", id],
    ["webhook-timestamp", String(Math.floor(startedAt / 1000))],
    ["webhook-signature", `v1,${MASKED}`],
  ];
  const masked = secret.map((name): Header => [name, MASKED]);
  return [...signing, ...plain, ...masked].map(([name, value]) => `${name}: ${value}`).join("\n");
}

/** The headers for the command. A secret one has only its name. */
export function headersByHand({ plain, secret }: Sent, id: string): Header[] {
  return [["webhook-id", id], ...plain, ...secret.map((name): Header => [name, "… (ORIGIN_HEADERS)"])];
}
