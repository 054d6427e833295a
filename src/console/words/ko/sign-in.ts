// Words of signing in, in Korean.
import type { Words } from "../words.ts";

export const signIn: Words["signIn"] = {
  title: "로그인",
  lead: "이 수신기의 운영자용입니다. 로그인은 12시간 동안 유지됩니다.",
  token: "콘솔 토큰",
  tokenHint: "이 수신기의 CONSOLE_TOKEN",
  wrongToken: "토큰이 맞지 않습니다.",
  tooManyGuesses: "틀린 토큰이 너무 많습니다. 1분 뒤에 다시 시도하세요.",
  noToken: "CONSOLE_TOKEN이 없거나 잘못되어 아무도 로그인할 수 없습니다.",
  accessRefused: "Cloudflare Access가 사용자를 확인하지 못했습니다.",
  accessAway: "지금 Cloudflare Access에 확인할 수 없습니다. 다시 시도하세요.",
};
