// Words of why a notification is held or dead, in Korean.
import type { Words } from "../words.ts";

export const reasons: Words["reasons"] = {
  contradicts: "KICC가 성공을 알린 뒤에 실패를 알림",
  conflict: "같은 취소인데 금액이나 통화가 다름",
  superseded: "이 실패를 전달하기 전에 같은 취소의 성공이 옴",
  foreign: "mallId가 우리 것(MALL_IDS)이 아님",
  unconfirmed: "KICC에 물었으나 확인되지 않음",
  exhausted: "정해진 횟수를 모두 시도함",
  gone: "우리 시스템이 410 Gone으로 응답함",
};
