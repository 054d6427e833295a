// Limits sign-ins to ten per minute and address. Cloudflare's rate limiting counts them, and this isolate as well.
import { log, reasonOf } from "../log.ts";
import { MINUTE_MS } from "../time.ts";

const MOST = 10;
// At most so many addresses are counted per minute. Further addresses are let through: a flood must not lock out an
// operator.
const ADDRESSES = 1000;

let counted = { minute: 0, tries: new Map<string, number>() };

/** Counts a try. @param limiter undefined where the binding is missing: then only this isolate counts */
export async function mayTry(address: string, now: number, limiter: RateLimit | undefined): Promise<boolean> {
  if (countHere(address, Math.floor(now / MINUTE_MS)) > MOST) return false;
  try {
    return limiter === undefined || (await limiter.limit({ key: address })).success;
  } catch (error) {
    log("console.unlimited", { error: reasonOf(error) });
    return true;
  }
}

function countHere(address: string, minute: number): number {
  if (minute !== counted.minute) counted = { minute, tries: new Map() };
  const { tries } = counted;
  const count = (tries.get(address) ?? 0) + 1;
  if (count > 1 || tries.size < ADDRESSES) tries.set(address, count);
  return count;
}
