// Keeps a refused sending aside for a person to look at: at a bounded rate, after the answer is decided. Never throws.
import { type Body, readBody } from "./body.ts";
import { log, reasonOf } from "../log.ts";
import { before } from "../deadline.ts";
import { readNotification } from "../kinds/read.ts";
import { type QuarantineReason, keepRefused } from "../store/quarantine.ts";

// A refused caller waits no longer for its own body, or for Cloudflare's rate limiting.
const READ_WITHIN_MS = 2000;
const LIMIT_WITHIN_MS = 500;
// Without the rate limiting bindings an isolate counts for itself. There are many isolates: so these are few.
const PER_ISOLATE_AND_MINUTE = { strangers: 10, trusted: 60 };
const MINUTE_MS = 60_000;
const LONGEST_TEXT = 200;

/** How much is kept per minute (wrangler.toml); what came from KICC_SOURCES or with the token has a rate of its own. */
export interface Limits {
  readonly strangers?: RateLimit;
  readonly trusted?: RateLimit;
}

export interface Refused {
  readonly reason: QuarantineReason;
  /** From a KICC_SOURCES address, or with the token: most likely KICC, so strangers never displace it. */
  readonly trusted: boolean;
  readonly knewToken: boolean;
  readonly address: string | null;
  readonly reference: string | null;
  readonly contentType: string | null;
  readonly receivedAt: number;
  /** null where the path is none. */
  readonly door: string | null;
  /** A token in it is masked. */
  readonly path: string;
}

interface Keeping {
  readonly db: D1Database;
  readonly limits?: Limits;
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/**
 * For a sending that was refused unread. The body has to be read before the answer leaves: workerd reads no request
 * after its response. It is read only where the rate allows it.
 */
export async function readAside(request: Request, refused: Refused, keeping: Keeping): Promise<void> {
  if (!(await isWithinRate(refused, keeping.limits))) return;
  const body = await readBody(request, Date.now() + READ_WITHIN_MS);
  keeping.waitUntil(store(refused, body, keeping.db));
}

/** For a sending whose body was read before it was refused. */
export function keepAside(body: Body, refused: Refused, keeping: Keeping): void {
  const keep = async () => {
    if (await isWithinRate(refused, keeping.limits)) await store(refused, body, keeping.db);
  };
  keeping.waitUntil(keep());
}

/** What it says it is, for the bounds alone. */
function mallIdIn(body: Uint8Array, contentType: string | null, whole: boolean): string | null {
  const reading = whole ? readNotification(body, contentType, "any") : null;
  return reading?.readable ? (reading.fields.mallId?.slice(0, LONGEST_TEXT) ?? null) : null;
}

async function store(refused: Refused, { bytes, end }: Body, db: D1Database): Promise<void> {
  try {
    const id = await quarantineId(refused, bytes);
    const receipts = await keepRefused(db, {
      ...refused,
      id,
      address: refused.address?.slice(0, LONGEST_TEXT) ?? null,
      contentType: refused.contentType?.slice(0, LONGEST_TEXT) ?? null,
      whole: end === "whole",
      mallId: mallIdIn(bytes, refused.contentType, end === "whole"),
      body: bytes,
    });
    const { reason, address, knewToken } = refused;
    log("quarantine.kept", { id, reason, address, knewToken, receipts });
  } catch (error) {
    log("quarantine.not-kept", { reason: refused.reason, error: reasonOf(error) });
  }
}

/**
 * One id per content. The reference counts as content: it may be all that tells two messages without ids apart. So do
 * door and Content-Type: they say how the bytes are read.
 */
async function quarantineId(
  { trusted, reason, reference, door, contentType }: Refused,
  body: Uint8Array,
): Promise<string> {
  const about = new TextEncoder().encode(JSON.stringify([trusted, reason, reference, door, contentType]));
  const digest = await crypto.subtle.digest("SHA-256", await new Blob([about, body]).arrayBuffer());
  return `qrt_${new Uint8Array(digest).toHex().slice(0, 32)}`;
}

/**
 * One key for all strangers: the bound is on D1's work, however many addresses a flood has. Those who know the token
 * have another key than KICC: a leaked token then hides nothing of KICC's.
 */
async function isWithinRate({ trusted, reason }: Refused, limits: Limits = {}): Promise<boolean> {
  const limiter = trusted ? limits.trusted : limits.strangers;
  const key = trusted && reason !== "address" ? "kicc" : "others";
  if (limiter) {
    try {
      const asked = limiter.limit({ key });
      return (await before(Date.now() + LIMIT_WITHIN_MS, "ask for the rate", asked)).success;
    } catch (error) {
      log("quarantine.unlimited", { error: reasonOf(error) });
    }
  }
  return countHere(trusted ? "trusted" : "strangers", Date.now());
}

const counted = { minute: 0, strangers: 0, trusted: 0 };

function countHere(who: "strangers" | "trusted", now: number): boolean {
  const minute = Math.floor(now / MINUTE_MS);
  if (minute !== counted.minute) Object.assign(counted, { minute, strangers: 0, trusted: 0 });
  counted[who] += 1;
  return counted[who] <= PER_ISOLATE_AND_MINUTE[who];
}
