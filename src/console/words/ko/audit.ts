// Words of the audit, in Korean.
import type { Words } from "../words.ts";

export const audit: Words["audit"] = {
  when: "언제",
  who: "누가",
  what: "무엇을",
  subject: "대상",
  note: "메모",
  token: "토큰",
  did: {
    replay: "다시 보냄",
    "replay-many": "여러 건을 다시 보냄",
    close: "종결함",
    test: "시험을 보냄",
    release: "받아들임",
    drop: "삭제함",
    "close-many": "여러 건을 종결함",
    "replay-stop": "다시 보내기를 중지함",
    "alert-test": "시험 알림을 보냄",
    look: "본문 전체를 봄",
    ask: "KICC에 물음",
    "ask-approval": "승인을 KICC에 물음",
  },
};
