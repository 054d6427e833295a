// The path of a notifyUrl: {door}; with a token {door}/{token}, optionally followed by /{reference}. Pure.
import { DOORS, type Door } from "../kinds/registry.ts";
import { isOneOf } from "../tokens.ts";

export const REFERENCE = /^[A-Za-z0-9._~-]{1,200}$/;

export interface HookPath {
  /** true: the token that is set was given; or none is set and none was given. */
  readonly opens: boolean;
  /** true: a token is set, and it was given. */
  readonly knewToken: boolean;
  /** The merchant's reference for this event; null where there is none or it has characters that are not allowed. */
  readonly reference: string | null;
}

/**
 * The path of an absolute URL, exactly as written. A URL object would also do, but takes longer than everything else
 * here.
 */
export function pathnameOf(url: string): string {
  const [path = ""] = url.slice(url.indexOf("/", url.indexOf("://") + 3)).split(/[?#]/, 1);
  return path;
}

/** The door of a path, compared exactly: doubled slashes or capitals make another path. */
export function doorOf(pathname: string): Door | null {
  return DOORS.find(({ path }) => pathname === path || pathname.startsWith(`${path}/`)) ?? null;
}

/** @param pathname begins with `door` @param tokens empty where NOTIFY_TOKEN is not set */
export function readHookPath(pathname: string, door: string, tokens: readonly string[]): HookPath {
  const [token = "", ...rest] = segmentsBehind(pathname, door);
  const knewToken = isOneOf(tokens, decoded(token));
  const superfluous = token !== "" || rest.length > 0;
  if (tokens.length === 0) return { opens: !superfluous, knewToken, reference: null };
  const reference = decoded(rest.join("/"));
  return { opens: knewToken, knewToken, reference: knewToken && REFERENCE.test(reference) ? reference : null };
}

/**
 * The reference in a path whose token is not ours, as in a stale notifyUrl: what follows the first segment. It proves
 * nothing. A person who releases the sending trusts its source address.
 */
export function referenceIn(pathname: string, door: string): string | null {
  const [, ...rest] = segmentsBehind(pathname, door);
  const reference = decoded(rest.join("/"));
  return REFERENCE.test(reference) ? reference : null;
}

/** The segments after the door. A slash at the end does not count. */
function segmentsBehind(pathname: string, door: string): string[] {
  const [, ...segments] = pathname
    .slice(door.length)
    .replace(/(?<=[^/])\/$/, "")
    .split("/");
  return segments;
}

const LONGEST_PATH = 200;

/** The path for people to see. Segments that are one of our tokens, or may be a token, are masked. */
export function maskedPath(pathname: string, tokens: readonly string[]): string {
  return pathname
    .slice(0, LONGEST_PATH)
    .split("/")
    .map((segment) => (isOneOf(tokens, decoded(segment)) || segment.length >= 16 ? "***" : segment))
    .join("/");
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
