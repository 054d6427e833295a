// Words of what to do about a failed attempt, in Korean.
import type { Words } from "../words.ts";

export const problems: Words["problems"] = {
  redirect: (to) => `서버가 다른 주소로 돌려보냅니다. ORIGIN_URL을 ${to}(으)로 바꾸고 배포하세요.`,
  login: () =>
    "처리기 앞에 로그인이 있습니다. 이 경로는 로그인 없이 통과시키거나 ORIGIN_HEADERS에 인증 정보를 넣으세요.",
  maintenance: () => "서버가 점검 페이지를 보여 줍니다. 점검이 끝나면 다시 보내세요.",
  php: () => "처리기가 PHP 오류로 멈췄습니다. 아래 응답과 서버 로그에 내용이 있습니다.",
  page: () => "처리기 대신 웹 페이지가 응답했습니다. ORIGIN_URL의 경로를 확인하세요.",
  refused: (code) => `처리기가 읽고 나서 ${code}(으)로 응답했습니다. 이유는 처리기 로그에 있습니다.`,
  gate: (status) =>
    `무언가가 호출을 거절했습니다(${status}): 방화벽, 주소 목록, 로그인 또는 서명 확인입니다. ORIGIN_SIGNING_SECRET과 서버 시계를 확인하고, 처리기에서 KICC 주소 확인을 빼세요.`,
  path: () => "그 경로에 아무것도 없습니다. ORIGIN_URL을 확인하세요.",
  method: () => "그 경로는 POST를 받지 않습니다. ORIGIN_URL을 확인하세요.",
  filter: (status) =>
    `처리기 앞의 필터가 요청을 거절했습니다(${status}). 이 경로를 CSRF 확인, mod_security, 크기와 형식 제한에서 제외하세요.`,
  gone: () => "처리기가 410으로 응답했습니다. 다시는 보내지 말라는 뜻입니다.",
  busy: () => "서버가 지금은 더 받지 않습니다. 서버가 정한 시간 뒤에 다시 시도합니다.",
  server: (status) => `처리기나 그 앞의 서버가 실패했습니다(${status}). 이유는 그 시각의 서버 로그에 있습니다.`,
  certificate: () =>
    "서버 인증서를 믿을 수 없습니다: 만료, 자체 서명 또는 다른 이름의 인증서입니다. 체인 전체와 함께 갱신하세요.",
  unreachable: () => "서버에 닿지 못했습니다: 서버가 멈췄거나, 방화벽이 Cloudflare를 막거나, DNS에 이름이 없습니다.",
  slow: (ms) => `처리기가 ${ms}ms를 넘겼습니다. 그래도 반영했을 수 있으니 직접 반영하기 전에 확인하세요.`,
  broken: () => "응답이 중간에 끊겼습니다. 그래도 반영했을 수 있으니 직접 반영하기 전에 확인하세요.",
  unreported: () => "가져간 쪽이 결과를 알리지 않았습니다. 풀러나 컨슈머의 로그를 보세요.",
};
