// Words of what became of a notification, in sentences, in Korean.
import type { Words } from "../words.ts";

export const sentences: Words["sentences"] = {
  toldBy: (at) => `KICC가 ${at}에 알렸습니다.`,
  askedAbout: (at) => `${at}에 물었을 때 KICC가 답했습니다.`,
  madeUp: (at) => `${at}에 시험용으로 만들었습니다.`,
  tookIt: (at) => `우리 시스템이 ${at}에 받았습니다.`,
  waitsFirst: "우리 시스템에 아직 전달을 시도하지 않았습니다.",
  underWay: "지금 전달을 시도하고 있습니다.",
  asking: "먼저 KICC에 확인하고 있습니다.",
  notYet: (why) => `우리 시스템이 아직 받지 않았습니다: ${why}.`,
  nextTry: (at) => `다음 시도는 ${at}입니다.`,
  dueNow: "지금 시도할 차례입니다.",
  never: (why) => `우리 시스템이 끝내 받지 않았습니다: ${why}. 사람이 다시 보낼 때까지 더 시도하지 않습니다.`,
  isHeld: (why) => `보류되어 전달하지 않았습니다: ${why}.`,
  isClosed: "사람이 직접 처리했습니다.",
  noReason: "남은 사유가 없음",
};
