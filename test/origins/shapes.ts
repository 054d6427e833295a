// How unchanged handlers, and what stands before them, answer KICC: the bytes on the wire, and how the receiver judges
// them.
import zlib from "node:zlib";

export interface Shape {
  readonly name: string;
  readonly bytes: Buffer;
  readonly status: number | null;
  /** null: accepted. */
  readonly error: string | RegExp | null;
}

const ACK = '{"resCd":"0000","resMsg":"OK"}';
const AGAIN = '{"resCd":"5001","resMsg":"Internal DB Error"}';
const FIFTY_ONE = "origin answered 200 with resCd 5001";
const WARNING = "<br />\n<b>Warning</b>:  Undefined array key 1 in <b>/var/www/kicc.php</b> on line <b>7</b><br />\n";
const LOGIN =
  '<!DOCTYPE html><html><head><title>관리자 로그인</title></head><form><input type="password"></form></html>';

function http(head: string, body: string | Uint8Array = "", version = "1.1"): Buffer {
  const bytes = Buffer.from(body);
  const lines = [`HTTP/${version} ${head.replaceAll("\n", "\r\n")}`, "connection: close"];
  if (!/transfer-encoding|content-length/i.test(head)) lines.push(`content-length: ${bytes.length}`);
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), bytes]);
}

function ok(body: string | Uint8Array, contentType = "text/html; charset=UTF-8"): Buffer {
  return http(`200 OK\ncontent-type: ${contentType}`, body);
}

/** Until the connection ends, as HTTP/1.0 has it. */
function oldStyle(body: string): Buffer {
  return Buffer.from(`HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n${body}`);
}

function chunked(...chunks: readonly string[]): Buffer {
  const body = [...chunks, ""].map((chunk) => `${Buffer.byteLength(chunk).toString(16)}\r\n${chunk}\r\n`).join("");
  return http("200 OK\ncontent-type: text/html\ntransfer-encoding: chunked", body);
}

function encoded(encoding: string, body: Uint8Array | string): Buffer {
  return http(`200 OK\ncontent-encoding: ${encoding}\ncontent-type: application/json`, body);
}

const accepted = (name: string, bytes: Buffer, status = 200): Shape => ({ name, bytes, status, error: null });
const failed = (name: string, bytes: Buffer, error: Shape["error"], status: number | null = 200): Shape => ({
  name,
  bytes,
  status,
  error,
});

export const SHAPES: readonly Shape[] = [
  accepted("KICC's ack as text/html", ok(ACK)),
  accepted("KICC's ack without a Content-Type", http("200 OK", ACK)),
  accepted("KICC's ack after a BOM", ok(`\uFEFF${ACK}`)),
  accepted("KICC's ack after a PHP warning", ok(`${WARNING}${ACK}`)),
  accepted("KICC's ack in a JSON string", ok(JSON.stringify(ACK), "application/json")),
  accepted("KICC's ack and text behind it", ok(`${ACK}\n<!-- generated in 0.01 s -->`)),
  accepted("KICC's ack over HTTP/1.0", oldStyle(ACK)),
  accepted("KICC's ack in chunks", chunked(ACK.slice(0, 7), ACK.slice(7))),
  accepted("KICC's ack, compressed unasked", encoded("gzip", zlib.gzipSync(ACK))),
  accepted("KICC's ack with a charset as its Content-Encoding", encoded("utf-8", ACK)),
  accepted("the legacy ack", ok("res_cd=0000\u001Fres_msg=SUCCESS\r\n", "text/html; charset=euc-kr")),
  accepted("the legacy ack with a caret", ok("res_cd=0000^res_msg=SUCCESS")),
  accepted("OK in plain text", ok("OK", "text/plain")),
  accepted("an empty 200", http("200 OK")),
  accepted("a 204", http("204 No Content\ncontent-length: 0"), 204),
  accepted("a 200 after a 100 Continue", Buffer.concat([Buffer.from("HTTP/1.1 100 Continue\r\n\r\n"), ok(ACK)])),

  failed("5001 as text/html", ok(AGAIN), FIFTY_ONE),
  failed("5001 after a BOM", ok(`\uFEFF${AGAIN}`), FIFTY_ONE),
  failed("5001 after a PHP warning", ok(`${WARNING}${AGAIN}`), FIFTY_ONE),
  failed("5001 in a JSON string", ok(JSON.stringify(AGAIN), "application/json"), FIFTY_ONE),
  failed("5001 and text behind it", ok(`${AGAIN}\n<!-- generated in 0.01 s -->`), FIFTY_ONE),
  failed("5001 over HTTP/1.0", oldStyle(AGAIN), FIFTY_ONE),
  failed("5001 in chunks that cut a letter", chunked('{"resMsg":"다시', '","resCd":"50', '01"}'), FIFTY_ONE),
  failed("5001, compressed unasked", encoded("gzip", zlib.gzipSync(AGAIN)), FIFTY_ONE),
  failed("5001 in brotli", encoded("br", zlib.brotliCompressSync(AGAIN)), FIFTY_ONE),
  failed(
    "5001 that is not gzip, as it says",
    encoded("gzip", AGAIN),
    "origin answered 200, and its body cannot be read: Content-Encoding says gzip",
  ),
  failed("5001 in EUC-KR", ok(Buffer.from(`{"resCd":"5001","resMsg":"\xc1\xa4\xbb\xf3"}`, "latin1")), FIFTY_ONE),
  failed("the legacy 5001", ok("res_cd=5001\u001Fres_msg=FAIL"), "origin answered 200 with res_cd 5001"),
  failed("the legacy 5001 after a PHP warning", ok(`${WARNING}res_cd=5001^res_msg=FAIL`), /with res_cd 5001$/),
  failed("resCd null", ok('{"resCd":null,"resMsg":null}'), "origin answered 200 with resCd null"),
  failed("an empty resCd", ok('{"resCd":"","resMsg":""}'), 'origin answered 200 with resCd ""'),
  failed("a PHP warning alone", ok(WARNING), /with a PHP error and no resCd: Warning: Undefined array key 1 in$/),
  failed(
    "a PHP fatal error",
    ok("<br />\n<b>Fatal error</b>: Uncaught PDOException"),
    /: Fatal error: Uncaught PDOException$/,
  ),
  failed("a login page", ok(LOGIN), /^origin answered a login page \(200, "관리자 로그인"\): .*ORIGIN_HEADERS/),
  failed(
    "a maintenance page",
    ok("<html><title>서비스 점검 안내</title></html>"),
    'origin answered a maintenance page (200, "서비스 점검 안내")',
  ),
  failed(
    "another server's page",
    ok("<html><h1>It works!</h1></html>"),
    /^origin answered a page \(200\) in place of /,
  ),
  failed(
    "a redirect to https",
    http("301 Moved Permanently\nlocation: https://shop.example/kicc", "<html>moved</html>"),
    "origin answered 301, a redirect to https://shop.example/kicc, which is not followed: set ORIGIN_URL (in pull: TARGET_URL) to https://shop.example/kicc",
    301,
  ),
  failed(
    "a redirect to a login, whose query is not kept",
    http("302 Found\nlocation: /admin/login?next=s3cr3t"),
    /^origin answered 302, a redirect to \/admin\/login: a login wants credentials/,
    302,
  ),
  failed("a 401", http("401 Unauthorized"), /^origin answered 401: .*ORIGIN_SIGNING_SECRET.*ORIGIN_HEADERS/, 401),
  failed(
    "a 403",
    http("403 Forbidden", "<html>"),
    /^origin answered 403: .*KICC's address.*ORIGIN_SIGNING_SECRET/,
    403,
  ),
  failed("a 406 of mod_security", http("406 Not Acceptable"), /^origin answered 406: .*mod_security/, 406),
  failed(
    "a 530 of Cloudflare's",
    http("530 <none>", "error code: 1033"),
    /^Cloudflare answered 530 \(error 1033\): /,
    530,
  ),
  failed("a body shorter than its Content-Length", http("200 OK\ncontent-length: 99", ACK), /^no whole answer: /),
  failed(
    "chunks that end in the middle",
    http("200 OK\ntransfer-encoding: chunked", `1e\r\n${ACK}`),
    /^no whole answer: /,
  ),
  failed("no HTTP at all", Buffer.from("resCd=0000\r\n\r\n"), /^no connection: /, null),
  failed("a connection that ends without a word", Buffer.alloc(0), /^no connection: /, null),
];
