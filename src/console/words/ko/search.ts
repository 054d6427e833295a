// Words of the search box, in Korean.
import type { Words } from "../words.ts";

export const search: Words["search"] = {
  submit: "검색",
  label: "주문번호, KICC 번호 또는 참조값",
  hint: "shopOrderNo, pgCno, cancelPgCno, 참조값 또는 ntf_ 번호: 전체 또는 앞 4자 이상",
};
