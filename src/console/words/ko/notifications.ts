// Words of the list of notifications, in Korean.
import type { Words } from "../words.ts";

export const notifications: Words["notifications"] = {
  newestFirst: "최신순. 시각은 한국 시간(KST)입니다.",
  noneFound: (q) => `KICC가 “${q}”에 대해 알린 것이 없습니다`,
  noneFoundState: (q) => `이 상태에는 “${q}”이(가) 없습니다`,
  noneFoundLead: "번호 전체가 정확히 일치해야 합니다. 번호가 맞다면 다음을 확인하세요:",
  noneFoundQuarantine: "격리함: 거절되었을 수 있습니다",
  noneFoundCancellations: "예정된 취소: KICC에 물어보았을 수 있습니다",
  noneFoundAll: "모든 상태",
  clear: "검색 지우기",
  replayAll: "포기된 통지 모두 다시 보내기…",
  replayAllLead: "지금 전달 포기 상태인 통지를 모두 일정한 속도로 다시 전달합니다.",
  replayAllDo: "모두 다시 보내기",
};
