// Verifies the JWT of Cloudflare Access, which names the operator. Its header alone proves nothing: anybody can send
// it.
import { cloudflareAccess } from "@hono/cloudflare-access";
import type { Context, MiddlewareHandler } from "hono";
import { log, reasonOf } from "../log.ts";

export interface Access {
  readonly team: string;
  readonly audience: string;
}

// One per team and audience. Each caches the team's public keys for an hour.
const guards = new Map<string, MiddlewareHandler>();

/** @returns the operator's name; `refused`: no valid JWT; `away`: the team's keys cannot be fetched */
export async function accessOperator(
  c: Context,
  { team, audience }: Access,
): Promise<{ who: string } | "refused" | "away"> {
  const guard = guards.get(`${team} ${audience}`) ?? cloudflareAccess(team, audience);
  guards.set(`${team} ${audience}`, guard);
  let vouched = false;
  try {
    await guard(c, async () => {
      vouched = true;
    });
  } catch (error) {
    log("console.access-away", { error: reasonOf(error) });
    return "away";
  }
  if (!vouched) return "refused";
  return { who: nameIn(c.get("accessPayload")) };
}

/** The e-mail address of a person, or the name of a service token. */
function nameIn(payload: unknown): string {
  const { email, common_name: name, sub } = (payload ?? {}) as Readonly<Record<string, unknown>>;
  const who = [email, name, sub].find((each) => typeof each === "string" && each !== "");
  return typeof who === "string" ? who.slice(0, 200) : "access";
}
