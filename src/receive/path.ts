// The notifyUrl's path: /kicc/wechat/cancel, with a token /{token}, and after a token an optional /{reference}. Pure.
import { isOneOf } from "../tokens.ts";

export const HOOK_PATH = "/kicc/wechat/cancel";

export const REFERENCE = /^[A-Za-z0-9._~-]{1,200}$/;

export interface HookPath {
  /** The token that is set was given, or none is set and none was given. */
  readonly opens: boolean;
  /** A token is set, and it was given. */
  readonly knewToken: boolean;
  /** What the merchant chose for this cancellation; null where there is none or it is outside the allowed set. */
  readonly reference: string | null;
}

/** The path of an absolute URL as it was written. A URL object would do, and costs the ack more than the rest of this. */
export function pathOf(url: string): string {
  const [path = ""] = url.slice(url.indexOf("/", url.indexOf("://") + 3)).split(/[?#]/, 1);
  return path;
}

/** @param pathname begins with HOOK_PATH @param tokens empty where none is set */
export function readHookPath(pathname: string, tokens: readonly string[]): HookPath {
  const [, token = "", ...rest] = pathname.slice(HOOK_PATH.length).split("/");
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
export function referenceIn(pathname: string): string | null {
  const [, , ...rest] = pathname.slice(HOOK_PATH.length).split("/");
  const reference = decoded(rest.join("/"));
  return REFERENCE.test(reference) ? reference : null;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
