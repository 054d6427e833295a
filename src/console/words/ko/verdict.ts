// Words of the verdict on top of the overview, in Korean.
import type { Words } from "../words.ts";

export const verdict: Words["verdict"] = {
  well: (last, today) => `모두 정상입니다. 마지막 통지는 ${last}, 오늘 받은 ${today}건을 모두 전달했습니다.`,
  wellUnderWay: (last, today, pending) =>
    `모두 정상입니다. 마지막 통지는 ${last}, 오늘 ${today}건을 받았고 ${pending}건을 전달하는 중입니다.`,
  wellNoneToday: (last) => `모두 정상입니다. 마지막 통지는 ${last}, 오늘은 아직 없습니다.`,
  wellNothing: "모두 정상입니다. 아직 받은 통지가 없습니다.",
  urgent: "문제가 있습니다. 지금 담당자가 처리해야 합니다.",
  notice: "시간이 날 때 확인할 것이 있습니다.",
  levels: { urgent: "지금 처리", notice: "나중에 확인" },
  since: "시작:",
  whatToDo: "할 일",
  away: (from, to) =>
    `${from}부터 ${to}까지 KICC의 통지를 받지 못했을 수 있습니다. KICC 관리자(거래 관리 > 노티 조회)에서 이 시간대를 재전송하세요.`,
  conditions: {
    d1: () => "D1이 정상적으로 응답하지 않습니다",
    "d1-writes": () => "D1에 쓸 수 없거나 cron이 실행되지 않습니다",
    settings: (count) => `잘못된 설정 ${count}개`,
    dead: (count) => `전달 포기 ${count}건: 우리 시스템이 끝내 받지 않았습니다`,
    held: (count) => `보류 ${count}건: 담당자가 판단해야 합니다`,
    overdue: (count) => `지연 ${count}건: 5분 전에 전달되었어야 합니다`,
    "stale-url": (count) => `KICC가 틀리거나 오래된 토큰으로 호출합니다: ${count}건 거절`,
    "token-known": (count) => `모르는 주소가 우리 토큰을 알고 있습니다. KICC의 새 주소일 수 있습니다: ${count}건 거절`,
    "new-address": (count) => `KICC가 새 주소에서 호출합니다: ${count}건 거절`,
    "no-door": (count) => `KICC가 notifyUrl이 아닌 경로를 호출합니다: ${count}건 거절`,
    quarantined: (count) => `거절하고 보관한 외부 호출 ${count}건`,
    "stray-messages": () => "다른 Worker가 받아야 할 큐 메시지가 이리로 옵니다",
    unresolved: (count) => `KICC가 결과를 알려 주지 않은 취소 ${count}건`,
    "archive-behind": () => "보관이 이틀 늦어지고 있습니다",
    "near-full": () => "D1 용량이 80%를 넘었습니다",
    "wrong-door": () => "KICC가 다른 상품의 notifyUrl을 호출합니다. 받은 통지는 처리했습니다",
  },
};
