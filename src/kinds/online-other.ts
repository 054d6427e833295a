// Any other notiType, and none: stored and delivered as it is. Two are the same if all fields are that look like an id
// or a date.
import type { Comparable } from "./kind.ts";
import { type KiccMessage, textIn } from "./kicc-message.ts";
import { MARK, onlineKind } from "./online-kind.ts";

const ID_OR_DATE = /(?:PgCno|Cno|Sno|Date)$/;

export const onlineOther = onlineKind({
  name: "online.other",
  title: { en: "Other notification", ko: "기타 통지" },
  parts: ["statusCode"],
  slot: ({ pgCno, cancelPgCno, parts }: Comparable) => [
    pgCno,
    cancelPgCno,
    ...Object.keys(parts)
      .toSorted()
      .flatMap((name) => [name, parts[name] ?? null]),
  ],
  ids: ["pgCno", "cancelPgCno", "tlfSno"],
  hasAmount: true,
  readsToo: (name) => ID_OR_DATE.test(name),
  partsToo,
});

/** @returns the notiType as well, because all unknown ones are of this kind */
function partsToo(message: KiccMessage): Readonly<Record<string, string>> {
  const parts: Record<string, string> = {};
  for (const name of Object.keys(message.values)) {
    const isPart = ID_OR_DATE.test(name) && name !== "pgCno" && name !== "cancelPgCno";
    const text = isPart ? textIn(message, name) : null;
    if (text !== null) parts[name] = text;
  }
  const notiType = MARK.map((name) => textIn(message, name)).find((text) => text !== null);
  return notiType === undefined || notiType === null ? parts : { ...parts, notiType };
}
