// Words of the frame of every page, and pages that say what is not there, in Korean.
import type { Words } from "../words.ts";

export const frame: Words["frame"] = {
  title: "KICC 수신기",
  skip: "본문으로 건너뛰기",
  menu: "페이지",
  otherLanguage: "English",
  signOut: "로그아웃",
  home: "개요로",
  notFound: "여기에는 아무것도 없습니다",
  notFoundLead: "그런 페이지나 기록이 없습니다. 삭제되었거나 보존 기간이 지나 정리되었을 수 있습니다.",
  forbidden: "이 콘솔에서 보낸 양식이 아니어서 아무것도 하지 않았습니다. 돌아가서 다시 보내세요.",
  failed: "D1이 응답하지 않습니다",
  failedLead: "아무것도 바뀌지 않았습니다. 수신은 큐를 통해 계속됩니다. 잠시 뒤 다시 시도하세요.",
  asOf: (time) => `${time} KST 기준.`,
  renews: (seconds) => `${seconds}초마다 새로 고칩니다. 입력 중이거나 펼쳐 둔 것이 있으면 멈춥니다.`,
  waits: "그 뒤로 새로 고치지 않았습니다.",
  renewNow: "지금 새로 고침",
  copy: "복사",
  copied: "복사됨",
  older: "이전",
  newest: "최신",
  none: "없습니다.",
  all: "전체",
};
