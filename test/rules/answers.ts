// Answers that origins have given, and how each is judged: one table for the push's code and for the puller's.
import type { OriginAnswer } from "../../src/rules/answer.ts";

export interface Row {
  readonly name: string;
  readonly answer: OriginAnswer;
  /** null: accepted. */
  readonly error: string | null;
}

const PLAIN = { contentType: null, whole: true, url: "http://shop.example/kicc", location: null };

function row(name: string, error: string | null, answer: Partial<OriginAnswer>): Row {
  return { name, error, answer: { status: 200, text: "", ...PLAIN, ...answer } };
}

const WARNING =
  '<br />\n<b>Warning</b>:  Undefined array key "mall" in <b>/var/www/kicc.php</b> on line <b>7</b><br />\n';
const FIFTY_ONE = "origin answered 200 with resCd 5001";
const LEGACY_FIFTY_ONE = "origin answered 200 with res_cd 5001";
const IN_HEADERS = "ORIGIN_HEADERS (in pull: TARGET_HEADERS)";
const IN_URL = "ORIGIN_URL (in pull: TARGET_URL)";

const ACCEPTED: readonly Row[] = [
  row("an empty 204", null, { status: 204 }),
  row("an empty 299", null, { status: 299 }),
  row("OK in text/html, as PHP's default has it", null, { text: "OK", contentType: "text/html; charset=UTF-8" }),
  row("KICC's ack in text/html", null, { text: '{"resCd":"0000","resMsg":"OK"}', contentType: "text/html" }),
  row("KICC's ack after two BOMs and a line end", null, { text: '\uFEFF\uFEFF\n{"resCd":"0000"}\n' }),
  row("KICC's ack in a JSON string", null, { text: JSON.stringify('{"resCd":"0000"}') }),
  row("KICC's ack after a PHP warning", null, { text: `${WARNING}{"resCd":"0000","resMsg":"OK"}` }),
  row("KICC's ack before a comment", null, { text: '{"resCd":"0000"}<!-- 12 ms -->' }),
  row("KICC's ack inside a page", null, { text: '<html><body>{"resCd":"0000"}</body></html>' }),
  row("KICC's ack after a dump of what came", null, { text: 'array(1) {\n  ["resCd"]=> "9999" }\n{"resCd":"0000"}' }),
  row("KICC's ack after an object that says 5001", null, { text: 'log {"resCd":"5001"}\n{"resCd":"0000"}' }),
  row("an object whose own resCd is 0000 and an inner one is not", null, {
    text: '{"resCd":"0000","a":{"resCd":"1"}}',
  }),
  row("an object without resCd, whatever lies in it", null, { text: '{"result":{"resCd":"5001"}}' }),
  row("an object with resCd as its prototype's", null, { text: '{"__proto__":{"resCd":"5001"}}' }),
  row("an object with a name in capitals", null, { text: '{"RESCD":"5001"}' }),
  row("an object in a JSON string without resCd", null, { text: JSON.stringify('{"ok":false}') }),
  row("an object in a JSON string, whatever lies in it", null, { text: JSON.stringify('{"a":{"resCd":"5001"}}') }),
  row("KICC's ack before a comment, whatever lies in it", null, {
    text: '{"resCd":"0000","a":{"resCd":"1"}}<!-- x -->',
  }),
  row("a JSON text, number, null, list", null, { text: '["5001", 5001, null]' }),
  row("a resCd that is only a value", null, { text: 'x {"name":"resCd"}' }),
  row("the legacy ack", null, { text: "res_cd=0000\u001Fres_msg=SUCCESS\n0000" }),
  row("the legacy ack with a caret", null, { text: "res_cd=0000^res_msg=SUCCESS" }),
  row("the legacy ack after a PHP warning", null, { text: `${WARNING}res_cd=0000\u001Fres_msg=OK` }),
  row("a text that only speaks of res_cd=5001", null, { text: "never answer res_cd=5001" }),
  row("5001 in an answer that is too long", null, { text: '{"resCd":"5001"}', whole: false }),
  row("a page that is too long", null, { text: "<html>", whole: false }),
];

const FAILED_BY_BODY: readonly Row[] = [
  row("KICC's word for again", FIFTY_ONE, { text: '{"resCd":"5001","resMsg":"Internal DB Error"}' }),
  row("the same in a 201", "origin answered 201 with resCd 5001", { status: 201, text: '{"resCd":"5001"}' }),
  row("resCd as a number", "origin answered 200 with resCd 0", { text: '{"resCd":0}' }),
  row("resCd null", "origin answered 200 with resCd null", { text: '{"resCd":null}' }),
  row("an empty resCd", 'origin answered 200 with resCd ""', { text: '{"resCd":""}' }),
  row("resCd with a blank", 'origin answered 200 with resCd "0000 "', { text: '{"resCd":"0000 "}' }),
  row("resCd in a list", 'origin answered 200 with resCd ["0000"]', { text: '{"resCd":["0000"]}' }),
  row("resCd twice: the last counts, as JSON reads it", FIFTY_ONE, { text: '{"resCd":"0000","resCd":"5001"}' }),
  row("an escaped name", FIFTY_ONE, { text: '{"\\u0072esCd":"5001"}' }),
  row("5001 after a BOM", FIFTY_ONE, { text: '\uFEFF{"resCd":"5001"}' }),
  row("5001 in a JSON string", FIFTY_ONE, { text: JSON.stringify('{"resCd":"5001"}') }),
  row("5001 in a JSON string after a warning", FIFTY_ONE, { text: JSON.stringify('Notice: x {"resCd":"5001"}') }),
  row("5001 after a PHP warning", FIFTY_ONE, { text: `${WARNING}{"resCd":"5001"}` }),
  row("5001 after a warning in plain text", FIFTY_ONE, { text: 'Warning: "mall" in /a.php {\n{"resCd":"5001"}' }),
  row("5001 before a comment", FIFTY_ONE, { text: '{"resCd":"5001"}<!-- 12 ms -->' }),
  row("5001 before NULs", FIFTY_ONE, { text: '{"resCd":"5001"}\0\0' }),
  row("5001 after an object that says 0000", FIFTY_ONE, { text: '{"resCd":"0000"}{"resCd":"5001"}' }),
  row("5001 in an object with a raw line end", FIFTY_ONE, { text: '{"resCd":"5001","resMsg":"one\ntwo"}' }),
  row("5001 in an object with a comma too many", FIFTY_ONE, { text: '{"resMsg":"a}{","resCd" : "5001",}' }),
  row("5001 in an object that breaks off", FIFTY_ONE, { text: '{"resCd":"5001","resMsg":"Internal' }),
  row("5001 in an inner object of other text", FIFTY_ONE, { text: 'x {"result":{"resCd":"5001"}}' }),
  row("5001 in a list", FIFTY_ONE, { text: '[{"resCd":"5001"}]' }),
  row("5001 in a page", FIFTY_ONE, { text: '<html><body>{"resCd":"5001"}</body></html>' }),
  row("null in other text", "origin answered 200 with resCd null", { text: 'x {"resCd":null}' }),
  row("nothing at all in other text", 'origin answered 200 with resCd ""', { text: 'x {"resCd":}' }),
  row("the legacy 5001", LEGACY_FIFTY_ONE, { text: "res_cd=5001\u001Fres_msg=FAIL" }),
  row("the legacy 5001 with a caret, after a BOM", LEGACY_FIFTY_ONE, { text: "\uFEFFres_cd=5001^res_msg=FAIL" }),
  row("the legacy 5001 after a PHP warning", LEGACY_FIFTY_ONE, { text: `${WARNING}res_cd=5001\u001Fres_msg=FAIL` }),
  row("the legacy 5001 on a line of its own", LEGACY_FIFTY_ONE, { text: "Notice: x\r\n res_cd=5001^res_msg=FAIL" }),
  row("the legacy 5001 beside KICC's ack", LEGACY_FIFTY_ONE, { text: 'res_cd=5001\n{"resCd":"0000"}' }),
  row("the legacy ack without a code", 'origin answered 200 with res_cd ""', { text: "res_cd=\u001Fres_msg=" }),
];

const PAGES: readonly Row[] = [
  row(
    "a page",
    `origin answered a page (200, "Welcome to nginx!") in place of the handler's answer: check the path of ${IN_URL}`,
    { text: "<!DOCTYPE html>\n<title>\n  Welcome  to nginx!</title>", contentType: "text/html" },
  ),
  row(
    "a page without a title",
    `origin answered a page (200) in place of the handler's answer: check the path of ${IN_URL}`,
    {
      text: "  <html>resCd 5001</html>",
    },
  ),
  row(
    "a login page",
    `origin answered a login page (200, "관리자 로그인"): exempt the path from the login, or set credentials in ${IN_HEADERS}`,
    { text: '<html><title>관리자 로그인</title><input type="password"></html>' },
  ),
  row("a maintenance page", 'origin answered a maintenance page (200, "서비스 점검 중")', {
    text: "<html><title>서비스 점검 중</title></html>",
  }),
  row(
    "a PHP fatal error",
    "origin answered 200 with a PHP error and no resCd: Fatal error: Uncaught PDOException: SQLSTATE[HY000] [2002] in",
    { text: "<br />\n<b>Fatal error</b>:  Uncaught PDOException: SQLSTATE[HY000] [2002] in <b>/a.php</b>" },
  ),
  row(
    "a PHP warning alone",
    'origin answered 200 with a PHP error and no resCd: Warning: Undefined array key "mall" in',
    {
      text: WARNING,
    },
  ),
  row("XML", "origin answered 200 with XML, and no resCd", { text: "<ok/>", contentType: "application/xml" }),
  row("XML by its first line", "origin answered 200 with XML, and no resCd", { text: '<?xml version="1.0"?><ok/>' }),
];

const BY_STATUS: readonly Row[] = [
  ...[400, 409, 422, 429, 500, 503, 504, 519, 531, 599].map((status) =>
    row(`${status}, though its body says 0000`, `origin answered ${status}`, { status, text: '{"resCd":"0000"}' }),
  ),
  row("410", "origin answered 410", { status: 410 }),
  row(
    "401",
    `origin answered 401: the handler refused the signature (check ORIGIN_SIGNING_SECRET and the origin's clock), or something before it wants credentials (check ${IN_HEADERS})`,
    { status: 401 },
  ),
  row(
    "403",
    `origin answered 403: a firewall or an address list let nobody in (a handler's own check of KICC's address must go), Cloudflare Access or another gate wants credentials (check ${IN_HEADERS}), or the handler refused the signature (check ORIGIN_SIGNING_SECRET)`,
    { status: 403 },
  ),
  row("403 of a framework", "origin answered 403: its CSRF protection refused: exempt the path", {
    status: 403,
    text: "<h1>Forbidden</h1><p>CSRF verification failed. Request aborted.</p>",
  }),
  row("419", "origin answered 419: its CSRF protection refused: exempt the path", { status: 419 }),
  row("404", `origin answered 404: nothing is at that path: check ${IN_URL}`, { status: 404 }),
  row("405", `origin answered 405: nothing takes a POST at that path: check ${IN_URL}`, { status: 405 }),
  row("406", "origin answered 406: a filter such as mod_security refused a header or the body", { status: 406 }),
  row("502", "origin answered 502", { status: 502, text: "Bad Gateway" }),
  row("502 of cloudflared", "origin answered 502: cloudflared is there, but the server behind it is not", {
    status: 502,
    text: "Unable to reach the origin service. It may be down or it may not be responding to traffic from cloudflared",
  }),
  row("520", "Cloudflare answered 520: the origin hung up, or sent what is no HTTP", { status: 520 }),
  row("521", "Cloudflare answered 521: the origin is not there, or its firewall refuses Cloudflare", { status: 521 }),
  row(
    "526",
    "Cloudflare answered 526: the origin's certificate is not valid: expired, self-signed or for another name",
    {
      status: 526,
    },
  ),
  row("529", "Cloudflare answered 529: the tunnel or the origin is not there", { status: 529 }),
  row("530", "Cloudflare answered 530: the tunnel or the origin is not there", { status: 530 }),
  row("530 for a tunnel", "Cloudflare answered 530 (error 1033): the tunnel is not there: is cloudflared running?", {
    status: 530,
    text: "error code: 1033",
  }),
  row("530 for a name", "Cloudflare answered 530 (error 1016): the origin's name does not resolve: check DNS", {
    status: 530,
    text: "<title>Origin DNS error | shop.example | Cloudflare</title><h1>Error 1016</h1>",
  }),
  row("530 with another code", "Cloudflare answered 530 (error 1023): the tunnel or the origin is not there", {
    status: 530,
    text: "error code: 1023",
  }),
];

const redirected = (location: string | null, error: string, status = 302) =>
  row(`${status} to ${location}`, `origin answered ${status}, a redirect to ${error}`, { status, location });

const REDIRECTS: readonly Row[] = [
  redirected(null, "nowhere", 304),
  redirected(
    "https://shop.example/kicc",
    `https://shop.example/kicc, which is not followed: set ${IN_URL} to https://shop.example/kicc`,
    301,
  ),
  redirected("/kicc/", `/kicc/, which is not followed: set ${IN_URL} to http://shop.example/kicc/`, 308),
  redirected("/author/kim", `/author/kim, which is not followed: set ${IN_URL} to http://shop.example/author/kim`),
  redirected("https://[bad", "https://[bad"),
  redirected("javascript:alert(1)", "javascript:alert(1)"),
  redirected(
    "/next?token=s3cr3t#token=s3cr3t",
    `/next, which is not followed: set ${IN_URL} to http://shop.example/next`,
  ),
  redirected(
    "https://shop.cloudflareaccess.com/cdn-cgi/access/login/shop.example?kid=secret",
    `https://shop.cloudflareaccess.com/cdn-cgi/access/login/shop.example: Cloudflare Access wants a service token as credentials (check ${IN_HEADERS})`,
  ),
  ...["/login", "/log-in", "https://a.example/signin", "/oauth2/start", "/authenticate", "https://sso.example/"].map(
    (location) =>
      redirected(location, `${location}: a login wants credentials (check ${IN_HEADERS}, or exempt the path)`, 307),
  ),
];

export const ANSWERS: readonly Row[] = [...ACCEPTED, ...FAILED_BY_BODY, ...PAGES, ...BY_STATUS, ...REDIRECTS];
