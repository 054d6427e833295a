// Words of the list of notifications, in Korean.
import type { Words } from "../words.ts";

export const notifications: Words["notifications"] = {
  newestFirst: "최신순. 시각은 한국 시간(KST)입니다.",
  noneFound: (q) => `KICC가 “${q}”에 대해 알린 것이 없습니다`,
  noneFoundState: (q) => `이 상태에는 “${q}”이(가) 없습니다`,
  noneFoundLead: "번호 전체나 앞 4자 이상을 입력하세요. 번호가 맞다면 다음을 확인하세요:",
  noneFoundQuarantine: "격리함: 거절되었을 수 있습니다",
  noneFoundCancellations: "예정된 취소: KICC에 물어보았을 수 있습니다",
  noneFoundAll: "모든 상태",
  clear: "검색과 필터 지우기",
  filter: "종류, 결과, 가맹점, 시간으로 거르기",
  products: { wechat: "위챗페이", alipay: "알리페이", online: "국내 결제" },
  allOf: (product) => `${product} 전체`,
  success: "성공",
  failure: "실패",
  failed: "실패",
  from: "수신 시작 (KST)",
  to: "수신 끝 (KST, 이전까지)",
  apply: "적용",
  times: { any: "전체 기간", today: "오늘", yesterday: "어제", week: "7일" },
  why: "사유 또는 마지막 오류",
  bookOrCancel: "결제를 반영하거나 취소하세요.",
  looked: (count, back) => `${count}건 표시. ${back} KST까지 살펴봤습니다. 더 오래된 것이 있을 수 있습니다.`,
  download: "CSV 내려받기 (Excel)",
};
