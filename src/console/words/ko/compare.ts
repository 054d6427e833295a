// Words of comparing a list with what came, in Korean.
import type { Words } from "../words.ts";

export const compare: Words["compare"] = {
  question: "이 목록이 모두 왔습니까?",
  lead: "KICC나 쇼핑몰의 목록을 붙여 넣으세요. 스프레드시트, CSV, 어떤 글이든 그 안에서 번호를 찾습니다. 목록은 저장하지 않습니다.",
  list: "목록",
  file: "또는 파일: CSV나 텍스트, UTF-8 또는 EUC-KR",
  drop: "파일을 이 양식 위에 끌어다 놓아도 됩니다.",
  options: "어떤 번호인지, 무엇의 목록인지, 어느 기간인지",
  by: "목록의 번호",
  findOut: "자동으로 찾기",
  numbers: {
    cancelPgCno: "KICC 취소 거래번호 (cancelPgCno)",
    pgCno: "KICC 결제 거래번호 (pgCno)",
    shopOrderNo: "주문번호 (shopOrderNo)",
  },
  flow: "무엇의 목록",
  flows: { any: "전체", in: "결제", out: "환불과 취소" },
  rangeLead: "기간을 넣으면 그동안 왔지만 목록에 없는 것도 보여 줍니다.",
  doIt: "대조하기",
  workbook: "Excel 통합 문서입니다. CSV로 저장해서 올리거나 셀을 복사해 위에 붙여 넣으세요.",
  time: "시각 하나를 읽을 수 없습니다.",
  noneFound: "번호를 찾지 못했습니다. 어떤 번호인지 고르거나 번호 열만 붙여 넣으세요.",
  rounded: (count) =>
    `스프레드시트가 번호 ${count}개를 반올림했습니다(2.60114E+19처럼). 숫자가 사라졌으니 열을 텍스트로 지정해 다시 내보내세요.`,
  tooMany: (count, most) => `번호 ${count}개를 찾았습니다. 처음 ${most}개를 대조합니다.`,
  tooFar: "번호들이 보관함에 멀리 흩어져 있습니다. 목록을 나누어 올리세요.",
  tooLarge: "목록이 4 MiB보다 큽니다. 나누어 올리세요.",
  result: (count, numbers) => `${count}건 대조: ${numbers}`,
  guessed: "목록에 어떤 거래번호인지 적혀 있지 않아, 더 많이 찾은 쪽으로 대조했습니다.",
  allWell: "모두 왔고 우리 시스템이 받았습니다.",
  groups: {
    missing: "오지 않음",
    dead: "전달 포기",
    held: "보류",
    pending: "대기",
    failed: "KICC에서 실패",
    closed: "직접 처리",
    delivered: "전달됨",
  },
  leads: {
    missing: "KICC가 알리지 않았습니다.",
    dead: "왔지만 우리 시스템이 받지 못했습니다. 다시 보내세요.",
    held: "왔지만 사람이 결정해야 합니다.",
    pending: "왔고 우리 시스템으로 가는 중입니다.",
    failed: "KICC가 실패를 알렸고 우리 시스템이 그 통지를 받았습니다.",
    closed: "왔고 사람이 직접 처리했습니다.",
    delivered: "왔고 우리 시스템이 받았습니다.",
  },
  number: "번호",
  archived: "보관함에 있음",
  asked: "KICC의 조회 응답",
  notAsked: "묻지 않음",
  shown: (shown, count) => `${count}건 중 ${shown}건을 보여 줍니다.`,
  ask: (count) => `오지 않은 것을 모두 KICC에 묻기 (${count}건)`,
  askLead: (most) =>
    `KICC가 확인하면 통지가 되어 우리 시스템에 전달됩니다. 한 번에 ${most}건까지이며 cron이 하루 동안 계속 묻습니다.`,
  askKind: "결제 수단",
  cannotAsk: (count) =>
    `${count}건은 물을 수 없습니다. KICC는 가맹점 ID를, 취소라면 결제 거래번호(pgCno)도 요구합니다. 그 열이 있는 목록을 붙여 넣으세요.`,
  cannotAskOrders:
    "KICC에는 주문번호가 아니라 KICC 거래번호로만 물을 수 있습니다. 거래번호가 있는 목록을 붙여 넣으세요.",
  online: "국내 결제는 조회할 수 없습니다. KICC 관리자에서 확인하세요(거래관리 > 노티조회).",
  answered: (asked, later, undone) =>
    `${asked}건을 KICC에 물었습니다. ${later}건은 몇 분 안에 묻고, ${undone}건은 물을 수 없었습니다.`,
  unlisted: (count) => `이 기간에 왔지만 목록에 없음: ${count}건`,
  noneUnlisted: "이 기간에 다른 통지는 오지 않았습니다.",
};
