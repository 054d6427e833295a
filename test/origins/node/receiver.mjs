// Takes the notifications of a KICC edge receiver and books each once, in SQLite. One file for Node 22.13 or later, no
// dependencies. What to do with your own orders goes into book(), inside its transaction.
//
//   ORIGIN_SIGNING_SECRET  as at the receiver; several, separated by blanks, while one is being changed
//   BOOKS                  the database file, e.g. /var/lib/shop/kicc.sqlite
//   PORT                   on 127.0.0.1; 8788 unless set
//
// To run it: node receiver.mjs
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";

const { BOOKS = "kicc.sqlite", PORT = "8788" } = process.env;
const TOLERANCE_SECONDS = 300;
const LARGEST_BODY_BYTES = 1024 * 1024;
const PAYMENTS = new Set([
  "wechat.approval",
  "alipay.approval",
  "online.approval",
  "online.unionpay",
  "online.deposit",
]);
const REFUNDS = new Set(["wechat.cancel", "online.change", "online.refund", "online.transfer-failed"]);
const LEGACY_NAMES = {
  cno: "pgCno",
  mgr_seqno: "cancelPgCno",
  order_no: "shopOrderNo",
  memb_id: "mallId",
  res_cd: "resCd",
  noti_type: "notiType",
  stat_cd: "statusCode",
  mgr_amt: "cancelAmount",
};

const keys = (process.env.ORIGIN_SIGNING_SECRET ?? "")
  .split(/\s+/)
  .filter((secret) => secret !== "")
  .map((secret) => Buffer.from(secret.replace(/^whsec_/, ""), "base64"));
if (keys.length === 0 || keys.some((key) => key.length === 0)) throw new Error("ORIGIN_SIGNING_SECRET is not set");

const db = new DatabaseSync(BOOKS, { timeout: 3000 });
db.exec(`CREATE TABLE IF NOT EXISTS notifications (webhook_id TEXT PRIMARY KEY, kind TEXT NOT NULL, body BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, webhook_id TEXT NOT NULL, what TEXT NOT NULL,
    order_no TEXT, pg_cno TEXT, amount INTEGER, currency TEXT);`);

createServer((request, response) => {
  const answer = (status, resCd, resMsg) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ resCd, resMsg }));
  if (request.method !== "POST") return answer(405, "4050", "POST only");
  const chunks = [];
  let length = 0;
  request.on("data", (chunk) => {
    length += chunk.length;
    if (length <= LARGEST_BODY_BYTES) chunks.push(chunk);
  });
  request.on("error", () => {}); // it hung up: there is nobody to answer
  request.on("end", () => {
    if (length > LARGEST_BODY_BYTES) return answer(413, "4130", "Too large");
    try {
      answer(...receive(request.headers, Buffer.concat(chunks)));
    } catch (problem) {
      console.error("Cannot book notification:", problem);
      answer(500, "5001", "Not booked"); // the receiver sends it again
    }
  });
}).listen(Number(PORT), "127.0.0.1");

function receive(headers, body) {
  if (!isSigned(headers, body, Date.now() / 1000)) return [401, "4010", "Wrong signature"];
  const kind = headers["kicc-notification"] ?? "";
  const fields = readFields(body, headers["content-type"] ?? "");
  const entry = decide(kind, headers["kicc-source"], headers["kicc-repeats"] !== undefined, fields);
  book(headers["webhook-id"], kind, body, fields ?? {}, entry);
  return [200, "0000", "OK"];
}

/** Standard Webhooks, over the bytes: any secret may have made any of the signatures. */
function isSigned(headers, body, now) {
  const { "webhook-id": id, "webhook-timestamp": timestamp = "", "webhook-signature": given = "" } = headers;
  if (!id || !/^\d+$/.test(timestamp) || Math.abs(now - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  return keys.some((key) => {
    const made = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
    return given.split(" ").some((one) => {
      const signature = Buffer.from(one.startsWith("v1,") ? one.slice(3) : "", "base64");
      return signature.length === made.length && timingSafeEqual(signature, made);
    });
  });
}

/** JSON, or the form of KICC's older dialect under the same names; every value is text. null where it is neither. */
function readFields(body, contentType) {
  const begin = /^(?:\xef\xbb\xbf|\s)*/.exec(body.toString("latin1"))[0].length;
  const bytes = body.subarray(begin);
  if (bytes.length > 0 && bytes[0] !== 0x7b) return readForm(bytes, contentType);
  // Raw line ends inside a text, and NULs behind the end, come from KICC as well.
  const plain = bytes.map((byte) => (byte < 0x20 ? 0x20 : byte));
  try {
    // Ids have 20 digits, and may come as bare numbers: numbers stay the text that they are.
    return JSON.parse(decoderOf(plain, contentType).decode(plain), (_name, value, { source }) =>
      typeof value === "number" ? source : value,
    );
  } catch {
    return null;
  }
}

function readForm(bytes, contentType) {
  const decoder = decoderOf(unescaped(bytes.toString("latin1")), contentType); // of the whole: URLSearchParams take UTF-8
  const pairs = bytes
    .toString("latin1")
    .split("&")
    .map((pair) => /^([^=]*)=?(.*)$/s.exec(pair).slice(1))
    .map(([name, value]) => [name, value].map((part) => decoder.decode(unescaped(part)).trim()));
  const fields = Object.fromEntries(pairs.map(([name, value]) => [LEGACY_NAMES[name] ?? name, value]));
  return fields.resCd === undefined ? null : fields;
}

function unescaped(text) {
  const plain = text.replaceAll("+", " ").replaceAll(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(`0x${hex}`));
  return Buffer.from(plain, "latin1");
}

function decoderOf(bytes, contentType) {
  const saysKorean = /euc-?kr|ks_?c_?5601|korean|949|uhc/i.test(contentType);
  for (const charset of saysKorean ? ["euc-kr", "utf-8"] : ["utf-8"]) {
    try {
      new TextDecoder(charset, { fatal: true }).decode(bytes);
      return new TextDecoder(charset);
    } catch {
      // not in this one
    }
  }
  return new TextDecoder("euc-kr");
}

/**
 * What a notification means for the books → what, the number that it may be booked once for, the amount. The kind
 * decides, and never a word in the body: a change (20) is a cancellation, a deposit-cancel (31) takes money back, a
 * transfer-failed (51) is a refund that did not arrive.
 */
function decide(kind, source, isRepeat, fields) {
  const look = ["look", null, null]; // for a person
  if (source === "test") return ["test", null, null];
  if (fields === null) return look;
  if (text(fields, "resCd") !== "0000" || kind === "online.transfer-failed") {
    return [REFUNDS.has(kind) ? "refund-failed" : "payment-failed", null, null];
  }
  if (isRepeat) return look; // KICC may have said it twice
  const paid = amount(fields.amountInfo?.amount ?? fields.amount);
  const refunded = amount(fields.cancelAmount) ?? paid;
  const status = kind === "online.escrow" ? text(fields, "statusCode") : null;
  const money = (what, name, sum) => {
    const number = text(fields, name);
    return sum === null ? look : [what, number && `${what}:${number}`, sum];
  };
  if (PAYMENTS.has(kind) || status === "ES04") return money("paid", "pgCno", paid);
  if (kind === "wechat.cancel" || kind === "online.change" || status === "ES06") {
    return money("refunded", "cancelPgCno", refunded && -refunded);
  }
  if (kind === "online.deposit-cancel") return money("taken-back", "pgCno", paid && -paid);
  // It names no amount: yours is in the refund that you asked for.
  if (kind === "online.refund") return money("refunded", "cancelPgCno", 0);
  if (status === "ES12") return ["purchase-confirmed", null, 0];
  if (status === "ES13") return ["purchase-rejected", null, 0];
  return ["noted", null, 0]; // KICC adds kinds and escrow states without notice
}

/** One transaction: either all of it is there when the receiver is answered, or nothing and it comes again. */
function book(id, kind, body, fields, [what, key, sum]) {
  db.exec("BEGIN IMMEDIATE");
  try {
    const taken = db.prepare("INSERT INTO notifications VALUES (?, ?, ?) ON CONFLICT DO NOTHING").run(id, kind, body);
    if (taken.changes === 1) {
      // One deposit may be told of by two kinds (30 and 40): the key books it once. Compare with your order here, and
      // change it here; of an approval with another amount KICC demands that you cancel it at once.
      const order = [text(fields, "shopOrderNo"), text(fields, "pgCno")];
      const entry = db.prepare("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
      entry.run(key ?? id, id, what, ...order, sum, currency(fields));
    }
    db.exec("COMMIT");
  } catch (problem) {
    db.exec("ROLLBACK");
    throw problem;
  }
}

/** null, "" and blanks are missing. */
function text(fields, name) {
  return (typeof fields?.[name] === "string" && fields[name].trim()) || null;
}

function amount(value) {
  const [, digits] = /^\s*(\d{1,15})(?:\.0+)?\s*$/.exec(typeof value === "string" ? value : "") ?? [];
  return digits === undefined ? null : Number(digits);
}

function currency(fields) {
  const code = text(fields.amountInfo, "currency") ?? "KRW";
  return { "00": "KRW", "01": "USD" }[code] ?? code;
}
