// Reads the form of the compare page: a list that was pasted, or a file in any charset that spreadsheets write.
import { decodeText } from "../kinds/text.ts";
import { type ListName, type Pasted, pastedNumbers } from "../rules/pasted-numbers.ts";
import type { Flow } from "../store/filters.ts";
import { instantOf } from "./korean-time.ts";

export const LISTS = ["cancelPgCno", "pgCno", "shopOrderNo"] as const;
const FLOWS = ["in", "out"] as const;

export interface Given {
  /** What the text field contained, unchanged. */
  readonly text: string;
  readonly pasted: Pasted;
  /** What the person says the numbers are; null where they are to be recognised. */
  readonly by: ListName | null;
  readonly flow: Flow | null;
  /** Korean time, unchanged. */
  readonly from: string;
  readonly to: string;
  /** Whether KICC is to be asked about the missing numbers; for which merchant, and about which kind of approval. */
  readonly asks: boolean;
  readonly mallId: string;
  readonly kind: string;
  readonly problem: "workbook" | "time" | null;
}

export const NOTHING_GIVEN: Given = {
  text: "",
  pasted: { by: null, rows: [], rounded: 0 },
  by: null,
  flow: null,
  from: "",
  to: "",
  asks: false,
  mallId: "",
  kind: "",
  problem: null,
};

/** A file counts before pasted text: after an answer the text field contains the numbers that were found. */
export async function givenIn(form: Readonly<Record<string, unknown>>): Promise<Given> {
  const field = (name: string) => (typeof form[name] === "string" ? form[name].trim() : "");
  const by = LISTS.find((each) => each === field("by")) ?? null;
  const file = form["file"] instanceof File && form["file"].size > 0 ? await form["file"].bytes() : null;
  const [from, to] = [field("from"), field("to")];
  const isWorkbook = file !== null && begins(file, [0x50, 0x4b, 3, 4], [0xd0, 0xcf, 0x11, 0xe0]);
  const text = isWorkbook ? "" : file === null ? field("list") : textOf(file);
  return {
    text: field("list"),
    pasted: pastedNumbers(text, by),
    by,
    flow: FLOWS.find((each) => each === field("flow")) ?? null,
    from,
    to,
    asks: field("ask") !== "",
    mallId: field("mallId"),
    kind: field("kind"),
    problem: isWorkbook ? "workbook" : isNoTime(from) || isNoTime(to) ? "time" : null,
  };
}

function isNoTime(text: string): boolean {
  return text !== "" && instantOf(text) === null;
}

/** Spreadsheets also write "Unicode text", which is UTF-16. */
function textOf(file: Uint8Array): string {
  return begins(file, [0xff, 0xfe]) ? new TextDecoder("utf-16le").decode(file) : decodeText(file).text;
}

function begins(file: Uint8Array, ...marks: readonly (readonly number[])[]): boolean {
  return marks.some((mark) => mark.every((byte, at) => file[at] === byte));
}
