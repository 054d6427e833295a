// Words of the names of the pages, in Korean.
import type { Words } from "../words.ts";

export const pages: Words["pages"] = {
  overview: "개요",
  notifications: "통지",
  compare: "대조",
  quarantine: "격리함",
  cancellations: "취소",
  test: "시험",
  audit: "작업 기록",
};
