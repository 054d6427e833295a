<?php
// Takes the notifications of a KICC edge receiver and books each once, in SQLite. One file for PHP 8.1 or later with
// pdo_sqlite; no libraries. What to do with your own orders goes into book(), inside its transaction.
//
//   ORIGIN_SIGNING_SECRET  as at the receiver; several, separated by blanks, while one is being changed
//   BOOKS                  the database file; its directory must be writable, e.g. /var/lib/shop/kicc.sqlite
//
// To try it: php -S 127.0.0.1:8788 receiver.php
declare(strict_types=1);

const TOLERANCE_SECONDS = 300;
const LARGEST_BODY_BYTES = 1048576;

ini_set('display_errors', '0'); // A warning printed before the answer would spoil it.

try {
    [$status, $resCd, $resMsg] = receive($_SERVER, (string) file_get_contents('php://input', length: LARGEST_BODY_BYTES + 1));
} catch (Throwable $problem) {
    error_log('Cannot book notification: ' . $problem->getMessage());
    [$status, $resCd, $resMsg] = [500, '5001', 'Not booked']; // The receiver sends it again.
}
http_response_code($status);
header('Content-Type: application/json');
echo json_encode(['resCd' => $resCd, 'resMsg' => $resMsg]);

/** @return array{int, string, string} */
function receive(array $server, string $body): array
{
    if ($server['REQUEST_METHOD'] !== 'POST') {
        return [405, '4050', 'POST only'];
    }
    if (strlen($body) > LARGEST_BODY_BYTES) {
        return [413, '4130', 'Too large'];
    }
    if (!isSigned($server, $body, (string) getenv('ORIGIN_SIGNING_SECRET'), time())) {
        return [401, '4010', 'Wrong signature'];
    }
    $kind = $server['HTTP_KICC_NOTIFICATION'] ?? '';
    $fields = readFields($body, $server['CONTENT_TYPE'] ?? '');
    $entry = decide($kind, $server['HTTP_KICC_SOURCE'] ?? '', isset($server['HTTP_KICC_REPEATS']), $fields);
    book($server['HTTP_WEBHOOK_ID'], $kind, $body, $fields ?? [], $entry);
    return [200, '0000', 'OK'];
}

/** Standard Webhooks, over the bytes: any secret may have made any of the signatures. */
function isSigned(array $server, string $body, string $secrets, int $now): bool
{
    $id = $server['HTTP_WEBHOOK_ID'] ?? '';
    $timestamp = $server['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
    if ($id === '' || !ctype_digit($timestamp) || abs($now - (int) $timestamp) > TOLERANCE_SECONDS) {
        return false;
    }
    foreach (preg_split('/\s+/', $secrets, flags: PREG_SPLIT_NO_EMPTY) as $secret) {
        $key = base64_decode(preg_replace('/^whsec_/', '', $secret), true);
        if ($key === false || $key === '') {
            throw new RuntimeException('ORIGIN_SIGNING_SECRET is no whsec_ and base64');
        }
        $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
        foreach (explode(' ', $server['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $signature) {
            if (hash_equals($expected, $signature)) {
                return true;
            }
        }
    }
    return false;
}

/** JSON, or the form of KICC's older dialect under the same names; every value is text. null where it is neither. */
function readFields(string $body, string $contentType): ?array
{
    $bytes = preg_replace('/^(\xEF\xBB\xBF|\s)+/', '', $body);
    if ($bytes !== '' && $bytes[0] !== '{') {
        return readForm($bytes, $contentType);
    }
    // Raw line ends inside a text, and NULs behind the end, come from KICC as well.
    $json = trim(preg_replace('/[\x00-\x1F]/', ' ', inUtf8($bytes, $contentType)));
    $fields = json_decode($json, true, 64, JSON_BIGINT_AS_STRING); // Ids have 20 digits, more than an int holds.
    return is_array($fields) ? $fields : null;
}

function readForm(string $bytes, string $contentType): ?array
{
    $names = ['cno' => 'pgCno', 'mgr_seqno' => 'cancelPgCno', 'order_no' => 'shopOrderNo', 'memb_id' => 'mallId',
        'res_cd' => 'resCd', 'noti_type' => 'notiType', 'stat_cd' => 'statusCode', 'mgr_amt' => 'cancelAmount'];
    $plain = urldecode($bytes); // Only to see which charset the whole body is in: parse_str() would lose EUC-KR.
    $fields = [];
    foreach (explode('&', $bytes) as $pair) {
        [$name, $value] = array_map(urldecode(...), explode('=', $pair, 2) + ['', '']);
        $fields[$names[trim($name)] ?? trim($name)] = trim(inUtf8($value, $contentType, $plain));
    }
    return isset($fields['resCd']) ? $fields : null;
}

/** @param string|null $whole what decides about the charset, where $bytes are only a part of it */
function inUtf8(string $bytes, string $contentType, ?string $whole = null): string
{
    $isUtf8 = preg_match('//u', $whole ?? $bytes) === 1;
    $saysKorean = preg_match('/euc-?kr|ks_?c_?5601|korean|949|uhc/i', $contentType) === 1;
    $isKorean = $saysKorean && @iconv('CP949', 'UTF-8', $whole ?? $bytes) !== false;
    return $isUtf8 && !$isKorean ? $bytes : (string) iconv('CP949', 'UTF-8//IGNORE', $bytes);
}

/**
 * What a notification means for the books. The kind decides, and never a word in the body: a change (20) is a
 * cancellation, a deposit-cancel (31) takes money back, a transfer-failed (51) is a refund that did not arrive.
 * @return array{string, string|null, int|null} what, the number that it may be booked once for, the amount
 */
function decide(string $kind, string $source, bool $isRepeat, ?array $fields): array
{
    if ($source === 'test') {
        return ['test', null, null];
    }
    if ($fields === null) {
        return ['look', null, null];
    }
    $isRefund = in_array($kind, ['wechat.cancel', 'online.change', 'online.refund', 'online.transfer-failed'], true);
    if (text($fields, 'resCd') !== '0000' || $kind === 'online.transfer-failed') {
        return [$isRefund ? 'refund-failed' : 'payment-failed', null, null];
    }
    if ($isRepeat) {
        return ['look', null, null]; // KICC may have said it twice: a person decides.
    }
    $amount = amount($fields['amountInfo']['amount'] ?? $fields['amount'] ?? null);
    $refunded = amount($fields['cancelAmount'] ?? null) ?? $amount;
    [$what, $number, $sum] = match ($kind) {
        'wechat.approval', 'alipay.approval', 'online.approval', 'online.unionpay', 'online.deposit' => ['paid', text($fields, 'pgCno'), $amount],
        'wechat.cancel', 'online.change' => ['refunded', text($fields, 'cancelPgCno'), $refunded === null ? null : -$refunded],
        'online.deposit-cancel' => ['taken-back', text($fields, 'pgCno'), $amount === null ? null : -$amount],
        'online.refund' => ['refunded', text($fields, 'cancelPgCno'), 0], // It names no amount: yours is in the refund that you asked for.
        'online.escrow' => match (text($fields, 'statusCode')) {
            'ES04' => ['paid', text($fields, 'pgCno'), $amount],
            'ES06' => ['refunded', text($fields, 'cancelPgCno'), $refunded === null ? null : -$refunded],
            'ES12' => ['purchase-confirmed', null, 0],
            'ES13' => ['purchase-rejected', null, 0],
            default => ['noted', null, 0],
        },
        default => ['noted', null, 0], // KICC adds kinds without notice.
    };
    return $sum === null ? ['look', null, null] : [$what, $number === null ? null : "$what:$number", $sum];
}

/** One transaction: either all of it is there when the receiver is answered, or nothing and it comes again. */
function book(string $id, string $kind, string $body, array $fields, array $entry): void
{
    [$what, $key, $amount] = $entry;
    $db = new PDO('sqlite:' . getenv('BOOKS'), options: [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
    $db->exec('PRAGMA busy_timeout = 3000');
    $db->exec('CREATE TABLE IF NOT EXISTS notifications (webhook_id TEXT PRIMARY KEY, kind TEXT NOT NULL, body BLOB NOT NULL)');
    $db->exec('CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, webhook_id TEXT NOT NULL, what TEXT NOT NULL,
        order_no TEXT, pg_cno TEXT, amount INTEGER, currency TEXT)');
    $db->exec('BEGIN IMMEDIATE');
    try {
        $take = $db->prepare('INSERT INTO notifications VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
        $take->bindValue(1, $id);
        $take->bindValue(2, $kind);
        $take->bindValue(3, $body, PDO::PARAM_LOB);
        $take->execute();
        if ($take->rowCount() === 1) {
            // One deposit may be told of by two kinds (30 and 40): the key books it once. Compare with your order here,
            // and change it here; of an approval with another amount KICC demands that you cancel it at once.
            $db->prepare('INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING')->execute(
                [$key ?? $id, $id, $what, text($fields, 'shopOrderNo'), text($fields, 'pgCno'), $amount, currency($fields)]
            );
        }
        $db->exec('COMMIT');
    } catch (Throwable $problem) {
        $db->exec('ROLLBACK');
        throw $problem;
    }
}

/** null, "" and blanks are missing. */
function text(array $fields, string $name): ?string
{
    $value = $fields[$name] ?? null;
    $text = is_string($value) || is_int($value) ? trim((string) $value) : '';
    return $text === '' ? null : $text;
}

function amount(mixed $value): ?int
{
    $text = is_string($value) || is_int($value) || is_float($value) ? trim((string) $value) : '';
    return preg_match('/^\d{1,15}(\.0+)?$/', $text) === 1 ? (int) $text : null;
}

function currency(array $fields): string
{
    $code = text(is_array($fields['amountInfo'] ?? null) ? $fields['amountInfo'] : [], 'currency') ?? 'KRW';
    return ['00' => 'KRW', '01' => 'USD'][$code] ?? $code;
}
