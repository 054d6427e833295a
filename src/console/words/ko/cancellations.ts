// Words of the announced cancellations and approvals, in Korean.
import type { Words } from "../words.ts";

export const cancellations: Words["cancellations"] = {
  register: "예고한 거래",
  cancellations: {
    one: "예정된 취소",
    many: "취소",
    lead: "우리 시스템이 예고한 취소입니다. KICC가 알리지 않으면 KICC에 물어봅니다.",
  },
  approvals: {
    one: "예정된 승인",
    many: "승인",
    lead: "우리 시스템이 예고한 승인입니다. KICC가 알리지 않으면 KICC에 물어봅니다.",
  },
  state: "상태",
  announced: "예고",
  asks: "조회",
  next: "다음 조회",
  queries: "KICC에 물어본 내역",
  noQueries: "아직 KICC에 묻지 않았습니다.",
  askNow: "지금 KICC에 묻기",
  settledBy: "해결한 통지",
  states: {
    expected: "대기",
    notified: "통지됨",
    reconciled: "조회로 확인",
    failed: "실패",
    unresolved: "미해결",
  },
  leads: {
    expected: "KICC의 통지를 기다립니다.",
    notified: "KICC의 통지가 왔습니다.",
    reconciled: "물었을 때 KICC가 확인했습니다.",
    failed: "KICC가 실패를 알렸고 성공은 오지 않았습니다.",
    unresolved: "끝까지 물었지만 KICC가 처리되었다고 답하지 않았습니다. KICC 고객지원에 문의하세요.",
  },
};
