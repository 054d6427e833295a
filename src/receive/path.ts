// The notifyUrl's path: a door, with a token {door}/{token}, and after a token an optional /{reference}. Pure.
import { DOORS, type Door } from "../kinds/registry.ts";
import { isOneOf } from "../tokens.ts";

export const REFERENCE = /^[A-Za-z0-9._~-]{1,200}$/;

export interface HookPath {
  /** The token that is set was given, or none is set and none was given. */
  readonly opens: boolean;
  /** A token is set, and it was given. */
  readonly knewToken: boolean;
  /** What the merchant chose for this event; null where there is none or it is outside the allowed set. */
  readonly reference: string | null;
}

/** The path of an absolute URL as it was written. A URL object would do, and costs the ack more than the rest of this. */
export function pathnameOf(url: string): string {
  const [path = ""] = url.slice(url.indexOf("/", url.indexOf("://") + 3)).split(/[?#]/, 1);
  return path;
}

/** The door that a path leads to, as it is written: no doubled slashes, no capitals. */
export function doorOf(pathname: string): Door | null {
  return DOORS.find(({ path }) => pathname === path || pathname.startsWith(`${path}/`)) ?? null;
}

/** @param pathname begins with `door` @param tokens empty where none is set */
export function readHookPath(pathname: string, door: string, tokens: readonly string[]): HookPath {
  const [token = "", ...rest] = segmentsBehind(pathname, door);
  const knewToken = isOneOf(tokens, decoded(token));
  const superfluous = token !== "" || rest.length > 0;
  if (tokens.length === 0) return { opens: !superfluous, knewToken, reference: null };
  const reference = decoded(rest.join("/"));
  return { opens: knewToken, knewToken, reference: knewToken && REFERENCE.test(reference) ? reference : null };
}

/**
 * The reference of a path whose token is not ours, as in a stale notifyUrl: what follows the first segment. It proves
 * nothing; whoever takes the sending in trusts its source address.
 */
export function referenceIn(pathname: string, door: string): string | null {
  const [, ...rest] = segmentsBehind(pathname, door);
  const reference = decoded(rest.join("/"));
  return REFERENCE.test(reference) ? reference : null;
}

/** A slash at the end is no part of the path. */
function segmentsBehind(pathname: string, door: string): string[] {
  const [, ...segments] = pathname
    .slice(door.length)
    .replace(/(?<=[^/])\/$/, "")
    .split("/");
  return segments;
}

const LONGEST_PATH = 200;

/** For people: a segment that is one of our tokens, or that may be one, is masked. */
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
