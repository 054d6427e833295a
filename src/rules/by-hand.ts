// Shell lines that send one notification as the receiver does, from where a person sits. Pure; the secret is theirs to set, never in here.

export interface ByHand {
  /** null where only whoever runs it knows. */
  readonly url: string | null;
  readonly id: string;
  /** All but webhook-timestamp and webhook-signature, which are made when it runs. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** null: its personal values are hidden, and so is the body. */
  readonly bodyBase64: string | null;
}

const FILE = "notification.body";
/** openssl reads no longer lines. */
const COLUMNS = 64;

/** For sh with curl and openssl: Linux, macOS, and Git's shell on Windows. */
export function commandOf({ url, id, headers, bodyBase64 }: ByHand): string {
  const sent = headers.map(([name, value]) => `  -H ${quoted(`${name}: ${value}`)} \\`);
  return [
    "SECRET=whsec_… # ORIGIN_SIGNING_SECRET",
    ...(url === null ? ["URL=https://… # where the puller hands it"] : [`URL=${quoted(url)}`]),
    ...bodyLines(bodyBase64),
    "timestamp=$(date +%s)",
    `key=$(printf %s "\${SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \\n')`,
    `signature=$({ printf '%s.%s.' ${quoted(id)} "$timestamp"; cat ${FILE}; } |`,
    `  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A)`,
    `curl -i -X POST "$URL" \\`,
    ...sent,
    `  -H "webhook-timestamp: $timestamp" -H "webhook-signature: v1,$signature" \\`,
    `  --data-binary @${FILE}`,
  ].join("\n");
}

function bodyLines(base64: string | null): string[] {
  if (base64 === null) return [`# ${FILE}: it has personal data. Show them first, then the body is here`];
  const lines = base64.match(new RegExp(`.{1,${COLUMNS}}`, "g")) ?? [""];
  // As base64, since a body may have any bytes.
  return [`openssl base64 -d > ${FILE} <<'END'`, ...lines, "END"];
}

/** One word for the shell, whatever is in it. Line ends cannot be in a header. */
function quoted(text: string): string {
  return `'${text.replaceAll(/[\r\n]/g, " ").replaceAll("'", `'\\''`)}'`;
}
