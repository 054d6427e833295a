// Makes the shell command with which a person sends one notification as the receiver would. The person fills in the
// secret; it is never part of the command. Pure.

export interface ManualRequest {
  /** null where the receiver does not know the URL, as in pull mode. */
  readonly url: string | null;
  readonly id: string;
  /** All headers but webhook-timestamp and webhook-signature: the command computes these when it runs. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** null where the body has personal values and is hidden. */
  readonly bodyBase64: string | null;
}

const FILE = "notification.body";
/** openssl base64 reads lines of at most 64 characters. */
const COLUMNS = 64;

/** The command is for sh with curl and openssl: Linux, macOS, and Git's shell on Windows. */
export function commandOf({ url, id, headers, bodyBase64 }: ManualRequest): string {
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
  // In base64, since a body may contain any bytes.
  return [`openssl base64 -d > ${FILE} <<'END'`, ...lines, "END"];
}

/** Quotes a text so that the shell reads it as one word. Line breaks become blanks: a header cannot contain them. */
function quoted(text: string): string {
  return `'${text.replaceAll(/[\r\n]/g, " ").replaceAll("'", `'\\''`)}'`;
}
