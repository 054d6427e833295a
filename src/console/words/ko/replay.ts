// Words of sending many again, in Korean.
import type { Words } from "../words.ts";

export const replay: Words["replay"] = {
  title: "여러 건 다시 보내기",
  link: "이 목록 다시 보내기…",
  count: (count) => `${count}건을 다시 보내게 됩니다`,
  sum: (kind, count, sum) => `${kind}: ${count}건, 그중 성공의 합계 ${sum}`,
  part: (count) => `처음 ${count}건을 살펴봤습니다. 보내거나 종결하는 것은 해당하는 전부입니다.`,
  countAll: "모두 세고 합하기",
  doIt: "모두 다시 보내기",
  back: "목록으로",
  close: "모두 직접 처리하고 종결…",
  closeLead: "모두 이 메모와 함께 종결하고 더는 전달하지 않습니다. 한 번에 2,000건까지, 오래된 것부터입니다.",
  cannot:
    "이 필터로는 한꺼번에 다시 보낼 수 없습니다. 전달 포기나 보류를 고르세요. 전달됨은 시작과 끝 시각이 필요합니다.",
  tooShort: "이 검색어로 시작하는 번호가 너무 많습니다. 더 길게 입력하세요.",
  underWay: "진행 중",
  none: "진행 중인 것이 없습니다.",
  asked: "요청:",
  left: (done, total) => `${total}건 중 ${done}건 보냄`,
  stop: "중지",
  lead: "cron이 1분에 200건까지 받은 순서대로 보냅니다. 중지해도 이미 보낸 것은 그대로입니다.",
};
