// Brings currency and amount into the one spelling in which they are stored and compared. What is not a plain number
// stays as it came.

const CURRENCIES: ReadonlyMap<string, string> = new Map([
  ["00", "KRW"],
  ["01", "USD"],
]);

/** `00` → KRW, `01` → USD, any other code in capitals. */
export function normalCurrency(code: string | null): string | null {
  if (code === null) return null;
  const capitals = code.toUpperCase();
  return CURRENCIES.get(capitals) ?? capitals;
}

// The lengths are bounded, and each piece ends before the next can begin: no text makes the match slow.
const NUMBER = /^([+-]?)(\d{1,40})(?:\.(\d{0,40}))?(?:e([+-]?\d{1,2}))?$/i;

/** Removes outer zeros, a plus sign and an exponent. @param amount without blanks around it */
export function normalAmount(amount: string | null): string | null {
  const number = NUMBER.exec(amount ?? "");
  if (number === null) return amount;
  const [, sign, whole = "", fraction = "", exponent = "0"] = number;
  const shift = Number(exponent);
  const digits = "0".repeat(Math.max(0, -shift)) + whole + fraction + "0".repeat(Math.max(0, shift));
  const point = whole.length + Math.max(0, shift);
  const integer = digits.slice(0, point).replace(/^0+(?=\d)/, "");
  const decimals = digits.slice(point).replace(/0+$/, "");
  const plain = decimals === "" ? integer : `${integer}.${decimals}`;
  return sign === "-" && plain !== "0" ? `-${plain}` : plain;
}
