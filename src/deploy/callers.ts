// Calls a door as a stranger would, in ways that Cloudflare's bot and browser checks treat differently. The token in
// the URL is wrong on purpose: the receiver keeps nothing of such a call.
import { type CallResult, callHttps } from "./https-call.ts";
import type { DoorPath } from "./doors.ts";
import type { Endpoints } from "./endpoints.ts";

interface Caller {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
}

const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };

export const CALLERS: readonly Caller[] = [
  {
    name: "Java",
    headers: {
      ...JSON_TYPE,
      "user-agent": "Java/1.8.0_202",
      accept: "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
    },
  },
  { name: "no User-Agent", headers: JSON_TYPE },
  { name: "curl", headers: { ...JSON_TYPE, "user-agent": "curl/8.5.0", accept: "*/*" } },
];

export function callDoor(
  receiver: string,
  { path }: DoorPath,
  { headers }: Caller,
  endpoints: Endpoints,
): Promise<CallResult> {
  return callHttps({ url: new URL(`${path}/a-wrong-token`, receiver), headers, body: "{}" }, endpoints);
}
