// Builds a part: rows as gzipped lines, page by page. In memory are one page and the compressed bytes, which the plan
// bounds.
import { type PartPlan, type Planned, type Stream, readArchivable, readAuditOf } from "../store/archive-plan.ts";
import { rfc3339 } from "../time.ts";
import { lineOf } from "./line.ts";

const PAGE = 250;

export interface Part {
  readonly gzip: Uint8Array;
  readonly lines: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly from: string;
  readonly to: string;
  readonly sums: Sums;
  /** The rows as they were read. If they differ from the plan, the plan is made again. */
  readonly rows: readonly Planned[];
}

export type Sums = Readonly<Record<string, Readonly<Record<string, { count: number; amount: string }>>>>;

interface Line {
  readonly row: Planned;
  readonly text: string;
  readonly at: string;
  readonly kind: string;
  readonly currency: string;
  readonly amount: string | null;
}

export async function buildPart(db: D1Database, stream: Stream, plan: PartPlan): Promise<Part> {
  const gzip = new CompressionStream("gzip");
  const digest = new crypto.DigestStream("SHA-256");
  const [into, hash] = [gzip.writable.getWriter(), digest.getWriter()];
  const compressed = new Response(gzip.readable).bytes();
  const sums: Record<string, Record<string, { count: number; amount: string }>> = {};
  const rows: Planned[] = [];
  let bytes = 0;
  let [from, to] = ["", ""];
  for (let start = 0; start < plan.rows.length; start += PAGE) {
    const keys = plan.rows.slice(start, start + PAGE).map(([key]) => key);
    const lines = await linesOf(db, stream, keys);
    const chunk = new TextEncoder().encode(lines.map(({ text }) => `${text}\n`).join(""));
    bytes += chunk.length;
    await Promise.all([into.write(chunk), hash.write(chunk)]);
    for (const line of lines) {
      rows.push(line.row);
      from ||= line.at;
      to = line.at;
      const ofKind = (sums[line.kind] ??= {});
      const known = ofKind[line.currency] ?? { count: 0, amount: "0" };
      ofKind[line.currency] = { count: known.count + 1, amount: plus(known.amount, line.amount) };
    }
  }
  await Promise.all([into.close(), hash.close()]);
  const sha256 = new Uint8Array(await digest.digest).toHex();
  return { gzip: await compressed, lines: rows.length, bytes, sha256, from, to, sums, rows };
}

async function linesOf(db: D1Database, stream: Stream, keys: readonly number[]): Promise<Line[]> {
  if (stream === "audit") {
    return (await readAuditOf(db, keys)).map((row) => {
      const at = rfc3339(row.at);
      return {
        row: [row.id, 0, 0],
        text: JSON.stringify({ ...row, at }),
        at,
        kind: row.what,
        currency: "",
        amount: null,
      };
    });
  }
  return (await readArchivable(db, keys)).map((row) => ({
    row: [row.seq, row.attempts, row.receipts],
    text: JSON.stringify(lineOf(row)),
    at: rfc3339(row.receivedAt),
    kind: row.kind,
    currency: row.currency ?? "",
    amount: row.amount,
  }));
}

/** Adds decimal texts exactly. What is not a number adds nothing. */
export function plus(a: string, b: string | null): string {
  if (b === null || !/^-?\d{1,40}(\.\d{1,20})?$/.test(b)) return a;
  const decimals = Math.max(decimalsOf(a), decimalsOf(b));
  const sum = scaled(a, decimals) + scaled(b, decimals);
  if (decimals === 0) return String(sum);
  const digits = String(sum < 0n ? -sum : sum).padStart(decimals + 1, "0");
  return `${sum < 0n ? "-" : ""}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

function decimalsOf(text: string): number {
  return (text.split(".")[1] ?? "").length;
}

function scaled(text: string, decimals: number): bigint {
  const [whole = "0", fraction = ""] = text.split(".");
  return BigInt(whole + fraction.padEnd(decimals, "0"));
}
