// Reads the fields of a request to KICC's API by its tables: which are required, and how many bytes they may have.
// Pure.

export interface Rule {
  readonly mostBytes: number;
  readonly required: boolean;
  readonly pattern?: RegExp;
}

type Fields<Name extends string> = Readonly<Record<Name, string>>;

/** Optional fields that are missing read as "". */
export type FieldsReading<Name extends string> =
  | { readonly valid: true; readonly fields: Fields<Name> }
  | { readonly valid: false; readonly wrong: string };

/** The tables say String: a bare number is wrong. */
export function readFields<Name extends string>(
  request: Readonly<Record<string, unknown>>,
  rules: Readonly<Record<Name, Rule>>,
): FieldsReading<Name> {
  const fields: Record<string, string> = {};
  for (const [name, rule] of Object.entries<Rule>(rules)) {
    const value = request[name] ?? "";
    if (typeof value !== "string") return { valid: false, wrong: `${name} is no String` };
    if (value === "" && rule.required) return { valid: false, wrong: `${name} is missing` };
    if (Buffer.byteLength(value) > rule.mostBytes) {
      return { valid: false, wrong: `${name} is over ${rule.mostBytes} bytes` };
    }
    if (value !== "" && rule.pattern?.test(value) === false) return { valid: false, wrong: `${name} is malformed` };
    fields[name] = value;
  }
  return { valid: true, fields: fields as Fields<Name> };
}

/** amountInfo {currency, totAmount}; null where it is none. */
export function readAmountInfo(value: unknown): { readonly currency: string; readonly totAmount: number } | null {
  if (typeof value !== "object" || value === null) return null;
  const { currency, totAmount } = value as Readonly<Record<string, unknown>>;
  if (typeof currency !== "string" || currency === "") return null;
  const amount = typeof totAmount === "string" && /^\d+$/.test(totAmount) ? Number(totAmount) : totAmount;
  return typeof amount === "number" && Number.isSafeInteger(amount) && amount > 0
    ? { currency, totAmount: amount }
    : null;
}
