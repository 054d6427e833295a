// Words of the test page, in Korean.
import type { Words } from "../words.ts";

export const test: Words["test"] = {
  lead: "가짜 통지를 저장, 큐, 서명, 전송, 응답까지 전 과정에 보냅니다. 우리 시스템에는 kicc-source: test로 보입니다.",
  kind: "보낼 종류",
  result: "보낼 결과",
  failure: "실패(9999): 시험을 모르는 처리기라도 아무것도 반영하지 않음",
  success: "성공(0000): 우리 시스템이 kicc-source: test를 구별할 때만. 아니면 ₩0이 반영됨",
  otherResult: "KICC가 보내는 다른 코드:",
  otherCode: "다른 코드",
  send: "시험 보내기",
  watching: "지켜보는 중: 이 페이지는 2초마다 새로 고쳐집니다.",
  stop: "멈추기",
  over: "더는 지켜보지 않습니다.",
  open: "이 통지 열기",
  last: "마지막 시험",
  steps: {
    stored: "D1에 저장",
    queued: "큐에 넣음",
    signed: "서명",
    sent: "우리 시스템에 전송",
    answered: "응답",
  },
  progress: { done: "완료", now: "진행 중", later: "예정", failed: "실패" },
  queuedIn: {
    push: "전달 큐에 있으며 이 수신기가 꺼냅니다.",
    pull: "보내지 않습니다. puller가 다음에 물을 때 가져갑니다.",
    queue: "전달 큐에 있으며 여러분의 Worker가 꺼냅니다.",
  },
};
