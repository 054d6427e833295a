// Judges the origin's answer: accepted, or failed with a text that names the problem (contract section 5). Pure. The
// caller handles timeouts and what 410 means for the notification. src/puller/kicc-puller.mjs is a single file without
// imports and carries a copy of this code: test/puller/answers.test.ts fails when the two differ.

export interface OriginAnswer {
  readonly status: number;
  readonly contentType: string | null;
  /** The decoded body; "" where it was not read. */
  readonly text: string;
  /** false: the body is longer than 64 KiB, or it was not read. Then only the status is judged. */
  readonly whole: boolean;
  /** The URL of the POST and the Location of its answer. Both are needed to explain a redirect. */
  readonly url?: string;
  readonly location?: string | null;
}

export type AnswerJudgement = { readonly accepted: true } | { readonly accepted: false; readonly error: string };

const SUCCESS = "0000";
const IN_HEADERS = "ORIGIN_HEADERS (in pull: TARGET_HEADERS)";
const IN_URL = "ORIGIN_URL (in pull: TARGET_URL)";

export function judgeAnswer(answer: OriginAnswer): AnswerJudgement {
  if (answer.status < 200 || answer.status > 299) return { accepted: false, error: refusal(answer) };
  const error = answer.whole ? objection(answer) : null;
  return error === null ? { accepted: true } : { accepted: false, error };
}

/**
 * The error text for a body that cannot be decompressed as its Content-Encoding says, or that broke off. Nobody knows
 * what it said.
 */
export function unreadableAnswer(status: number, contentEncoding: string): string {
  return `origin answered ${status}, and its body cannot be read: Content-Encoding says ${excerpt(contentEncoding, 40)}`;
}

// ── what the body of a 2xx says ──────────────────────────────────────────────────────────────────────────────────────

interface Said {
  readonly name: "resCd" | "res_cd";
  readonly code: unknown;
}

function objection({ status, contentType, text }: OriginAnswer): string | null {
  const trimmed = text.trim(); // trim() removes a byte order mark too.
  const said = saidIn(trimmed);
  const failing = said.find(({ code }) => code !== SUCCESS);
  if (failing) return `origin answered ${status} with ${failing.name} ${shown(failing.code)}`;
  return said.length === 0 && trimmed.startsWith("<") ? pageProblem(status, contentType, trimmed) : null;
}

/**
 * In a JSON object, also in one inside a JSON string, only the top-level resCd counts. Any other text is searched for a
 * resCd.
 */
function saidIn(text: string): Said[] {
  const value = parsed(text);
  if (isObject(value)) return ownCode(value);
  const inner = typeof value === "string" ? value.trim() : text;
  const object = typeof value === "string" ? parsed(inner) : null;
  if (isObject(object)) return ownCode(object);
  const code = lastCode(inner);
  const legacy = [...inner.matchAll(/(?:^|[\r\n>])[ \t]*res_cd=[ \t]*(\w*)/g)].at(-1);
  return [
    ...(code === undefined ? [] : [{ name: "resCd" as const, code }]),
    ...(legacy === undefined ? [] : [{ name: "res_cd" as const, code: legacy[1] ?? "" }]),
  ];
}

function ownCode(object: object): Said[] {
  return "resCd" in object && Object.hasOwn(object, "resCd") ? [{ name: "resCd", code: object.resCd }] : [];
}

// In 64 KiB of opening braces an object could begin at each brace. This limits how many characters are read in total.
const MOST_READ_CHARACTERS = 1_000_000;

/**
 * Returns the resCd of the last object in a text that has one. PHP warnings may stand before the object, and it may be
 * cut off.
 */
function lastCode(text: string): unknown {
  const begins = /\{\s*"/g;
  let code: unknown;
  let read = 0;
  for (let begin = begins.exec(text); begin && read < MOST_READ_CHARACTERS; begin = begins.exec(text)) {
    const object = readObject(text, begin.index);
    read += object.end - begin.index;
    if (object.code === undefined) begins.lastIndex = begin.index + 1;
    else ({ code, end: begins.lastIndex } = object);
  }
  return code;
}

/**
 * Reads an object that JSON.parse refuses, for example for a raw line break in a string. `code` is undefined where
 * there is no resCd.
 */
function readObject(text: string, from: number): { readonly code: unknown; readonly end: number } {
  const pieces = /"(?:[^"\\]+|\\.)*"?|[{}[\]]|[^"{}[\]]+/gs;
  const valueOf = /\s*:\s*("(?:[^"\\]+|\\.)*"?|[^\s,}\]]{0,40})/sy;
  let code: unknown;
  let depth = 0;
  pieces.lastIndex = from;
  for (let piece = pieces.exec(text); piece; piece = pieces.exec(text)) {
    if (piece[0] === "{" || piece[0] === "[") depth += 1;
    if (piece[0] === "}" || piece[0] === "]") depth -= 1;
    if (depth === 0) return { code, end: pieces.lastIndex };
    valueOf.lastIndex = pieces.lastIndex;
    const value = depth === 1 && piece[0] === '"resCd"' ? valueOf.exec(text)?.[1] : undefined;
    if (value !== undefined) code = parsed(value) ?? (value === "null" ? null : value);
  }
  return { code, end: text.length };
}

function pageProblem(status: number, contentType: string | null, text: string): string {
  const php = /<b>((?:fatal|parse) error|warning|notice|deprecated)<\/b>\s*:\s*([^<]{1,120})/i.exec(text);
  if (php) return `origin answered ${status} with a PHP error and no resCd: ${php[1]}: ${oneLine(php[2])}`;
  const isXml = /xml/i.test(contentType ?? "") || text.startsWith("<?xml");
  if (isXml && !/<html/i.test(text)) return `origin answered ${status} with XML, and no resCd`;
  const title = oneLine(/<title[^>]*>([^<]{1,200})/i.exec(text)?.[1]);
  const about = `${status}${title === "" ? "" : `, "${title}"`}`;
  if (/type=["']?password|로그인|\blog-?in\b|\bsign-?in\b/i.test(text)) {
    return `origin answered a login page (${about}): exempt the path from the login, or set credentials in ${IN_HEADERS}`;
  }
  if (/점검|maintenance/i.test(text)) return `origin answered a maintenance page (${about})`;
  return `origin answered a page (${about}) in place of the handler's answer: check the path of ${IN_URL}`;
}

// ── what another status means ────────────────────────────────────────────────────────────────────────────────────────

const MEANINGS: Readonly<Record<number, string>> = {
  401: `the handler refused the signature (check ORIGIN_SIGNING_SECRET and the origin's clock), or something before it wants credentials (check ${IN_HEADERS})`,
  403: `a firewall or an address list let nobody in (a handler's own check of KICC's address must go), Cloudflare Access or another gate wants credentials (check ${IN_HEADERS}), or the handler refused the signature (check ORIGIN_SIGNING_SECRET)`,
  404: `nothing is at that path: check ${IN_URL}`,
  405: `nothing takes a POST at that path: check ${IN_URL}`,
  406: "a filter such as mod_security refused a header or the body",
  407: "a proxy before the origin wants credentials",
  413: "its limit for a body is too low: notifications have up to 64 KiB",
  415: "it takes no such Content-Type: a handler must read the body whatever the header says",
  419: "its CSRF protection refused: exempt the path",
};

const CLOUDFLARE: Readonly<Record<number, string>> = {
  520: "the origin hung up, or sent what is no HTTP",
  521: "the origin is not there, or its firewall refuses Cloudflare",
  522: "the origin takes no connection: it is not there, or its firewall drops Cloudflare's",
  523: "there is no way to the origin: check its address in DNS",
  524: "the origin took the connection and did not answer in time",
  525: "no TLS with the origin: check its certificate and TLS versions",
  526: "the origin's certificate is not valid: expired, self-signed or for another name",
};

// The codes that Cloudflare's error page names when it answers 530.
const CLOUDFLARE_1XXX: Readonly<Record<string, string>> = {
  1001: "the name does not resolve: check DNS",
  1016: "the origin's name does not resolve: check DNS",
  1018: "the host is not known there: check DNS",
  1033: "the tunnel is not there: is cloudflared running?",
};

function refusal(answer: OriginAnswer): string {
  const { status, text } = answer;
  if (status >= 300 && status <= 399) return redirection(answer);
  if (status >= 520 && status <= 530) return cloudflareProblem(status, text);
  if (status === 403 && /csrf/i.test(text)) return `origin answered 403: ${MEANINGS[419]}`;
  if (status === 502 && /cloudflared/i.test(text)) {
    return "origin answered 502: cloudflared is there, but the server behind it is not";
  }
  const meaning = MEANINGS[status];
  return `origin answered ${status}${meaning === undefined ? "" : `: ${meaning}`}`;
}

function cloudflareProblem(status: number, text: string): string {
  const code = /error(?:\s+code)?:?\s*(1\d{3})\b/i.exec(text)?.[1];
  const meaning = CLOUDFLARE[status] ?? CLOUDFLARE_1XXX[code ?? ""] ?? "the tunnel or the origin is not there";
  return `Cloudflare answered ${status}${code === undefined ? "" : ` (error ${code})`}: ${meaning}`;
}

const LOGIN = /cloudflareaccess\.com|log-?in|sign-?in|\bo?auth(?!ors?\b)|\bsso\b/i;

/**
 * Redirects are never followed. The error text leaves out the Location's query and fragment, which may hold a token.
 */
function redirection({ status, url, location }: OriginAnswer): string {
  if (location === undefined || location === null) return `origin answered ${status}, a redirect to nowhere`;
  const place = excerpt(location.replace(/[?#].*/s, ""), 200);
  const said = `origin answered ${status}, a redirect to ${place}`;
  if (/cloudflareaccess\.com/i.test(location)) {
    return `${said}: Cloudflare Access wants a service token as credentials (check ${IN_HEADERS})`;
  }
  if (LOGIN.test(location)) return `${said}: a login wants credentials (check ${IN_HEADERS}, or exempt the path)`;
  const target = resolved(place, url);
  return target === null ? said : `${said}, which is not followed: set ${IN_URL} to ${excerpt(target, 200)}`;
}

function resolved(place: string, url: string | undefined): string | null {
  try {
    const target = new URL(place, url);
    return target.protocol === "https:" || target.protocol === "http:" ? target.href : null;
  } catch {
    return null;
  }
}

// ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A plain code stays as it is. Anything else is written as JSON, so that blanks, "" and null are visible. */
function shown(code: unknown): string {
  const text = typeof code === "string" && /^\w+$/.test(code) ? code : JSON.stringify(code);
  return excerpt(text, 40);
}

function oneLine(text = ""): string {
  return excerpt(text.replaceAll(/\s+/g, " ").trim(), 100);
}

function excerpt(text: string, characters: number): string {
  // Does what toWellFormed() does, which Node 18 lacks: the puller runs on Node 18.
  return text.slice(0, characters).replaceAll(/\p{Surrogate}/gu, "\uFFFD");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // not JSON, or nested too deeply
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
