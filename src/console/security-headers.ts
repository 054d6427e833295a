// The headers of every console answer: only the console's own script, no frames, no other origins, no caching, no
// referrer to other sites.
import type { MiddlewareHandler } from "hono";

const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

const HEADERS = {
  "content-security-policy": POLICY,
  "x-content-type-options": "nosniff",
  // Not no-referrer: with it, browsers send the console's own forms with `Origin: null`, which the CSRF check refuses
  // from browsers that are too old for Sec-Fetch-Site. Other sites get no referrer with either value.
  "referrer-policy": "same-origin",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "strict-transport-security": "max-age=31536000",
} as const;

export const protect: MiddlewareHandler = async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
  if (!c.res.headers.has("cache-control")) c.header("cache-control", "no-store");
};
