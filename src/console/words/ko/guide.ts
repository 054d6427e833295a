// Words of the guided pages, in Korean.
import type { Words } from "../words.ts";

export const guide: Words["guide"] = {
  title: "이럴 때는",
  down: {
    title: "우리 서버가 멈췄을 때",
    isUp: "다시 동작합니까?",
    last: "마지막 시도:",
    tryIt: "나머지를 보내기 전에 시험을 보내세요. 전 과정을 거치지만 아무것도 반영하지 않습니다.",
    waits: "기다리는 통지",
    pending: (count) => `대기 ${count}건. 자동으로 다시 시도합니다. 가장 오래된 수신:`,
    dead: (count) => `전달 포기 ${count}건. 사람이 다시 보내야 합니다. 가장 오래된 수신:`,
    send: "전달 포기된 통지 다시 보내기",
    sendLead: "먼저 건수와 합계를 보여 줍니다. 받은 순서대로 보냅니다.",
    watch: "줄어드는 것 지켜보기",
    watchLead: "이 페이지와 진행 목록은 스스로 새로 고칩니다. 위의 두 건수가 0이 됩니다.",
  },
  address: {
    title: "KICC가 새 주소에서 호출할 때",
    what: "어디서 온 무엇을 거절했나",
    none: "주소 때문에 거절한 것이 없습니다.",
    newest: "최신",
    looked: (count) => `격리함의 최신 ${count}건을 살펴봤습니다.`,
    ask: "KICC에 그 주소가 맞는지 확인하기",
    askLead: "토큰을 알거나 KICC 대역에서 왔다면 가능성이 크지만 증거는 아닙니다.",
    set: "KICC_SOURCES에 추가하고 배포하기",
    setLead: "상품의 모든 주소이며 새 주소가 끝에 있습니다:",
    release: "기다리던 통지 받아들이기",
    releaseLead: "KICC가 그때 보낸 것으로 받아들여 전달합니다.",
  },
  refund: {
    title: "KICC가 알리지 않은 환불",
    number: "KICC 취소 거래번호, 주문번호 또는 다른 번호",
    known: "우리가 아는 것",
    noneKnown: "D1과 보관함에는 KICC가 이에 대해 알린 것이 없습니다.",
    ask: "KICC에 묻기",
    notAnnounced:
      "이 번호로 예고된 취소가 없습니다. cancelPgCno로 찾거나 시스템에서 예고하세요: PUT /api/cancellations/{cancelPgCno}. 국내 결제는 조회할 수 없으니 KICC 관리자에서 확인하세요.",
    deliver: "자동으로 전달됩니다",
    deliverLead: "KICC가 확인하면 통지가 되어 다른 통지처럼 우리 시스템에 전달됩니다.",
  },
};
