// Takes the notifications of a KICC edge receiver and books each once. One file for Java 17 or later, the JDK alone. The
// JDK has no SQLite: the books are a file of lines under a lock. With a database of yours, keep decide() and put the
// dedupe, the entry and your own orders into one transaction in place of book().
//
//   ORIGIN_SIGNING_SECRET  as at the receiver; several, separated by blanks, while one is being changed
//   BOOKS                  the file, e.g. /var/lib/shop/kicc.tsv
//   PORT                   on 127.0.0.1; 8788 unless set
//
// To run it: java Receiver.java
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

public class Receiver {
    static final long TOLERANCE_SECONDS = 300;
    static final int LARGEST_BODY_BYTES = 1024 * 1024;
    static final Charset KOREAN = Charset.forName("MS949"); // EUC-KR and what Windows adds to it
    static final Set<String> REFUNDS = Set.of("wechat.cancel", "online.change", "online.refund", "online.transfer-failed");
    static final Map<String, String> LEGACY_NAMES = Map.of("cno", "pgCno", "mgr_seqno", "cancelPgCno", "order_no", "shopOrderNo",
        "memb_id", "mallId", "res_cd", "resCd", "noti_type", "notiType", "stat_cd", "statusCode", "mgr_amt", "cancelAmount");
    static final String SECRETS = System.getenv("ORIGIN_SIGNING_SECRET");
    static final Path BOOKS = Path.of(System.getenv("BOOKS"));

    record Answer(int status, String resCd, String resMsg) {}

    /** `key` is what it may be booked once for; where it is null, the notification itself. */
    record Entry(String what, String key, Long amount) {
        static final Entry LOOK = new Entry("look", null, null); // for a person
    }

    public static void main(String[] arguments) throws IOException {
        String port = System.getenv().getOrDefault("PORT", "8788");
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(port)), 0);
        server.setExecutor(Executors.newFixedThreadPool(8));
        server.createContext("/", Receiver::handle);
        server.start();
    }

    static void handle(HttpExchange exchange) throws IOException {
        Answer answer;
        try (exchange) {
            byte[] body = exchange.getRequestBody().readNBytes(LARGEST_BODY_BYTES + 1);
            try {
                answer = receive(exchange.getRequestMethod(), exchange.getRequestHeaders(), body);
            } catch (IOException | GeneralSecurityException | RuntimeException problem) {
                System.err.println("Cannot book notification: " + problem);
                answer = new Answer(500, "5001", "Not booked"); // The receiver sends it again.
            }
            String text = "{\"resCd\":\"%s\",\"resMsg\":\"%s\"}".formatted(answer.resCd, answer.resMsg);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.status, text.length());
            exchange.getResponseBody().write(text.getBytes(UTF_8));
        }
    }

    static Answer receive(String method, Headers headers, byte[] body) throws IOException, GeneralSecurityException {
        if (!method.equals("POST")) return new Answer(405, "4050", "POST only");
        if (body.length > LARGEST_BODY_BYTES) return new Answer(413, "4130", "Too large");
        if (!isSigned(headers, body, Instant.now().getEpochSecond())) return new Answer(401, "4010", "Wrong signature");
        String kind = header(headers, "kicc-notification");
        Map<String, Object> fields = readFields(body, header(headers, "content-type"));
        boolean isRepeat = headers.containsKey("kicc-repeats");
        Entry entry = decide(kind, header(headers, "kicc-source"), isRepeat, fields);
        book(header(headers, "webhook-id"), kind, body, fields == null ? Map.of() : fields, entry);
        return new Answer(200, "0000", "OK");
    }

    static String header(Headers headers, String name) {
        return headers.getFirst(name) == null ? "" : headers.getFirst(name);
    }

    /** Standard Webhooks, over the bytes: any secret may have made any of the signatures. */
    static boolean isSigned(Headers headers, byte[] body, long now) throws GeneralSecurityException {
        String id = header(headers, "webhook-id");
        String timestamp = header(headers, "webhook-timestamp");
        if (id.isEmpty() || !timestamp.matches("[0-9]{1,12}")) return false;
        if (Math.abs(now - Long.parseLong(timestamp)) > TOLERANCE_SECONDS) return false;
        for (String secret : SECRETS.trim().split("\\s+")) {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.replaceFirst("^whsec_", "")), "HmacSHA256"));
            mac.update((id + "." + timestamp + ".").getBytes(UTF_8));
            byte[] made = ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body))).getBytes(UTF_8);
            for (String signature : header(headers, "webhook-signature").split(" ")) {
                if (MessageDigest.isEqual(made, signature.getBytes(UTF_8))) return true;
            }
        }
        return false;
    }

    /** JSON, or the form of KICC's older dialect under the same names; every value is text. null where it is neither. */
    static Map<String, Object> readFields(byte[] body, String contentType) {
        String latin = new String(body, ISO_8859_1).replaceFirst("^(?:\u00ef\u00bb\u00bf|\\s)+", "");
        if (!latin.isEmpty() && latin.charAt(0) != '{') return readForm(latin, contentType);
        byte[] bytes = latin.getBytes(ISO_8859_1);
        return Json.read(new String(bytes, charsetOf(bytes, contentType)));
    }

    static Map<String, Object> readForm(String latin, String contentType) {
        Charset charset = charsetOf(unescaped(latin), contentType); // of the whole body: URLDecoder would need to be told
        Map<String, Object> fields = new HashMap<>();
        for (String pair : latin.split("&")) {
            String[] parts = (pair + "=").split("=", 3);
            String name = new String(unescaped(parts[0]), charset).trim();
            fields.put(LEGACY_NAMES.getOrDefault(name, name), new String(unescaped(parts[1]), charset).trim());
        }
        return fields.containsKey("resCd") ? fields : null;
    }

    static byte[] unescaped(String latin) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int at = 0; at < latin.length(); at++) {
            String escape = latin.substring(at, Math.min(at + 3, latin.length()));
            if (escape.matches("%[0-9a-fA-F]{2}")) {
                bytes.write(Integer.parseInt(escape.substring(1), 16));
                at += 2;
            } else {
                bytes.write(latin.charAt(at) == '+' ? ' ' : latin.charAt(at));
            }
        }
        return bytes.toByteArray();
    }

    static Charset charsetOf(byte[] bytes, String contentType) {
        boolean saysKorean = Pattern.compile("euc-?kr|ks_?c_?5601|korean|949|uhc", Pattern.CASE_INSENSITIVE).matcher(contentType).find();
        for (Charset charset : saysKorean ? List.of(KOREAN, UTF_8) : List.of(UTF_8)) {
            try {
                charset.newDecoder().decode(ByteBuffer.wrap(bytes));
                return charset;
            } catch (CharacterCodingException notInThisOne) {
                continue;
            }
        }
        return KOREAN;
    }

    /**
     * What a notification means for the books. The kind decides, and never a word in the body: a change (20) is a
     * cancellation, a deposit-cancel (31) takes money back, a transfer-failed (51) is a refund that did not arrive.
     */
    static Entry decide(String kind, String source, boolean isRepeat, Map<String, Object> fields) {
        if (source.equals("test")) return new Entry("test", null, null);
        if (fields == null) return Entry.LOOK;
        if (!"0000".equals(text(fields, "resCd")) || kind.equals("online.transfer-failed")) {
            return new Entry(REFUNDS.contains(kind) ? "refund-failed" : "payment-failed", null, null);
        }
        if (isRepeat) return Entry.LOOK; // KICC may have said it twice.
        Long paid = amount(info(fields).containsKey("amount") ? text(info(fields), "amount") : text(fields, "amount"));
        Long cancelled = amount(text(fields, "cancelAmount"));
        Long refunded = cancelled == null ? paid : cancelled;
        String status = kind.equals("online.escrow") ? text(fields, "statusCode") : null;
        return switch (status == null ? kind : kind + " " + status) {
            case "wechat.approval", "alipay.approval", "online.approval", "online.unionpay", "online.deposit", "online.escrow ES04" ->
                money("paid", text(fields, "pgCno"), paid, 1);
            case "wechat.cancel", "online.change", "online.escrow ES06" -> money("refunded", text(fields, "cancelPgCno"), refunded, -1);
            case "online.deposit-cancel" -> money("taken-back", text(fields, "pgCno"), paid, -1);
            // It names no amount: yours is in the refund that you asked for.
            case "online.refund" -> money("refunded", text(fields, "cancelPgCno"), 0L, 1);
            case "online.escrow ES12" -> new Entry("purchase-confirmed", null, 0L);
            case "online.escrow ES13" -> new Entry("purchase-rejected", null, 0L);
            default -> new Entry("noted", null, 0L); // KICC adds kinds and escrow states without notice.
        };
    }

    static Entry money(String what, String number, Long amount, int sign) {
        return amount == null ? Entry.LOOK : new Entry(what, number == null ? null : what + ":" + number, sign * amount);
    }

    static final Set<String> KNOWN = new HashSet<>(); // webhook-ids, and the keys of the entries
    static long readUntil = 0;

    /** One line is the transaction: either the whole of it is on the disk when the receiver is answered, or it counts for nothing. */
    static synchronized void book(String id, String kind, byte[] body, Map<String, Object> fields, Entry entry) throws IOException {
        try (FileChannel file = FileChannel.open(BOOKS, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
             FileLock lock = lock(file)) {
            readWhatOthersWrote(file);
            if (KNOWN.contains(id)) return;
            // One deposit may be told of by two kinds (30 and 40): the key books it once. Compare with your order here; of
            // an approval with another amount KICC demands that you cancel it at once.
            String key = entry.key == null ? id : entry.key;
            boolean isNew = !KNOWN.contains(key);
            List<String> columns = new ArrayList<>(List.of(id, kind, isNew ? key : "", isNew ? entry.what : "known"));
            columns.add(text(fields, "shopOrderNo"));
            columns.add(text(fields, "pgCno"));
            columns.add(isNew && entry.amount != null ? entry.amount.toString() : null);
            columns.add(currency(fields));
            columns.add(Base64.getEncoder().encodeToString(body));
            columns.replaceAll(column -> column == null ? "" : column.replaceAll("\\p{Cntrl}", " "));
            ByteBuffer line = ByteBuffer.wrap((String.join("\t", columns) + "\n").getBytes(UTF_8));
            file.truncate(readUntil); // what a crash cut off
            file.position(readUntil);
            while (line.hasRemaining()) file.write(line);
            file.force(true);
            remember(columns);
            readUntil = file.position();
        }
    }

    static FileLock lock(FileChannel file) throws IOException {
        for (int tries = 0; tries < 60; tries++) {
            FileLock lock = file.tryLock();
            if (lock != null) return lock;
            try {
                Thread.sleep(50);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        throw new IOException("another process holds " + BOOKS);
    }

    /** A line without its end is one that a crash cut off: it was never answered, and comes again. */
    static void readWhatOthersWrote(FileChannel file) throws IOException {
        ByteBuffer rest = ByteBuffer.allocate(Math.toIntExact(Math.max(0, file.size() - readUntil)));
        while (rest.hasRemaining() && file.read(rest, readUntil + rest.position()) > 0) continue;
        String text = new String(rest.array(), 0, rest.position(), ISO_8859_1);
        String whole = text.substring(0, text.lastIndexOf('\n') + 1);
        for (String line : whole.split("\n")) remember(List.of(line.split("\t", -1)));
        readUntil += whole.length();
    }

    static void remember(List<String> columns) {
        KNOWN.add(columns.get(0));
        if (columns.size() > 2 && !columns.get(2).isEmpty()) KNOWN.add(columns.get(2));
    }

    /** null, "" and blanks are missing. */
    static String text(Map<?, ?> fields, String name) {
        return fields.get(name) instanceof String text && !text.isBlank() ? text.strip() : null;
    }

    static Long amount(String text) {
        return text != null && text.matches("[0-9]{1,15}(\\.0+)?") ? Long.valueOf(text.replaceFirst("\\..*", "")) : null;
    }

    static Map<?, ?> info(Map<String, Object> fields) {
        return fields.get("amountInfo") instanceof Map<?, ?> info ? info : Map.of();
    }

    static String currency(Map<String, Object> fields) {
        String code = text(info(fields), "currency");
        return code == null || code.equals("00") ? "KRW" : code.equals("01") ? "USD" : code;
    }

    /** Reads a JSON object, numbers as the text that they are: KICC's ids have 20 digits, more than a long holds. */
    static final class Json {
        static final int DEEPEST = 64;
        final String text;
        int at = 0;

        Json(String text) {
            this.text = text;
        }

        static Map<String, Object> read(String text) {
            try {
                Json json = new Json(text);
                Map<String, Object> object = json.object(0);
                // NULs behind the end come from KICC as well.
                return json.text.substring(json.at).replace('\0', ' ').isBlank() ? object : null;
            } catch (IllegalArgumentException | IndexOutOfBoundsException noJson) {
                return null;
            }
        }

        Map<String, Object> object(int depth) {
            Map<String, Object> object = new HashMap<>();
            expect('{');
            if (next() == '}') at++;
            else do {
                next();
                String name = string();
                next();
                expect(':');
                object.put(name, value(depth + 1));
            } while (goesOn('}'));
            return object;
        }

        Object value(int depth) {
            if (depth > DEEPEST) throw new IllegalArgumentException("too deep");
            switch (next()) {
                case '{': return object(depth);
                case '"': return string();
                case '[':
                    List<Object> list = new ArrayList<>();
                    at++;
                    if (next() == ']') at++;
                    else do list.add(value(depth + 1)); while (goesOn(']'));
                    return list;
                default:
                    int from = at;
                    while ("+-.0123456789abcdefghijklmnopqrstuvwxyzE".indexOf(text.charAt(at)) >= 0) at++;
                    String word = text.substring(from, at);
                    if (word.equals("null")) return null;
                    if (!word.matches("true|false|-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) throw new IllegalArgumentException(word);
                    return word;
            }
        }

        /** Takes raw line ends inside a text, too: they come from KICC. */
        String string() {
            StringBuilder string = new StringBuilder();
            expect('"');
            while (text.charAt(at) != '"') {
                char letter = text.charAt(at++);
                if (letter == '\\') {
                    char escape = text.charAt(at++);
                    switch (escape) {
                        case 'u' -> string.append((char) Integer.parseInt(text.substring(at, at += 4), 16));
                        case 'b', 'f', 'n', 'r', 't' -> string.append("\b\f\n\r\t".charAt("bfnrt".indexOf(escape)));
                        case '"', '\\', '/' -> string.append(escape);
                        default -> throw new IllegalArgumentException("\\" + escape);
                    }
                } else {
                    string.append(letter);
                }
            }
            at++;
            return string.toString();
        }

        boolean goesOn(char end) {
            char found = next();
            at++;
            if (found != ',' && found != end) throw new IllegalArgumentException("neither a comma nor " + end);
            return found == ',';
        }

        char next() {
            while (text.charAt(at) <= ' ') at++;
            return text.charAt(at);
        }

        void expect(char expected) {
            if (text.charAt(at++) != expected) throw new IllegalArgumentException("no " + expected);
        }
    }
}
