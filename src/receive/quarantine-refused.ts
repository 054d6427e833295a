// Keeps a refused sending in the quarantine for a person to look at. At a bounded rate, after the answer is decided.
// Never throws.
import { MINUTE_MS } from "../time.ts";
import { type Body, readBody } from "./body.ts";
import { log, reasonOf } from "../log.ts";
import { before } from "../deadline.ts";
import { readNotification } from "../kinds/read.ts";
import { type QuarantineReason, keepRefused } from "../store/quarantine.ts";

// How long a refused caller is waited for: for its body, and for Cloudflare's rate limiting.
const READ_WITHIN_MS = 2000;
const LIMIT_WITHIN_MS = 500;
// Without the rate limiting bindings each isolate counts on its own. There are many isolates, so these numbers are
// small.
const PER_ISOLATE_AND_MINUTE = { strangers: 10, trusted: 60 };
const LONGEST_TEXT = 200;

/** How many are kept per minute (wrangler.toml). Senders from KICC_SOURCES or with the token have their own rate. */
export interface Limits {
  readonly strangers?: RateLimit;
  readonly trusted?: RateLimit;
}

export interface Refused {
  readonly reason: QuarantineReason;
  /** From an address in KICC_SOURCES, or with the token: most likely KICC. Strangers never displace it. */
  readonly trusted: boolean;
  readonly knewToken: boolean;
  readonly address: string | null;
  readonly reference: string | null;
  readonly contentType: string | null;
  readonly receivedAt: number;
  /** null where the path is no door. */
  readonly door: string | null;
  /** A token in it is masked. */
  readonly path: string;
}

interface KeepResources {
  readonly db: D1Database;
  readonly limits?: Limits;
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/**
 * For a sending that was refused before its body was read. The body must be read before the answer leaves: workerd
 * reads no request after its response. A stranger's body is read only if the rate allows it. KICC's is always read,
 * because its rate depends on its mallId.
 */
export async function readAside(request: Request, refused: Refused, resources: KeepResources): Promise<void> {
  const fromKicc = isFromKicc(refused);
  if (!fromKicc && !(await isWithinRate(refused, null, resources.limits))) return;
  const body = await readBody(request, Date.now() + READ_WITHIN_MS);
  if (fromKicc) keepAside(body, refused, resources);
  else resources.waitUntil(keepRow(refused, body, mallIdIn(body, refused), resources.db));
}

/** For a sending whose body was read before it was refused. */
export function keepAside(body: Body, refused: Refused, resources: KeepResources): void {
  const keep = async () => {
    const mallId = mallIdIn(body, refused);
    if (await isWithinRate(refused, mallId, resources.limits)) await keepRow(refused, body, mallId, resources.db);
  };
  resources.waitUntil(keep());
}

/** The mallId that it names, used for the limits only. */
function mallIdIn({ bytes, end }: Body, { contentType }: Refused): string | null {
  const reading = end === "whole" ? readNotification(bytes, contentType, "any") : null;
  return reading?.readable ? (reading.fields.mallId?.slice(0, LONGEST_TEXT) ?? null) : null;
}

async function keepRow(refused: Refused, { bytes, end }: Body, mallId: string | null, db: D1Database): Promise<void> {
  try {
    const id = await quarantineId(refused, bytes);
    const receipts = await keepRefused(db, {
      ...refused,
      id,
      address: refused.address?.slice(0, LONGEST_TEXT) ?? null,
      contentType: refused.contentType?.slice(0, LONGEST_TEXT) ?? null,
      whole: end === "whole",
      mallId,
      body: bytes,
    });
    const { reason, address, knewToken } = refused;
    log("quarantine.kept", { id, reason, address, knewToken, receipts });
  } catch (error) {
    log("quarantine.not-kept", { reason: refused.reason, error: reasonOf(error) });
  }
}

/**
 * One id per content. The reference belongs to the content, because it may be the only difference between two messages
 * without ids. So do door and Content-Type, because they decide how the bytes are read.
 */
async function quarantineId(
  { trusted, reason, reference, door, contentType }: Refused,
  body: Uint8Array,
): Promise<string> {
  const about = new TextEncoder().encode(JSON.stringify([trusted, reason, reference, door, contentType]));
  const digest = await crypto.subtle.digest("SHA-256", await new Blob([about, body]).arrayBuffer());
  return `qrt_${new Uint8Array(digest).toHex().slice(0, 32)}`;
}

function isFromKicc({ trusted, reason }: Refused): boolean {
  return trusted && reason !== "address";
}

/**
 * Which sendings share a rate.
 * Strangers: all share one, because it limits D1's work, however many addresses a flood has. Callers who know only the
 * token: they share another, so that a leaked token cannot use up KICC's rate. KICC: one for each reason and mallId,
 * because KICC calls for all merchants and another merchant's flood must not hide ours.
 */
function rateKey(refused: Refused, mallId: string | null): string {
  return isFromKicc(refused) ? `kicc ${refused.reason} ${mallId ?? ""}` : "others";
}

async function isWithinRate(refused: Refused, mallId: string | null, limits: Limits = {}): Promise<boolean> {
  const { trusted } = refused;
  const limiter = trusted ? limits.trusted : limits.strangers;
  const key = rateKey(refused, mallId);
  if (limiter) {
    try {
      const asked = limiter.limit({ key });
      return (await before(Date.now() + LIMIT_WITHIN_MS, "ask for the rate", asked)).success;
    } catch (error) {
      log("quarantine.unlimited", { error: reasonOf(error) });
    }
  }
  return countHere(trusted ? "trusted" : "strangers", key, Date.now());
}

const counted = { minute: 0, byKey: new Map<string, number>() };

function countHere(who: "strangers" | "trusted", key: string, now: number): boolean {
  const minute = Math.floor(now / MINUTE_MS);
  if (minute !== counted.minute) {
    counted.minute = minute;
    counted.byKey.clear();
  }
  const perKey = `${who} ${key}`;
  const count = (counted.byKey.get(perKey) ?? 0) + 1;
  counted.byKey.set(perKey, count);
  return count <= PER_ISOLATE_AND_MINUTE[who];
}
