#!/usr/bin/env python3
"""Takes the notifications of a KICC edge receiver and books each once, in SQLite.

One file for Python 3.8 or later, standard library alone. What to do with your own orders goes into book(), inside its
transaction. Behind a web server of your own: `receive` takes headers and bytes, and knows nothing of HTTP.

  ORIGIN_SIGNING_SECRET  as at the receiver; several, separated by blanks, while one is being changed
  BOOKS                  the database file, e.g. /var/lib/shop/kicc.sqlite
  PORT                   on 127.0.0.1; 8788 unless set

To run it: python3 receiver.py
"""
import base64
import hashlib
import hmac
import json
import os
import re
import sqlite3
import sys
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote_to_bytes

TOLERANCE_SECONDS = 300
LARGEST_BODY_BYTES = 1024 * 1024
REFUNDS = {"wechat.cancel", "online.change", "online.refund", "online.transfer-failed"}
PAYMENTS = {"wechat.approval", "alipay.approval", "online.approval", "online.unionpay", "online.deposit"}
LEGACY_NAMES = {
    "cno": "pgCno", "mgr_seqno": "cancelPgCno", "order_no": "shopOrderNo", "memb_id": "mallId",
    "res_cd": "resCd", "noti_type": "notiType", "stat_cd": "statusCode", "mgr_amt": "cancelAmount",
}


def receive(headers, body):
    """→ HTTP status, resCd, resMsg. `headers` has a get() that heeds no case."""
    if not is_signed(headers, body, os.environ["ORIGIN_SIGNING_SECRET"], time.time()):
        return 401, "4010", "Wrong signature"
    kind = headers.get("kicc-notification") or ""
    fields = read_fields(body, headers.get("content-type") or "")
    entry = decide(kind, headers.get("kicc-source"), headers.get("kicc-repeats") is not None, fields)
    book(headers.get("webhook-id"), kind, body, fields or {}, entry)
    return 200, "0000", "OK"


def is_signed(headers, body, secrets, now):
    """Standard Webhooks, over the bytes: any secret may have made any of the signatures."""
    id, timestamp = headers.get("webhook-id") or "", headers.get("webhook-timestamp") or ""
    if not id or not re.fullmatch(r"[0-9]{1,12}", timestamp) or abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    given = (headers.get("webhook-signature") or "").encode("latin-1", "replace").split(b" ")
    for secret in secrets.split():
        key = base64.b64decode(secret[6:] if secret.startswith("whsec_") else secret, validate=True)
        made = hmac.new(key, f"{id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
        if any(hmac.compare_digest(b"v1," + base64.b64encode(made), one) for one in given):
            return True
    return False


def read_fields(body, content_type):
    """JSON, or the form of KICC's older dialect under the same names; every value is text. None where it is neither."""
    bytes_ = re.sub(rb"^(?:\xef\xbb\xbf|\s)+", b"", body)
    if bytes_ and not bytes_.startswith(b"{"):
        return read_form(bytes_, content_type)
    try:
        # Ids have 20 digits, and may come as bare numbers: numbers stay the text that they are. Raw line ends inside a
        # text (strict=False), and NULs behind the end, come from KICC as well.
        text = decoded(bytes_, content_type).rstrip("\0 \r\n\t")
        fields = json.loads(text, strict=False, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else None


def read_form(bytes_, content_type):
    plain = unquote_to_bytes(bytes_.replace(b"+", b" "))
    charset = charset_of(plain, content_type)  # of the whole body: parse_qs() would take it for UTF-8
    fields = {}
    for pair in bytes_.split(b"&"):
        name, _, value = (unquote_to_bytes(part.replace(b"+", b" ")) for part in pair.partition(b"="))
        name = name.decode(charset, "replace").strip()
        fields[LEGACY_NAMES.get(name, name)] = value.decode(charset, "replace").strip()
    return fields if "resCd" in fields else None


def decoded(bytes_, content_type):
    return bytes_.decode(charset_of(bytes_, content_type), "replace")


def charset_of(bytes_, content_type):
    says_korean = re.search(r"euc-?kr|ks_?c_?5601|korean|949|uhc", content_type, re.I)
    for charset in ("cp949", "utf-8") if says_korean else ("utf-8",):
        try:
            bytes_.decode(charset)
            return charset
        except UnicodeDecodeError:
            pass
    return "cp949"


def decide(kind, source, is_repeat, fields):
    """What a notification means for the books → what, the number that it may be booked once for, the amount.

    The kind decides, and never a word in the body: a change (20) is a cancellation, a deposit-cancel (31) takes money
    back, a transfer-failed (51) is a refund that did not arrive.
    """
    if source == "test":
        return "test", None, None
    if fields is None:
        return "look", None, None
    if text(fields, "resCd") != "0000" or kind == "online.transfer-failed":
        return ("refund-failed" if kind in REFUNDS else "payment-failed"), None, None
    if is_repeat:
        return "look", None, None  # KICC may have said it twice: a person decides
    info = fields.get("amountInfo")
    paid = amount(info.get("amount") if isinstance(info, dict) else fields.get("amount"))
    refunded = amount(fields.get("cancelAmount"))
    refunded = paid if refunded is None else refunded
    status = text(fields, "statusCode") if kind == "online.escrow" else None
    if kind in PAYMENTS or status == "ES04":
        what, number, sum_ = "paid", text(fields, "pgCno"), paid
    elif kind in ("wechat.cancel", "online.change") or status == "ES06":
        what, number, sum_ = "refunded", text(fields, "cancelPgCno"), None if refunded is None else -refunded
    elif kind == "online.deposit-cancel":
        what, number, sum_ = "taken-back", text(fields, "pgCno"), None if paid is None else -paid
    elif kind == "online.refund":
        # It names no amount: yours is in the refund that you asked for.
        what, number, sum_ = "refunded", text(fields, "cancelPgCno"), 0
    else:
        # KICC adds kinds and escrow states without notice.
        what, number, sum_ = {"ES12": "purchase-confirmed", "ES13": "purchase-rejected"}.get(status, "noted"), None, 0
    return ("look", None, None) if sum_ is None else (what, number and f"{what}:{number}", sum_)


def book(id, kind, body, fields, entry):
    """One transaction: either all of it is there when the receiver is answered, or nothing and it comes again."""
    what, key, sum_ = entry
    with closing(sqlite3.connect(os.environ["BOOKS"], timeout=3, isolation_level=None)) as db:
        db.execute("CREATE TABLE IF NOT EXISTS notifications (webhook_id TEXT PRIMARY KEY, kind TEXT NOT NULL, body BLOB NOT NULL)")
        db.execute(
            "CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, webhook_id TEXT NOT NULL, what TEXT NOT NULL,"
            " order_no TEXT, pg_cno TEXT, amount INTEGER, currency TEXT)"
        )
        db.execute("BEGIN IMMEDIATE")
        try:
            taken = db.execute("INSERT INTO notifications VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (id, kind, body))
            if taken.rowcount == 1:
                # One deposit may be told of by two kinds (30 and 40): the key books it once. Compare with your order
                # here, and change it here; of an approval with another amount KICC demands that you cancel it at once.
                row = (key or id, id, what, text(fields, "shopOrderNo"), text(fields, "pgCno"), sum_, currency(fields))
                db.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", row)
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise


def text(fields, name):
    """None, "" and blanks are missing."""
    value = fields.get(name)
    return (value.strip() or None) if isinstance(value, str) else None


def amount(value):
    found = re.fullmatch(r"([0-9]{1,15})(\.0+)?", value.strip()) if isinstance(value, str) else None
    return int(found[1]) if found else None


def currency(fields):
    info = fields.get("amountInfo")
    code = (text(info, "currency") if isinstance(info, dict) else None) or "KRW"
    return {"00": "KRW", "01": "USD"}.get(code, code)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_POST(self):
        length = self.headers.get("content-length") or ""
        if not re.fullmatch(r"[0-9]{1,9}", length) or int(length) > LARGEST_BODY_BYTES:
            self.close_connection = True
            return self.answer(413 if length else 411, "4130", "Length missing or too large")
        body = self.rfile.read(int(length))
        try:
            self.answer(*receive(self.headers, body))
        except Exception as problem:  # the receiver sends it again
            print(f"Cannot book notification: {problem!r}", file=sys.stderr, flush=True)
            self.answer(500, "5001", "Not booked")

    def answer(self, status, res_cd, res_msg):
        content = json.dumps({"resCd": res_cd, "resMsg": res_msg}, separators=(",", ":")).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8788"))), Handler).serve_forever()
