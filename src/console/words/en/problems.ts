// Words of what to do about a failed attempt, in English.
export const problems = {
  redirect: (to: string) => `Your server sends callers on to another address. Set ORIGIN_URL to ${to}, then deploy.`,
  login: (_about: string) =>
    "A login stands before your handler. Let this path through without one, or set its credentials in ORIGIN_HEADERS.",
  maintenance: (_about: string) =>
    "Your server shows a maintenance page. Send the notification again when that is over.",
  php: (_about: string) =>
    "Your handler broke off with a PHP error. It is in the answer below, and in your server's log.",
  page: (_about: string) => "A web page answered instead of your handler. Check the path of ORIGIN_URL.",
  refused: (code: string) => `Your handler read it and answered ${code}. Its log says why.`,
  gate: (status: string) =>
    `Something refused the call (${status}): a firewall, an address list, a login, or the check of the signature. Check ORIGIN_SIGNING_SECRET and your server's clock, then take the check of KICC's address out of your handler.`,
  path: (_about: string) => "Nothing is at that path. Check ORIGIN_URL.",
  method: (_about: string) => "Nothing takes a POST at that path. Check ORIGIN_URL.",
  filter: (status: string) =>
    `A filter before your handler refused the request (${status}). Exempt this path from it: from CSRF checks, mod_security, limits of size and type.`,
  gone: (_about: string) => "Your handler answered 410, which says: never send this again.",
  busy: (_about: string) => "Your server takes no more at the moment. It is tried again when it asked for.",
  server: (status: string) => `Your handler or the server before it failed (${status}). Its log of this time says why.`,
  certificate: (_about: string) =>
    "Your server's certificate is not accepted: expired, self-signed, or for another name. Renew it with its whole chain.",
  unreachable: (_about: string) =>
    "Your server was not reached: it is down, its firewall refuses Cloudflare, or its name is not in DNS.",
  slow: (ms: string) =>
    `Your handler took longer than ${ms} ms. It may have booked it all the same: look before you book by hand.`,
  broken: (_about: string) =>
    "The answer broke off. Your handler may have booked it all the same: look before you book by hand.",
  unreported: (_about: string) =>
    "Whoever took it never said how it ended. Look at the log of your puller or your consumer.",
};
