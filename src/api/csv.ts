// Notifications as CSV for spreadsheets: one head, one line each. A cell is text whatever it looks like: none becomes a formula.
import { type NotificationShape, notificationSchema } from "./shapes.ts";

const KST_MS = 9 * 60 * 60 * 1000;
const LINE_END = "\r\n";

/** Told by a spreadsheet from a text of bytes: UTF-8. */
const MARK = "\u{feff}";

const NAMES = Object.keys(notificationSchema.shape) as (keyof NotificationShape)[];
const INSTANTS: ReadonlySet<string> = new Set(["receivedAt", "nextAttemptAt", "deliveredAt"]);

/** What a spreadsheet takes for the beginning of a formula, or skips before one. */
const FORMULA = /^[=+\-@\t\r\n]/;
/** More digits than a spreadsheet's number holds. */
const LONG_NUMBER = /^\d{16,}$/;
const QUOTED = /[",\r\n]/;

/** @param forExcel a long number is written as a text formula: read as a number, its last digits become zeros */
export interface Csv {
  readonly forExcel: boolean;
}

export function csvHead(): string {
  return MARK + NAMES.join(",") + LINE_END;
}

export function csvLine(notification: NotificationShape, { forExcel }: Csv): string {
  const cells = NAMES.map((name) => {
    const value = notification[name];
    if (value === null) return "";
    return csvCell(INSTANTS.has(name) ? kstTime(String(value)) : String(value), forExcel);
  });
  return cells.join(",") + LINE_END;
}

export function csvCell(text: string, forExcel: boolean): string {
  if (forExcel && LONG_NUMBER.test(text)) return quoted(`="${text}"`);
  return quoted(FORMULA.test(text) ? `'${text}` : text);
}

function quoted(cell: string): string {
  return QUOTED.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** As in `2026-01-14 09:12:10`, in KST. */
function kstTime(instant: string): string {
  return new Date(Date.parse(instant) + KST_MS).toISOString().slice(0, 19).replace("T", " ");
}
