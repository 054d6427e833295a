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
  story: "이 결제에 대해 KICC가 알린 모든 것",
  storyAlone: "같은 pgCno나 주문번호로 온 다른 통지가 없습니다.",
  storyMost: (count) => `최신 ${count}건을 보여 줍니다.`,
  thisOne: "이 통지",
  balance: (approved, cancelled, left) => `승인 ${approved}, 취소 ${cancelled}, 잔액 ${left}.`,
  balanceUnknown: (cancelled) => `취소 ${cancelled}. 이 결제의 승인 통지는 여기에 없습니다.`,
  overdrawn: (cancelled, approved) =>
    `승인된 금액보다 더 많이 취소됐습니다: 승인 ${approved}, 취소 ${cancelled}. 환불을 더 반영하기 전에 KICC 관리자와 비교하세요.`,
  bookOrCancel:
    "고객은 이미 결제했습니다. 반영할 수 없는 결제는 취소해야 한다는 것이 KICC의 요구입니다. 직접 반영하고 메모와 함께 종결하거나 KICC에서 결제를 취소하세요.",
  wasBookedOrCancelled:
    "고객은 결제했습니다. 종결한 통지는 전달되지 않으니 결제를 직접 반영했거나 KICC에서 취소했어야 합니다.",
  closePaymentLead:
    "종결하기 전에 결제를 직접 반영하거나 KICC에서 취소하세요. 고객은 이미 결제했습니다. 어느 쪽인지 메모에 적으세요. 더는 전달하지 않습니다.",
  loss: "이 주문의 돈이 들어오지 않았거나 회수됐습니다. 배송을 멈추고 고객에게 확인하세요.",
  refundUnbooked:
    "KICC는 이미 환불했습니다. 환불을 직접 반영하고 메모와 함께 종결하거나, 우리 시스템이 정상이 되면 다시 보내세요.",
  command: "손으로 보내기",
  commandLead:
    "지금 있는 곳에서 같은 바이트를 보냅니다. 여기에 없는 ORIGIN_SIGNING_SECRET을 직접 넣어 서명합니다. 수신기의 시도가 아니므로 기록되지 않습니다.",
  sentHeaders: "보낸 헤더",
  answerHead: "응답 헤더",
  personal: "개인정보를 가렸습니다.",
  personalShown: "개인정보를 보여 줍니다. 조회한 사실이 작업 기록에 남았습니다.",
  showPersonal: "개인정보 보기",
  showPersonalLead: "조회한 사실이 작업 기록에 남습니다.",
  contradicts: "모순되는 통지",
  noAttempts: "아직 시도하지 않았습니다.",
  attempt: (number) => `시도 ${number}`,
  accepted: "받음",
  attemptFailed: "실패",
  gone: "영구 거절",
  tookMs: (time) => `${time} 만에`,
  answer: "오리진 응답(앞의 4 KiB까지)",
  noAnswer: "응답 없음",
};
