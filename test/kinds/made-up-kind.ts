// notiType 61: a kind that KICC does not have. Adding a kind takes this file and one line in the registry.
import { onlineKind } from "../../src/kinds/online-kind.ts";

export const madeUp = onlineKind({
  name: "online.made-up",
  title: { en: "Made up", ko: "시험용" },
  notiType: "61",
  parts: ["transactionDate"],
  slot: ({ pgCno, parts }) => [pgCno, parts["transactionDate"] ?? null],
  ids: ["pgCno"],
  hasAmount: true,
});
