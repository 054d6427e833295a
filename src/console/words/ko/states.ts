// Words of the states of a notification, in Korean.
import type { Words } from "../words.ts";

export const states: Words["states"] = {
  pending: "대기",
  delivered: "전달됨",
  dead: "전달 포기",
  held: "보류",
  closed: "종결",
  overdue: "지연",
};
