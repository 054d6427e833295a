#!/usr/bin/env node
// @ts-check
// Pulls notifications from a KICC edge receiver and posts them to a system that nobody outside can reach. It keeps nothing.
//
// One file, Node 18 or later, no dependencies: copy it to a machine that may open HTTPS connections to the receiver and
// reaches the internal system. Nothing ever connects to it. Settings come from the environment; --help tells them all.
//
// As a daemon (a notification arrives at once), with systemd: kicc-puller.service beside this file.
// From cron (arrives within a minute); prints nothing unless something came or went wrong; two at a time do no harm.
// In /etc/cron.d/kicc-puller, with a file of settings as for systemd, which this user may read:
//
//   * * * * * kicc-puller  set -a; . /etc/kicc-puller.env; node /opt/kicc-puller/kicc-puller.mjs --once 2>&1 | logger -t kicc-puller
//
// Through a web proxy: NODE_USE_ENV_PROXY=1 and HTTPS_PROXY=http://proxy.internal:3128, with Node 24.5 or 22.21 or later.
// A certificate authority of your own, for either side: NODE_EXTRA_CA_CERTS=/etc/ssl/internal-ca.pem.
//
// What the internal system gets is what the receiver would push: the bytes KICC sent, and the receiver's headers. It is
// accepted by a 2xx, unless the answer says otherwise (a resCd or res_cd other than 0000, or an HTML page). 410 ends it.
// Anything else fails the attempt, and the receiver tries again after its own delays. A Retry-After is not passed on: the
// report has no field for it.
//
// The one key for duplicates is the header webhook-id. Where this process dies after the internal system accepted and
// before the receiver was told, the lease runs out and the same notification comes again, with the same webhook-id and
// the next kicc-attempt. A file could not close that gap: the process can also die before writing it. So the internal
// system must answer 2xx to a webhook-id that it has processed already.
import http from "node:http";
import https from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import { URL } from "node:url";
import zlib from "node:zlib";

const VERSION = "1.0.0";

/** How long the receiver may take to answer, in addition to the wait that was asked for. */
const ANSWER_WITHIN_MS = 10_000;
/** The part of a lease that is kept for the report, after the slowest answer. */
const REPORT_WITHIN_MS = 10_000;
const LARGEST_JUDGED_BYTES = 64 * 1024;
/** The largest answer after decompression. The rest is dropped. */
const LARGEST_PLAIN_BYTES = 1024 * 1024;
/** The receiver keeps as many characters of an answer to its own push. */
const KEPT_ANSWER_CHARACTERS = 500;
/** Twice the size of fifty bodies of 64 KiB in base64. */
const LARGEST_PULL_BYTES = 16 * 1024 * 1024;
const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 60_000;
const LONGEST_REPORT_BACKOFF_MS = 15_000;
/** With --once it gives up after so many failed calls in a row. */
const MISSES_ONCE = 3;

const EXIT = { done: 0, trouble: 1, misconfigured: 2 };

// ── settings ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * @typedef {object} Settings
 * @property {URL} receiver
 * @property {string} token
 * @property {URL} target
 * @property {Readonly<Record<string, string>>} targetHeaders
 * @property {number} timeoutMs
 * @property {number} concurrency
 * @property {number} waitSeconds
 */

/**
 * @typedef {object} Setting
 * @property {keyof Settings} to
 * @property {string} name
 * @property {string} [fallback]
 * @property {string} wanted what the error text says; the value is never shown
 * @property {string} help
 * @property {(text: string) => unknown} read throws, or returns undefined, where the text is wrong
 */

/** @type {readonly Setting[]} */
const SETTINGS = [
  {
    to: "receiver",
    name: "RECEIVER_URL",
    wanted: "an https URL without user, password, query and fragment (http to localhost only)",
    help: "where the receiver is, e.g. https://kicc.shop.example",
    read: (text) => {
      const url = httpUrl(text);
      const local = ["localhost", "127.0.0.1", "[::1]"].includes(url?.hostname ?? "");
      if (!url || url.search !== "" || url.hash !== "" || (url.protocol !== "https:" && !local)) return undefined;
      return new URL(url.href.replace(/\/*$/, "/"));
    },
  },
  {
    to: "token",
    name: "DELIVERY_TOKEN",
    wanted: "one token, without spaces and commas",
    help: "the receiver's DELIVERY_TOKEN, or one of them while it is rotated; not the CONSOLE_TOKEN, which opens everything",
    read: (text) => (/^[\x21-\x2b\x2d-\x7e]+$/.test(text) ? text : undefined),
  },
  {
    to: "target",
    name: "TARGET_URL",
    wanted: "an http or https URL without user and password",
    help: "the internal system, e.g. http://10.0.0.5:8080/kicc; every notification is posted there",
    read: (text) => httpUrl(text),
  },
  {
    to: "targetHeaders",
    name: "TARGET_HEADERS",
    fallback: "{}",
    wanted: 'JSON {"header": "value"} without host, content-*, connection, transfer-encoding, webhook-* and kicc-*',
    help: 'further headers for the internal system, e.g. {"authorization": "Bearer …"}',
    read: (text) => extraHeaders(JSON.parse(text)),
  },
  {
    to: "timeoutMs",
    name: "TARGET_TIMEOUT_MS",
    fallback: "10000",
    wanted: "a whole number from 100 to 260000",
    help: "for the internal system's whole answer",
    read: wholeNumber(100, 260_000), // the lease must fit into 300 s, the receiver's longest
  },
  {
    to: "concurrency",
    name: "CONCURRENCY",
    fallback: "5",
    wanted: "a whole number from 1 to 50",
    help: "how many notifications are posted at once",
    read: wholeNumber(1, 50),
  },
  {
    to: "waitSeconds",
    name: "WAIT_SECONDS",
    fallback: "20",
    wanted: "a whole number from 1 to 20",
    help: "how long the receiver holds a pull until something comes; --once does not wait",
    read: wholeNumber(1, 20),
  },
];

/** @param {string} text */
function httpUrl(text) {
  const url = new URL(text);
  const plain = url.protocol === "https:" || url.protocol === "http:";
  return plain && url.username === "" && url.password === "" ? url : undefined;
}

/** @param {unknown} table */
function extraHeaders(table) {
  if (!isObject(table)) return undefined;
  const headers = Object.entries(table).map(([name, value]) => {
    http.validateHeaderName(name);
    http.validateHeaderValue(name, String(value));
    return /** @type {const} */ ([name.toLowerCase(), value]);
  });
  const ours = /^(host|content-.*|connection|transfer-encoding|webhook-.*|kicc-.*)$/;
  return headers.every(([name, value]) => typeof value === "string" && !ours.test(name))
    ? Object.fromEntries(headers)
    : undefined;
}

/**
 * @param {number} lowest
 * @param {number} highest
 * @returns {(text: string) => number | undefined}
 */
function wholeNumber(lowest, highest) {
  return (text) => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    return number >= lowest && number <= highest ? number : undefined;
  };
}

/**
 * Reads each setting on its own, so that every wrong one is named at once. An empty text is an unset setting.
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {{ settings: Settings, wrong: Record<string, string> }}
 */
function readSettings(env) {
  /** @type {Record<string, string>} */
  const wrong = {};
  const values = SETTINGS.map(({ to, name, fallback, wanted, read }) => {
    const text = (env[name] ?? "").trim() || fallback;
    const value = text === undefined ? undefined : readOrUndefined(read, text);
    if (value === undefined) wrong[name] = text === undefined ? "is not set" : `must be ${wanted}`;
    return [to, value];
  });
  return { settings: /** @type {Settings} */ (Object.fromEntries(values)), wrong };
}

/**
 * @param {(text: string) => unknown} read
 * @param {string} text
 */
function readOrUndefined(read, text) {
  try {
    return read(text);
  } catch {
    return undefined;
  }
}

function usage() {
  const settings = SETTINGS.map(
    ({ name, fallback, help: meaning, wanted }) =>
      `  ${name.padEnd(18)} ${meaning}\n${" ".repeat(21)}${wanted}; ${fallback === undefined ? "required" : `default ${fallback}`}`,
  );
  return `Usage: node kicc-puller.mjs [--once]

Pulls notifications from a KICC edge receiver (its DELIVERY set to "pull") and posts each to an internal system. Without
an option it goes on until SIGTERM or SIGINT: then it pulls no more, finishes what it has and exits; a second one ends
it at once.

  --once     pull until nothing is left, then exit: 0, or ${EXIT.trouble} where something could not be delivered or reported, or
             the receiver was out of reach (for cron)
  --help     this
  --version  ${VERSION}

Settings, from the environment (a wrong one: exit ${EXIT.misconfigured}):

${settings.join("\n")}

Also Node's own: NODE_EXTRA_CA_CERTS (a file of certificate authorities), NODE_USE_ENV_PROXY=1 with HTTPS_PROXY (for the
receiver; the internal system is always reached directly; Node 22.21 or 24.5 or later).

The internal system must know a notification by its header webhook-id: after a crash the same one may come again.
Logs are JSON on stdout, one line an event: ids, never bodies or secrets.
`;
}

// ── HTTP ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * An answer, `whole` unless it was longer than allowed; or why there is none.
 * @typedef {{ readonly status: number, readonly headers: http.IncomingHttpHeaders, readonly bytes: Buffer, readonly whole: boolean }} Answer
 * @typedef {{ readonly status: number | null, readonly error: string, readonly stopped: boolean }} NoAnswer
 */

/**
 * One POST. Head and body must come within `timeoutMs`. Redirects are not followed. `stop` aborts it only before the
 * answer has begun. It uses node:http, since fetch() refuses some ports, adds a browser's headers and reuses connections.
 * @param {URL} url
 * @param {object} how
 * @param {Readonly<Record<string, string>>} how.headers
 * @param {Buffer} how.body
 * @param {number} how.timeoutMs
 * @param {number} how.largestBytes
 * @param {false} [how.agent] false: a new connection, so that no kept one can be closed under it, and no proxy
 * @param {AbortSignal} [how.stop]
 * @returns {Promise<Answer | NoAnswer>} rejects where a header cannot be sent
 */
function post(url, { headers, body, timeoutMs, largestBytes, agent, stop }) {
  return new Promise((resolve) => {
    const { request: send } = url.protocol === "https:" ? https : http;
    const request = send(url, {
      method: "POST",
      headers: { ...headers, "content-length": String(body.length) },
      ...(agent === undefined ? {} : { agent }),
    });
    /** @type {number | null} */
    let status = null;
    const onStop = () => status === null && end({ status, error: "stopped", stopped: true });
    const timer = setTimeout(() => {
      end({ status, error: `no ${status === null ? "" : "whole "}answer in ${timeoutMs} ms`, stopped: false });
    }, timeoutMs);
    /** @param {Answer | NoAnswer} result */
    function end(result) {
      clearTimeout(timer);
      stop?.removeEventListener("abort", onStop);
      resolve(result);
      if (!("whole" in result) || !result.whole) request.destroy();
    }
    const lost = (/** @type {NodeJS.ErrnoException} */ { code, message }) =>
      end({
        status,
        error: `no ${status === null ? "connection" : "whole answer"}: ${code ?? message}`,
        stopped: false,
      });
    request.on("error", lost);
    request.on("response", (response) => {
      status = response.statusCode ?? 0;
      /** @type {Buffer[]} */
      const chunks = [];
      let length = 0;
      const answer = (/** @type {boolean} */ whole) =>
        end({ status: response.statusCode ?? 0, headers: response.headers, bytes: Buffer.concat(chunks), whole });
      response.on("error", lost);
      response.on("data", (/** @type {Buffer} */ chunk) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > largestBytes) answer(false);
      });
      response.on("end", () => answer(length <= largestBytes));
    });
    stop?.addEventListener("abort", onStop);
    request.end(body);
    if (stop?.aborted) onStop();
  });
}

// ── the internal system ──────────────────────────────────────────────────────────────────────────────────────────────

/**
 * A pulled notification, as far as the puller reads it.
 * @typedef {{ readonly id: string, readonly attempt: number, readonly headers: unknown, readonly bodyBase64: unknown }} Pulled
 * @typedef {{ readonly kind: "accepted" | "failed" | "gone", readonly status: number | null, readonly error: string | null, readonly answer: string | null }} Outcome
 */

/**
 * Posts one notification to the internal system. Never throws: every failure is an outcome.
 * @param {Settings} settings
 * @param {Pulled} notification
 * @returns {Promise<Outcome>}
 */
async function deliver({ target, targetHeaders, timeoutMs }, { headers, bodyBase64 }) {
  const body = typeof bodyBase64 === "string" ? Buffer.from(bodyBase64, "base64") : null;
  if (body === null || body.toString("base64") !== bodyBase64 || !isObject(headers)) {
    return { kind: "failed", status: null, error: "puller cannot read what it pulled", answer: null };
  }
  try {
    const answer = await post(target, {
      headers: { ...targetHeaders, ...lowerCased(headers) },
      body,
      timeoutMs,
      largestBytes: LARGEST_JUDGED_BYTES,
      agent: false,
    });
    return "error" in answer
      ? { kind: "failed", status: answer.status, error: answer.error, answer: null }
      : judge(target, answer);
  } catch (error) {
    return { kind: "failed", status: null, error: `puller cannot send: ${codeOf(error)}`, answer: null };
  }
}

/** @param {Readonly<Record<string, unknown>>} headers */
function lowerCased(headers) {
  const present = Object.entries(headers).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(present.map(([name, value]) => [name.toLowerCase(), String(value)]));
}

/**
 * @param {URL} target
 * @param {Answer} answer
 * @returns {Outcome}
 */
function judge(target, { status, headers, bytes, whole }) {
  const encoding = (headers["content-encoding"] ?? "").trim().toLowerCase();
  const plain = decompressed(bytes, encoding, whole);
  if (plain === null && status >= 200 && status < 300) {
    return { kind: "failed", status, error: unreadableAnswer(status, encoding), answer: null };
  }
  const all = plain?.bytes ?? Buffer.alloc(0);
  // The cut may fall inside a character, so the text is decoded leniently.
  const text = plain?.whole ? textOf(all) : new TextDecoder().decode(all.subarray(0, LARGEST_JUDGED_BYTES));
  const judgement = judgeAnswer({
    status,
    contentType: headers["content-type"] ?? null,
    text,
    whole: plain?.whole ?? false,
    url: target.href,
    location: headers.location ?? null,
  });
  const answer = text === "" ? null : excerpt(text, KEPT_ANSWER_CHARACTERS);
  if (judgement.accepted) return { kind: "accepted", status, error: null, answer };
  return { kind: status === 410 ? "gone" : "failed", status, error: judgement.error, answer };
}

/**
 * Decompresses what the receiver's fetch() decompresses. The request does not ask for compression, but some servers
 * compress all the same, and a 5001 must not be missed because of it. Returns null where the bytes do not fit their
 * Content-Encoding.
 * @param {Buffer} bytes
 * @param {string} encoding
 * @param {boolean} whole
 * @returns {{ readonly bytes: Buffer, readonly whole: boolean } | null}
 */
function decompressed(bytes, encoding, whole) {
  if (encoding !== "gzip" && encoding !== "br") return { bytes, whole };
  if (!whole) return { bytes: Buffer.alloc(0), whole };
  try {
    const bound = { maxOutputLength: LARGEST_PLAIN_BYTES };
    const plain = encoding === "gzip" ? zlib.gunzipSync(bytes, bound) : zlib.brotliDecompressSync(bytes, bound);
    return { bytes: plain, whole: plain.length <= LARGEST_JUDGED_BYTES };
  } catch (error) {
    return codeOf(error) === "ERR_BUFFER_TOO_LARGE" ? { bytes: Buffer.alloc(0), whole: false } : null;
  }
}

/**
 * Decodes UTF-8, else EUC-KR. A Node without EUC-KR reads Latin-1 instead. That does not change the JSON: in EUC-KR's
 * characters no byte is a quote or a backslash.
 * @param {Buffer} bytes
 */
function textOf(bytes) {
  for (const charset of ["utf-8", "euc-kr"]) {
    try {
      return new TextDecoder(charset, { fatal: charset === "utf-8", ignoreBOM: false }).decode(bytes);
    } catch {
      // not UTF-8, or no such charset in this Node
    }
  }
  return bytes.toString("latin1");
}

// ── the rule: the code of the receiver's src/rules/answer.ts, word for word (contract section 5) ────────────────────

/**
 * @typedef {object} Judged
 * @property {number} status
 * @property {string | null} contentType
 * @property {string} text decoded; "" where it was not read
 * @property {boolean} whole false: longer than 64 KiB, or not read. Then only the status counts
 * @property {string} [url] where the POST went
 * @property {string | null} [location]
 * @typedef {{ readonly accepted: true } | { readonly accepted: false, readonly error: string }} Judgement
 */

const SUCCESS = "0000";
const IN_HEADERS = "ORIGIN_HEADERS (in pull: TARGET_HEADERS)";
const IN_URL = "ORIGIN_URL (in pull: TARGET_URL)";

/**
 * @param {Judged} answer
 * @returns {Judgement}
 */
function judgeAnswer(answer) {
  if (answer.status < 200 || answer.status > 299) return { accepted: false, error: refusal(answer) };
  const error = answer.whole ? objection(answer) : null;
  return error === null ? { accepted: true } : { accepted: false, error };
}

/**
 * The error text for a body that cannot be decompressed as its Content-Encoding says, or that broke off. Nobody knows
 * what it said.
 * @param {number} status
 * @param {string} contentEncoding
 */
function unreadableAnswer(status, contentEncoding) {
  return `origin answered ${status}, and its body cannot be read: Content-Encoding says ${excerpt(contentEncoding, 40)}`;
}

// ── what a 2xx says of itself ────────────────────────────────────────────────────────────────────────────────────────

/** @typedef {{ readonly name: "resCd" | "res_cd", readonly code: unknown }} Said */

/**
 * @param {Judged} answer
 * @returns {string | null}
 */
function objection({ status, contentType, text }) {
  const trimmed = text.trim(); // trim() removes a byte order mark too.
  const said = saidIn(trimmed);
  const failing = said.find(({ code }) => code !== SUCCESS);
  if (failing) return `origin answered ${status} with ${failing.name} ${shown(failing.code)}`;
  return said.length === 0 && trimmed.startsWith("<") ? pageProblem(status, contentType, trimmed) : null;
}

/**
 * In a JSON object, also in one inside a JSON string, only the top-level resCd counts. Any other text is searched for a
 * resCd.
 * @param {string} text
 * @returns {Said[]}
 */
function saidIn(text) {
  const value = parsed(text);
  if (isObject(value)) return ownCode(value);
  const inner = typeof value === "string" ? value.trim() : text;
  const object = typeof value === "string" ? parsed(inner) : null;
  if (isObject(object)) return ownCode(object);
  const code = lastCode(inner);
  const legacy = [...inner.matchAll(/(?:^|[\r\n>])[ \t]*res_cd=[ \t]*(\w*)/g)].at(-1);
  return [
    ...(code === undefined ? [] : [{ name: /** @type {const} */ ("resCd"), code }]),
    ...(legacy === undefined ? [] : [{ name: /** @type {const} */ ("res_cd"), code: legacy[1] ?? "" }]),
  ];
}

/**
 * @param {Record<string, unknown>} object
 * @returns {Said[]}
 */
function ownCode(object) {
  return Object.hasOwn(object, "resCd") ? [{ name: "resCd", code: object["resCd"] }] : [];
}

// In 64 KiB of opening braces an object could begin at each brace. This limits how many characters are read in total.
const MOST_READ_CHARACTERS = 1_000_000;

/**
 * Returns the resCd of the last object in a text that has one. PHP warnings may stand before the object, and it may be
 * cut off.
 * @param {string} text
 * @returns {unknown}
 */
function lastCode(text) {
  const begins = /\{\s*"/g;
  /** @type {unknown} */
  let code;
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
 * @param {string} text
 * @param {number} from
 * @returns {{ readonly code: unknown, readonly end: number }}
 */
function readObject(text, from) {
  const pieces = /"(?:[^"\\]+|\\.)*"?|[{}[\]]|[^"{}[\]]+/gs;
  const valueOf = /\s*:\s*("(?:[^"\\]+|\\.)*"?|[^\s,}\]]{0,40})/sy;
  /** @type {unknown} */
  let code;
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

/**
 * @param {number} status
 * @param {string | null} contentType
 * @param {string} text
 */
function pageProblem(status, contentType, text) {
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

/** @type {Readonly<Record<number, string>>} */
const MEANINGS = {
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

/** @type {Readonly<Record<number, string>>} */
const CLOUDFLARE = {
  520: "the origin hung up, or sent what is no HTTP",
  521: "the origin is not there, or its firewall refuses Cloudflare",
  522: "the origin takes no connection: it is not there, or its firewall drops Cloudflare's",
  523: "there is no way to the origin: check its address in DNS",
  524: "the origin took the connection and did not answer in time",
  525: "no TLS with the origin: check its certificate and TLS versions",
  526: "the origin's certificate is not valid: expired, self-signed or for another name",
};

// The codes that Cloudflare's error page names when it answers 530.
/** @type {Readonly<Record<string, string>>} */
const CLOUDFLARE_1XXX = {
  1001: "the name does not resolve: check DNS",
  1016: "the origin's name does not resolve: check DNS",
  1018: "the host is not known there: check DNS",
  1033: "the tunnel is not there: is cloudflared running?",
};

/** @param {Judged} answer */
function refusal(answer) {
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

/**
 * @param {number} status
 * @param {string} text
 */
function cloudflareProblem(status, text) {
  const code = /error(?:\s+code)?:?\s*(1\d{3})\b/i.exec(text)?.[1];
  const meaning = CLOUDFLARE[status] ?? CLOUDFLARE_1XXX[code ?? ""] ?? "the tunnel or the origin is not there";
  return `Cloudflare answered ${status}${code === undefined ? "" : ` (error ${code})`}: ${meaning}`;
}

const LOGIN = /cloudflareaccess\.com|log-?in|sign-?in|\bo?auth(?!ors?\b)|\bsso\b/i;

/**
 * Redirects are never followed. The error text leaves out the Location's query and fragment, which may hold a token.
 * @param {Judged} answer
 */
function redirection({ status, url, location }) {
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

/**
 * @param {string} place
 * @param {string | undefined} url
 */
function resolved(place, url) {
  try {
    const target = new URL(place, url);
    return target.protocol === "https:" || target.protocol === "http:" ? target.href : null;
  } catch {
    return null;
  }
}

// ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * A plain code stays as it is. Anything else is written as JSON, so that blanks, "" and null are visible.
 * @param {unknown} code
 */
function shown(code) {
  const text = typeof code === "string" && /^\w+$/.test(code) ? code : JSON.stringify(code);
  return excerpt(text, 40);
}

function oneLine(text = "") {
  return excerpt(text.replaceAll(/\s+/g, " ").trim(), 100);
}

/**
 * @param {string} text
 * @param {number} characters
 */
function excerpt(text, characters) {
  // Does what toWellFormed() does, which Node 18 lacks: the puller runs on Node 18.
  return text.slice(0, characters).replaceAll(/\p{Surrogate}/gu, "\uFFFD");
}

/**
 * @param {string} text
 * @returns {unknown}
 */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // not JSON, or nested too deeply
  }
}

// ── the receiver ─────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * `away`: a failure that may pass by itself. `refused`: the receiver, or something in front of it, refused the call;
 * `code` is the receiver's error code, null where something else answered.
 * @typedef {{ readonly kind: "taken", readonly answer: unknown }
 *   | { readonly kind: "away", readonly error: string }
 *   | { readonly kind: "refused", readonly status: number, readonly code: string | null, readonly error: string }
 *   | { readonly kind: "stopped" }} Call
 */

/**
 * @param {Settings} settings
 * @param {string} path
 * @param {Readonly<Record<string, unknown>>} content
 * @param {number} timeoutMs
 * @param {AbortSignal} [stop]
 * @returns {Promise<Call>}
 */
async function call({ receiver, token }, path, content, timeoutMs, stop) {
  const answer = await post(new URL(path, receiver), {
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json",
      "user-agent": `kicc-puller/${VERSION}`,
    },
    body: Buffer.from(JSON.stringify(content)),
    timeoutMs,
    largestBytes: LARGEST_PULL_BYTES,
    ...(stop ? { stop } : {}),
  });
  if ("error" in answer) return answer.stopped ? { kind: "stopped" } : { kind: "away", error: answer.error };
  const { status, bytes, whole } = answer;
  const parsed = whole ? readOrUndefined(JSON.parse, bytes.toString()) : undefined;
  if (status >= 200 && status < 300) {
    return isObject(parsed)
      ? { kind: "taken", answer: parsed }
      : { kind: "away", error: `answered ${status}, but not as a receiver does` };
  }
  const said = isObject(parsed) && isObject(parsed["error"]) ? parsed["error"] : {};
  const code = typeof said["code"] === "string" ? said["code"] : null;
  const error = `answered ${status}${typeof said["message"] === "string" ? `: ${said["message"].slice(0, 200)}` : ""}`;
  return status >= 500 || status === 429 ? { kind: "away", error } : { kind: "refused", status, code, error };
}

/** What an operator has to check after a refused pull. @param {number} status */
function remedy(status) {
  if (status === 401) return "DELIVERY_TOKEN is none of the receiver's; trying on, for it may be about to be rotated";
  if (status === 403) return "something before the receiver refuses: no Access policy or bot protection may cover /api";
  if (status === 404) return "RECEIVER_URL is not where a receiver with /api/pull is";
  if (status === 409) return "the receiver's DELIVERY must be pull";
  if (status >= 300 && status < 400) return "RECEIVER_URL must be the receiver itself: redirects are not followed";
  return "this puller and that receiver do not fit together: check RECEIVER_URL and the versions";
}

/**
 * Reports one outcome until the receiver has accepted or refused the report. A failure need not be reported after its
 * lease: the receiver counts a lease that ran out as a failure.
 * @param {Puller} puller
 * @param {Pulled} notification
 * @param {Outcome} outcome
 * @param {number} until when to give up, on performance.now()'s clock
 * @returns {Promise<"reported" | "refused" | "unreported">}
 */
async function report({ settings, stop }, { id, attempt }, outcome, until) {
  const path = `api/notifications/${encodeURIComponent(id)}/${outcome.kind === "accepted" ? "accept" : "fail"}`;
  const { kind, error: reason, status, answer } = outcome;
  const content = {
    attempt,
    ...(kind === "accepted" ? {} : { reason }),
    ...(kind === "gone" ? { final: true } : {}),
    ...(status === null ? {} : { status }),
    ...(answer === null ? {} : { answer }),
  };
  for (let misses = 0; ; misses += 1) {
    const taken = await call(settings, path, content, REPORT_WITHIN_MS);
    if (taken.kind === "taken") return "reported";
    const error = taken.kind === "stopped" ? taken.kind : taken.error;
    const no = taken.kind === "refused" && ["invalid", "not_found", "conflict"].includes(taken.code ?? "");
    // While stopping, waits are short: the process ends soon anyway.
    const waitMs = backoffMs(misses, stop.aborted ? FIRST_BACKOFF_MS : LONGEST_REPORT_BACKOFF_MS);
    const late = performance.now() + waitMs >= until;
    log("report.failed", { id, attempt, outcome: kind, error, ...(no || late ? {} : { againInMs: waitMs }) });
    if (no) return "refused";
    if (late) return "unreported";
    await sleep(waitMs, stop);
  }
}

// ── the work ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * @typedef {object} Puller
 * @property {Settings} settings
 * @property {boolean} once
 * @property {AbortSignal} stop
 * @property {Map<string, Promise<void>>} running being posted or reported; their number is bounded by the concurrency
 * @property {Map<string, Promise<void>>} late accepted inside, but not reported before the lease ended
 * @property {number} troubles how many failed; --once takes its exit code from it
 */

/**
 * Pulls until told to stop, with `once` until nothing is left. It pulls no more than can begin at once, so that no
 * notification waits here while its lease runs.
 * @param {Puller} puller
 */
async function work(puller) {
  const { settings, once, stop, running } = puller;
  let misses = 0;
  let early = 0;
  while (!stop.aborted) {
    const free = settings.concurrency - running.size;
    if (free === 0) {
      await Promise.race(running.values());
      continue;
    }
    const waitSeconds = once ? 0 : settings.waitSeconds;
    const askedAt = performance.now();
    const pulled = await pull(puller, free, waitSeconds);
    if (pulled.kind === "stopped") break;
    if (pulled.kind !== "taken") {
      misses += 1;
      const lasting = pulled.kind === "refused";
      const againInMs = backoffMs(lasting ? 99 : misses - 1, LONGEST_BACKOFF_MS);
      const givesUp = once && (lasting || misses === MISSES_ONCE);
      const advice = lasting ? { remedy: remedy(pulled.status) } : {};
      log("pull.failed", { error: pulled.error, ...advice, ...(givesUp ? {} : { againInMs }) });
      if (givesUp) {
        puller.troubles += 1;
        break;
      }
      await sleep(againInMs, stop);
      continue;
    }
    if (misses > 0) log("pull.recovered", { misses });
    misses = 0;
    if (pulled.notifications.length === 0) {
      if (once && running.size === 0) break;
      if (once) await Promise.all(running.values());
      // A receiver that answers an empty pull at once must not be asked in a tight loop.
      else if (performance.now() - askedAt >= (waitSeconds * 1000) / 2) early = 0;
      else await sleep(backoffMs(early++, waitSeconds * 1000), stop);
      continue;
    }
    early = 0;
    // The lease began after this call. Counted from the call, it ends here before it ends at the receiver.
    const leaseEndsAt = askedAt + leaseSeconds(settings, waitSeconds) * 1000;
    for (const notification of pulled.notifications) begin(puller, notification, leaseEndsAt);
  }
  await Promise.all([...running.values(), ...puller.late.values()]);
}

/**
 * The lease to ask for: the longest that the pull's answer, the internal system's answer and the report can take. So no
 * lease ends during a delivery, and a dead puller's notifications come back soon. leaseUntil is not used: the two clocks
 * may differ.
 * @param {Settings} settings
 * @param {number} waitSeconds
 */
function leaseSeconds({ timeoutMs }, waitSeconds) {
  return waitSeconds + Math.ceil((ANSWER_WITHIN_MS + timeoutMs + REPORT_WITHIN_MS) / 1000);
}

/**
 * @param {Puller} puller
 * @param {number} max
 * @param {number} waitSeconds
 * @returns {Promise<{ kind: "taken", notifications: Pulled[] } | Exclude<Call, { kind: "taken" }>>}
 */
async function pull({ settings, stop }, max, waitSeconds) {
  const asked = { max, leaseSeconds: leaseSeconds(settings, waitSeconds), waitSeconds };
  const pulled = await call(settings, "api/pull", asked, waitSeconds * 1000 + ANSWER_WITHIN_MS, stop);
  if (pulled.kind !== "taken") return pulled;
  const list = isObject(pulled.answer) ? pulled.answer["notifications"] : undefined;
  if (!Array.isArray(list)) return { kind: "away", error: "answered, but not as a receiver does" };
  const notifications = list.filter(
    (/** @type {unknown} */ each) =>
      isObject(each) && typeof each["id"] === "string" && Number.isInteger(each["attempt"]),
  );
  if (notifications.length < list.length) log("pull.unreadable", { notifications: list.length - notifications.length });
  return { kind: "taken", notifications };
}

/**
 * Posts a pulled notification, also when the signal to stop came while the pull's answer was on its way. That takes at
 * most one timeout, and stopping waits that long anyway. Reporting it as failed would cost an attempt and a delay;
 * reporting nothing would cost the whole lease as well.
 * @param {Puller} puller
 * @param {Pulled} notification
 * @param {number} leaseEndsAt
 */
function begin(puller, notification, leaseEndsAt) {
  const { id, attempt } = notification;
  if (puller.running.has(id) || puller.late.has(id)) {
    // Its accept is still being reported, and counts for every attempt. Posting it again would only make a duplicate.
    log("delivery.in-hand", { id, attempt });
    return;
  }
  puller.running.set(
    id,
    handle(puller, notification, leaseEndsAt).finally(() => puller.running.delete(id)),
  );
}

/**
 * Posts to the internal system, then reports to the receiver: so no accept is reported that the internal system did not
 * give.
 * @param {Puller} puller
 * @param {Pulled} notification
 * @param {number} leaseEndsAt
 */
async function handle(puller, notification, leaseEndsAt) {
  const { id, attempt } = notification;
  const startedAt = performance.now();
  const outcome = await deliver(puller.settings, notification);
  const durationMs = Math.round(performance.now() - startedAt);
  const { kind, status, error } = outcome;
  log("delivery.attempted", { id, attempt, outcome: kind, status, ...(error === null ? {} : { error }), durationMs });
  const ending = await report(puller, notification, outcome, leaseEndsAt);
  if (kind !== "accepted" || ending !== "reported") puller.troubles += 1;
  if (kind !== "accepted" || ending !== "unreported" || puller.once) return;
  puller.late.set(
    id,
    reportLate(puller, notification, outcome).finally(() => puller.late.delete(id)),
  );
}

/**
 * Keeps reporting an accept as long as this process lives. The receiver takes it at any time, even after the lease, and
 * it spares the internal system a duplicate. It does not count against the concurrency. When told to stop it tries at
 * once for the last time.
 * @param {Puller} puller
 * @param {Pulled} notification
 * @param {Outcome} outcome
 */
async function reportLate(puller, notification, outcome) {
  const { id, attempt } = notification;
  for (;;) {
    const last = puller.stop.aborted;
    const ending = await report(puller, notification, outcome, last ? 0 : performance.now() + LONGEST_BACKOFF_MS);
    if (ending === "reported") log("report.late", { id, attempt });
    if (ending !== "unreported" || last) return;
    await sleep(backoffMs(99, LONGEST_REPORT_BACKOFF_MS), puller.stop);
  }
}

/**
 * The wait doubles with each failed call, up to the longest. Half of it is random, so that many pullers do not call at
 * the same moment.
 * @param {number} misses
 * @param {number} longestMs
 */
function backoffMs(misses, longestMs) {
  return Math.round(Math.min(longestMs, FIRST_BACKOFF_MS * 2 ** Math.min(misses, 16)) * (0.5 + Math.random() / 2));
}

/**
 * Waits, or returns early when told to stop.
 * @param {number} ms
 * @param {AbortSignal} stop
 */
async function sleep(ms, stop) {
  try {
    // While stopping, a report is tried again too. The signal has come already, and must not end that wait.
    await pause(ms, undefined, stop.aborted ? {} : { signal: stop });
  } catch {
    // told to stop
  }
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error ? ("code" in error ? String(error.code) : error.name) : "unknown";
}

/**
 * @param {string} event
 * @param {Readonly<Record<string, unknown>>} fields
 */
function log(event, fields = {}) {
  console.log(JSON.stringify({ at: new Date().toISOString(), event, ...fields }));
}

// ── the process ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** @returns {Promise<number>} the exit code */
async function main() {
  const options = process.argv.slice(2);
  const unknown = options.find((option) => !["--once", "--help", "--version"].includes(option));
  if (unknown !== undefined) {
    console.error(`Cannot start: no such option: ${unknown} (see --help)`);
    return EXIT.misconfigured;
  }
  if (options.includes("--help") || options.includes("--version")) {
    console.log(options.includes("--help") ? usage().trimEnd() : VERSION);
    return EXIT.done;
  }
  const { settings, wrong } = readSettings(process.env);
  if (Object.keys(wrong).length > 0) {
    log("puller.misconfigured", { settings: wrong });
    return EXIT.misconfigured;
  }
  const once = options.includes("--once");
  const stopping = new AbortController();
  /** @type {Puller} */
  const puller = { settings, once, stop: stopping.signal, running: new Map(), late: new Map(), troubles: 0 };
  for (const [signal, number] of /** @type {const} */ ([
    ["SIGTERM", 15],
    ["SIGINT", 2],
  ])) {
    process.on(signal, () => onSignal(puller, stopping, signal, number));
  }
  const { receiver, target, concurrency } = settings;
  const about = { version: VERSION, receiver: receiver.host, target: target.host, concurrency };
  if (!once) log("puller.started", { ...about, leaseSeconds: leaseSeconds(settings, settings.waitSeconds) });
  await work(puller);
  if (!once) log("puller.stopped");
  return once && puller.troubles > 0 ? EXIT.trouble : EXIT.done;
}

/**
 * @param {Puller} puller
 * @param {AbortController} stopping
 * @param {string} signal
 * @param {number} number
 */
function onSignal({ settings, running, late }, stopping, signal, number) {
  if (stopping.signal.aborted) process.exit(128 + number);
  log("puller.stopping", { signal, unfinished: [...running.keys(), ...late.keys()] });
  stopping.abort();
  const bound = setTimeout(
    () => {
      log("puller.stopped", { unfinished: [...running.keys(), ...late.keys()] });
      process.exit(EXIT.trouble);
    },
    ANSWER_WITHIN_MS + settings.timeoutMs + REPORT_WITHIN_MS,
  );
  bound.unref();
}

// A closed log (EPIPE) must not end the deliveries.
process.stdout.on("error", () => {});
process.exitCode = await main();
