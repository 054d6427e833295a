// Words of where a notification came from, in Korean.
import type { Words } from "../words.ts";

export const sources: Words["sources"] = {
  notification: "KICC 통지",
  "status-api": "KICC 조회 응답(상태 API)",
  test: "여기서 만든 시험",
};
