// Words of times, durations and amounts, in Korean.
import type { Words } from "../words.ts";

export const format: Words["format"] = {
  ago: (time) => `${time} 전`,
  ahead: (time) => `${time} 뒤`,
  unit_s: "초",
  unit_min: "분",
  unit_h: "시간",
  unit_d: "일",
  asSent: "KICC가 보낸 그대로",
  noCurrency: "통화 없음",
};
