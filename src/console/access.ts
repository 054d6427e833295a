// Cloudflare Access in front of the console: its JWT is verified here too, and says who the operator is.
import { cloudflareAccess } from "@hono/cloudflare-access";
import type { Context, MiddlewareHandler } from "hono";
import { log, reasonOf } from "../log.ts";

export interface Access {
  readonly team: string;
  readonly audience: string;
}

// Each keeps the team's keys for an hour.
const guards = new Map<string, MiddlewareHandler>();

/** @returns whom Access vouches for; `refused`; or `away` where its keys cannot be had */
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

/** The person's address; a service token has a name in its place. */
function nameIn(payload: unknown): string {
  const { email, common_name: name, sub } = (payload ?? {}) as Readonly<Record<string, unknown>>;
  const who = [email, name, sub].find((each) => typeof each === "string" && each !== "");
  return typeof who === "string" ? who.slice(0, 200) : "access";
}
