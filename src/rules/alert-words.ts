// The texts of alerts in English and Korean. They contain no bodies and no secrets, and text from outside is cleaned
// first. Pure.
import { KST_MS } from "../time.ts";
import type { DaySums, KindSum } from "./sums.ts";
import { ALERT_COUNTS_AT_MOST, type Condition, type ConditionName } from "./conditions.ts";

/** A time in which KICC may have called without being taken. */
export interface Absence {
  readonly reason: "cron" | "refused";
  readonly fromAt: number;
  readonly toAt: number;
}

export interface AlertWords {
  readonly subject: string;
  readonly test: string;
  readonly allWell: string;
  readonly over: (name: ConditionName) => string;
  readonly describe: (condition: Condition) => string;
  readonly away: (absence: Absence) => string;
  /** The lines about one day. @param waiting the conditions that hold now */
  readonly daily: (day: string, sums: DaySums, waiting: readonly Condition[]) => string[];
}

const TITLES_EN: Readonly<Record<ConditionName, string>> = {
  d1: "D1 does not answer as it should",
  "d1-writes": "D1 takes no writes",
  settings: "settings are wrong",
  dead: "dead notifications",
  held: "held notifications",
  overdue: "overdue notifications",
  "stale-url": "KICC calls a stale notifyUrl",
  "token-known": "a stranger knows the NOTIFY_TOKEN",
  "new-address": "KICC calls from an address that is not in KICC_SOURCES",
  "no-door": "KICC calls a path that is no notifyUrl",
  quarantined: "refused sendings in quarantine",
  "stray-messages": "messages in the queue that another Worker should take",
  unresolved: "unresolved cancellations and approvals",
  "archive-behind": "the archive is behind",
  "near-full": "D1 is nearly full",
  "wrong-door": "KICC calls a door with what belongs to another",
};

const TITLES_KO: Readonly<Record<ConditionName, string>> = {
  d1: "D1이 정상적으로 응답하지 않음",
  "d1-writes": "D1에 쓸 수 없음",
  settings: "잘못된 설정",
  dead: "전달하지 못한 알림",
  held: "보류된 알림",
  overdue: "지연된 알림",
  "stale-url": "KICC가 이전 notifyUrl을 호출함",
  "token-known": "외부에서 NOTIFY_TOKEN을 알고 있음",
  "new-address": "KICC가 KICC_SOURCES에 없는 주소에서 호출함",
  "no-door": "KICC가 notifyUrl이 아닌 경로를 호출함",
  quarantined: "격리된 요청",
  "stray-messages": "다른 Worker가 받아야 할 큐 메시지",
  unresolved: "결과를 알 수 없는 취소와 승인",
  "archive-behind": "보관이 늦어짐",
  "near-full": "D1 용량이 거의 참",
  "wrong-door": "KICC가 다른 상품의 notifyUrl로 알림을 보냄",
};

const EN: AlertWords = {
  subject: "KICC edge receiver",
  test: "This is a test alert. Alerts reach this channel.",
  allWell: "All well again.",
  over: (name) => `No longer: ${TITLES_EN[name]}.`,
  describe: describeEn,
  away: ({ reason, fromAt, toAt }) => {
    const why =
      reason === "cron"
        ? "the receiver was away: its cron did not run, or D1 took no writes"
        : "the receiver answered KICC 5001, since a setting was wrong";
    return `From ${timeOf(fromAt)} to ${timeOf(toAt)} ${why}. KICC sends an online notification for 30 minutes only. In KICC's admin (office.easypay.co.kr) open Transaction management > Notification inquiry, choose this time and press resend.`;
  },
  daily: (day, sums, waiting) => [
    `${day} (KST)`,
    ...(sums.kinds.length + sums.failures.size === 0 ? ["No notification was received."] : []),
    ...sums.kinds.map((each) => `${each.kind}: ${each.successes} succeeded, ${moneyOf(each)}`),
    ...[...sums.failures].map(([kind, count]) => `${kind}: ${count} failed`),
    waiting.length === 0
      ? "Nothing waits."
      : `Waits: ${waiting.map(({ name, count }) => `${TITLES_EN[name]} ${count}`).join(", ")}`,
  ],
};

const KO: AlertWords = {
  subject: "KICC edge receiver",
  test: "시험 알림입니다. 이 채널로 알림이 전달됩니다.",
  allWell: "모두 정상으로 돌아왔습니다.",
  over: (name) => `해소됨: ${TITLES_KO[name]}.`,
  describe: describeKo,
  away: ({ reason, fromAt, toAt }) => {
    const why =
      reason === "cron"
        ? "수신기가 멈춰 있었습니다(cron이 실행되지 않았거나 D1에 쓸 수 없었음)"
        : "설정이 잘못되어 KICC에 5001로 응답했습니다";
    return `${timeOf(fromAt)}부터 ${timeOf(toAt)}까지 ${why}. KICC는 온라인 결제 알림을 30분 동안만 다시 보냅니다. KICC 관리자(office.easypay.co.kr)의 거래 관리 > 노티 조회에서 이 시간대를 선택해 재전송을 누르세요.`;
  },
  daily: (day, sums, waiting) => [
    `${day} (KST)`,
    ...(sums.kinds.length + sums.failures.size === 0 ? ["수신한 알림이 없습니다."] : []),
    ...sums.kinds.map((each) => `${each.kind}: 성공 ${each.successes}건, ${moneyOf(each)}`),
    ...[...sums.failures].map(([kind, count]) => `${kind}: 실패 ${count}건`),
    waiting.length === 0
      ? "대기 중인 것이 없습니다."
      : `대기: ${waiting.map(({ name, count }) => `${TITLES_KO[name]} ${count}건`).join(", ")}`,
  ],
};

export const ALERT_WORDS: Readonly<Record<"en" | "ko", AlertWords>> = { en: EN, ko: KO };

function describeEn({ name, count, since, detail, orderNo }: Condition): string {
  const from = `since ${timeOf(since)}`;
  const about = detail === null ? "" : ` (${clean(detail)})`;
  const order = orderNo ? ` (order ${clean(orderNo)})` : "";
  switch (name) {
    case "d1":
      return `D1 does not answer as it should, ${from}${about}. Notifications are acked through the queue meanwhile. Look at the database and its migrations: wrangler d1 migrations list DB --remote.`;
    case "d1-writes":
      return `D1 takes no writes, ${from}: it is full, or its daily limit is reached. Notifications are acked through the queue, which keeps them for 4 days, and nothing is settled. Look at the database's size and the account's plan.`;
    case "settings":
      return `Settings are wrong, ${from}: ${clean(detail ?? "")}. What they are needed for waits until the next deploy.`;
    case "dead":
      return `${many(count, "notification")} dead: the origin did not take them. The oldest came ${timeOf(since)}${order}. Look at /console or GET /api/notifications?state=dead, then replay or close.`;
    case "held":
      return `${many(count, "notification")} held, to be decided by a person. The oldest came ${timeOf(since)}${order}. Look at /console or GET /api/notifications?state=held, then replay or close.`;
    case "overdue":
      return `${many(count, "notification")} overdue for more than 5 minutes: the oldest waits since ${timeOf(since)}${order}. Look at /health, the queue's backlog, the origin or its puller, and with CONFIRM at KICC's API.`;
    case "stale-url":
      return `KICC's address called with a wrong token, ${from}: a stale notifyUrl. ${many(count, "sending")} kept in quarantine. Tell KICC the right notifyUrl or add the old token to NOTIFY_TOKEN, then release them at /console or POST /api/quarantine/{id}/release.`;
    case "token-known":
      return `An address that is not in KICC_SOURCES called with the right NOTIFY_TOKEN, ${from}${about}. Most likely KICC has a new address: ask KICC, add it to KICC_SOURCES, then release at /console. Otherwise change the token.`;
    case "new-address":
      return `An address in KICC's own networks was refused, ${from}${about}: most likely KICC calls from a new address, or one of its products calls the notifyUrl of another. ${many(count, "sending")} kept in quarantine. Ask KICC, add the address to KICC_SOURCES for that product, then release at /console.`;
    case "no-door":
      return `KICC posted to a path that is no notifyUrl, ${from}: most likely a mistyped one. ${many(count, "sending")} kept in quarantine. Tell KICC the right notifyUrl, then release at /console.`;
    case "quarantined":
      return `${many(count, "refused sending")} kept in quarantine, ${from}. Look at /console or GET /api/quarantine, then release or drop.`;
    case "stray-messages":
      return `DELIVERY is queue, but messages of kicc-deliveries arrive at this Worker, ${from}. They are left there. Take its queues.consumers out of wrangler.toml and detach it: wrangler queues consumer worker remove.`;
    case "archive-behind":
      return `The archive is behind, ${from}: finished notifications stay in D1 two days longer than HOT_DAYS says. Nothing is lost. Look for archive.failed in the logs, and at the bucket.`;
    case "near-full":
      return `D1 is more than 80 % full, ${from}: at 10 GB it takes nothing more. Bind an R2 bucket as ARCHIVE, or lower HOT_DAYS, or RETENTION_DAYS where there is no archive.`;
    case "wrong-door":
      return `KICC posted a notification to the notifyUrl of another product, ${from}. It was taken as what it is. Ask KICC to register the notifyUrl of its own product.`;
    case "unresolved":
      return `${many(count, "announced event")} unresolved: neither KICC's notification nor its status API told a result. The oldest was announced ${timeOf(since)}${order}. Look at /console, or GET /api/cancellations?state=unresolved and /api/approvals?state=unresolved.`;
  }
}

function describeKo({ name, count, since, detail, orderNo }: Condition): string {
  const from = `${timeOf(since)}부터`;
  const about = detail === null ? "" : ` (${clean(detail)})`;
  const order = orderNo ? ` (주문 ${clean(orderNo)})` : "";
  const number = count >= ALERT_COUNTS_AT_MOST ? `${ALERT_COUNTS_AT_MOST}건 이상` : `${count}건`;
  switch (name) {
    case "d1":
      return `${from} D1이 정상적으로 응답하지 않습니다${about}. 그동안 알림은 큐를 통해 수신 확인됩니다. 데이터베이스와 마이그레이션을 확인하세요: wrangler d1 migrations list DB --remote.`;
    case "d1-writes":
      return `${from} D1에 쓸 수 없습니다. 용량이 가득 찼거나 일일 한도에 도달했습니다. 알림은 큐를 통해 수신 확인되며 큐는 4일 동안 보관합니다. 데이터베이스 크기와 요금제를 확인하세요.`;
    case "settings":
      return `${from} 설정이 잘못되었습니다: ${clean(detail ?? "")}. 다음 배포까지 해당 기능이 대기합니다.`;
    case "dead":
      return `알림 ${number}을 전달하지 못했습니다. 가맹점 서버가 받지 않았습니다. 가장 오래된 것은 ${timeOf(since)}에 수신되었습니다${order}. /console에서 확인한 뒤 다시 보내거나 종료하세요.`;
    case "held":
      return `알림 ${number}이 보류되어 담당자의 판단이 필요합니다. 가장 오래된 것은 ${timeOf(since)}에 수신되었습니다${order}. /console에서 확인하세요.`;
    case "overdue":
      return `알림 ${number}이 5분 넘게 지연되고 있습니다. 가장 오래된 것은 ${from} 대기 중입니다${order}. /health, 큐, 가맹점 서버 또는 puller를, CONFIRM을 쓰면 KICC API도 확인하세요.`;
    case "stale-url":
      return `${from} KICC 주소에서 잘못된 토큰으로 호출했습니다(이전 notifyUrl). ${number}이 격리되어 있습니다. KICC에 올바른 notifyUrl을 알리거나 이전 토큰을 NOTIFY_TOKEN에 추가한 뒤 /console에서 받아들이세요.`;
    case "token-known":
      return `${from} KICC_SOURCES에 없는 주소가 올바른 NOTIFY_TOKEN으로 호출했습니다${about}. KICC의 새 주소일 가능성이 큽니다. KICC에 확인해 KICC_SOURCES에 추가하고 /console에서 받아들이세요. 아니라면 토큰을 바꾸세요.`;
    case "new-address":
      return `${from} KICC 대역의 주소가 거부되었습니다${about}. KICC가 새 주소에서 호출했거나, 한 상품이 다른 상품의 notifyUrl을 호출했을 가능성이 큽니다. 요청 ${number}이 격리되어 있습니다. KICC에 확인해 그 상품의 KICC_SOURCES에 추가하고 /console에서 받아들이세요.`;
    case "no-door":
      return `${from} KICC가 notifyUrl이 아닌 경로를 호출했습니다. 주소를 잘못 등록했을 가능성이 큽니다. 요청 ${number}이 격리되어 있습니다. KICC에 올바른 notifyUrl을 알리고 /console에서 받아들이세요.`;
    case "quarantined":
      return `${from} 거부된 요청 ${number}이 격리되어 있습니다. /console에서 확인한 뒤 받아들이거나 삭제하세요.`;
    case "stray-messages":
      return `${from} DELIVERY가 queue인데 kicc-deliveries의 메시지가 이 Worker로 옵니다. wrangler.toml에서 queues.consumers를 빼고 분리하세요: wrangler queues consumer worker remove.`;
    case "archive-behind":
      return `${from} 보관이 늦어지고 있습니다. 끝난 알림이 HOT_DAYS보다 이틀 이상 D1에 남아 있습니다. 잃은 것은 없습니다. 로그의 archive.failed와 버킷을 확인하세요.`;
    case "near-full":
      return `${from} D1 용량이 80 %를 넘었습니다. 10 GB가 되면 더 저장할 수 없습니다. R2 버킷을 ARCHIVE로 연결하거나 HOT_DAYS를 줄이세요. 보관을 쓰지 않으면 RETENTION_DAYS를 줄이세요.`;
    case "wrong-door":
      return `${from} KICC가 다른 상품의 notifyUrl로 알림을 보냈습니다. 알림은 제 종류로 받았습니다. 상품에 맞는 notifyUrl을 등록해 달라고 KICC에 요청하세요.`;
    case "unresolved":
      return `예고한 취소·승인 ${number}의 결과를 알 수 없습니다. KICC의 알림도 상태 조회도 결과를 주지 않았습니다. 가장 오래된 것은 ${timeOf(since)}에 예고되었습니다${order}. /console에서 확인하세요.`;
  }
}

/** The page of the console that shows the condition. */
export function consolePathOf({ name, count, id, detail }: Condition): string {
  const isOne = count === 1 && id;
  switch (name) {
    case "dead":
    case "held":
      return isOne ? `/console/notifications/${encodeURIComponent(id)}` : `/console/notifications?state=${name}`;
    case "overdue":
      return isOne ? `/console/notifications/${encodeURIComponent(id)}` : "/console/notifications?state=pending";
    case "unresolved":
      // `detail` names the register that holds the oldest one.
      const register = detail === "approvals" ? "approvals" : "cancellations";
      return isOne ? `/console/${register}/${encodeURIComponent(id)}` : `/console/${register}?state=unresolved`;
    case "stale-url":
    case "token-known":
    case "new-address":
    case "no-door":
    case "quarantined":
      return "/console/quarantine";
    case "d1":
    case "d1-writes":
    case "settings":
    case "stray-messages":
    case "archive-behind":
    case "near-full":
    case "wrong-door":
      return "/console";
  }
}

function moneyOf({ sum, currency }: KindSum): string {
  return `${sum.toLocaleString("en-US")} ${currency}`.trimEnd();
}

function many(count: number, what: string): string {
  const number = count >= ALERT_COUNTS_AT_MOST ? `At least ${ALERT_COUNTS_AT_MOST}` : String(count);
  return count === 1 ? `1 ${what} is` : `${number} ${what}s are`;
}

const LONGEST_DETAIL = 600;

/** An order number or an error text must notify nobody (`<!channel>`, `@everyone`) and must not start a line. */
function clean(text: string): string {
  return text
    .replaceAll(/[<>@`\p{Cc}]/gu, "?")
    .slice(0, LONGEST_DETAIL)
    .toWellFormed();
}

/** KST to the minute, as people at the merchant read it. */
export function timeOf(instant: number): string {
  return `${new Date(instant + KST_MS).toISOString().slice(0, 16).replace("T", " ")} KST`;
}
