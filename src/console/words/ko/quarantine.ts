// Words of the quarantine, in Korean.
import type { Words } from "../words.ts";

export const quarantine: Words["quarantine"] = {
  reason: "사유",
  from: "보낸 주소",
  begins: "앞부분",
  times: "횟수",
  knew: "토큰을 알고 있음",
  lead: "거절했지만 KICC가 보냈을 수 있는 것입니다. 받아들이면 KICC가 그때 보낸 통지로 처리합니다.",
  newAddress: "KICC의 새 주소입니까?",
  newAddressLead:
    "KICC가 자기 주소라고 확인하면 KICC_SOURCES를 아래 값으로 바꿔 배포하고, 여기서 기다리는 것을 받아들이세요:",
  knewLead: "보낸 쪽이 notifyUrl의 토큰을 알고 있었습니다. KICC가 새 주소에서 보냈을 가능성이 큽니다.",
  staleToken: "예전 notifyUrl입니까?",
  staleTokenLead:
    "KICC 주소에서 유효하지 않은 토큰으로 왔습니다. 예전 notifyUrl로 만든 결제는 그 주소를 계속 씁니다. 예전 토큰을 NOTIFY_TOKEN에 추가하거나 이것들을 받아들이세요.",
  unreadableLead: "받아들일 수 없습니다. 삭제할 때까지 여기에 남습니다.",
  partLead: "앞부분만 보관되어 받아들일 수 없습니다.",
  release: "받아들이기",
  drop: "삭제…",
  dropLead: "완전히 삭제됩니다.",
  dropDo: "삭제",
  reasons: {
    token: "notifyUrl의 토큰이 없거나 틀리거나 불필요함",
    path: "notifyUrl이 아닌 경로로 들어옴",
    address: "KICC_SOURCES에 없는 주소에서 옴",
    "too-large": "64KiB보다 큼",
    unreadable: "resCd와 resMsg가 있는 JSON 객체가 아님",
  },
};
