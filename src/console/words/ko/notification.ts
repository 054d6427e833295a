// Words of one notification, in Korean.
import type { Words } from "../words.ts";

export const notification: Words["notification"] = {
  title: "통지",
  sendAgain: "다시 보내기",
  close: "직접 처리하고 종결…",
  closeLead: "사람이 직접 처리한 통지에 씁니다. 더는 전달하지 않습니다.",
  closeDo: "종결",
  fields: "KICC가 알린 내용",
  prettyLead: "읽기 쉽게 줄을 나눴습니다. 보관하고 전달한 것은 받은 바이트 그대로입니다",
  related: "같은 결제의 다른 통지",
  contradicts: "모순되는 통지",
  noAttempts: "아직 시도하지 않았습니다.",
  attempt: (number) => `시도 ${number}`,
  accepted: "받음",
  attemptFailed: "실패",
  gone: "영구 거절",
  tookMs: (time) => `${time} 만에`,
  answer: "오리진 응답의 앞부분",
  noAnswer: "응답 없음",
};
