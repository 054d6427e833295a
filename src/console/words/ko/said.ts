// Words of what an action came to, in Korean.
import type { Words } from "../words.ts";

export const said: Words["said"] = {
  done_replay: "다시 보내고 있습니다.",
  done_replayAll: "조금씩 다시 보내고 있습니다.",
  done_close: "종결했습니다.",
  done_release: "받아들였습니다. 이것이 그 통지입니다.",
  done_drop: "삭제했습니다.",
  done_ask: "KICC에 물었습니다. 응답은 아래에 있습니다.",
  done_test: "시험을 보냈습니다.",
  refused_conflict: "아무것도 하지 않았습니다. 상태가 허용하지 않거나 그사이 바뀌었습니다.",
  refused_not_found: "아무것도 하지 않았습니다. 이제 없는 항목입니다.",
  refused_invalid: "아무것도 하지 않았습니다. 양식에 빠지거나 잘못된 것이 있습니다.",
  refused_settings: "아무것도 하지 않았습니다. 설정이 잘못되었습니다(개요 참조).",
  refused_unavailable: "D1이나 큐가 응답하지 않아 처리되지 않았을 수 있습니다. 상태를 확인한 뒤 다시 시도하세요.",
  done_closeMany: "종결했습니다.",
  done_closeMore: "많은 건을 종결했고 더 있을 수 있습니다. 다시 하세요.",
  done_stop: "중지했습니다.",
  done_alert: "모든 채널에 시험 알림을 보냈습니다.",
  refused_alert: "시험 알림을 받지 않은 채널이 있습니다. 작업 기록에 나와 있습니다.",
};
