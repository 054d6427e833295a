// Notifications as CSV for spreadsheets: one head, and one line each. Every cell is text: none becomes a formula.
import { KST_MS } from "../time.ts";
import { type NotificationShape, notificationSchema } from "./shapes.ts";

const LINE_END = "\r\n";

/** By this byte order mark a spreadsheet recognises UTF-8. */
const MARK = "\u{feff}";

const NAMES = Object.keys(notificationSchema.shape) as (keyof NotificationShape)[];
const INSTANTS: ReadonlySet<string> = new Set(["receivedAt", "nextAttemptAt", "deliveredAt"]);

/** What a spreadsheet takes for the beginning of a formula, or skips before one. */
const FORMULA = /^[=+\-@\t\r\n]/;
/** More digits than a number in a spreadsheet holds. */
const LONG_NUMBER = /^\d{16,}$/;
const QUOTED = /[",\r\n]/;

/** @param forExcel writes a long number as a text formula: as a number its last digits would become zeros */
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

/** Such as `2026-01-14 09:12:10`, in KST. */
function kstTime(instant: string): string {
  return new Date(Date.parse(instant) + KST_MS).toISOString().slice(0, 19).replace("T", " ");
}
