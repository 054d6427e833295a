// Every operation of the API, in the order of its description.
import { testAlert } from "./calls/alert-test.ts";
import { approvalOperations } from "./calls/approvals.ts";
import { readAudit } from "./calls/audit.ts";
import { compare } from "./calls/compare.ts";
import { listNotifications, showNotification } from "./calls/notifications.ts";
import { downloadNotifications } from "./calls/download.ts";
import { openapi } from "./calls/openapi.ts";
import { cancellationOperations } from "./calls/cancellations.ts";
import { metricsOperation } from "./calls/metrics.ts";
import { quarantineOperations } from "./calls/quarantine.ts";
import { pull } from "./calls/pull.ts";
import { closeManyNotifications, closeNotification } from "./calls/close.ts";
import { replayMany, replayNotification } from "./calls/replay.ts";
import { acceptAttempt, failAttempt } from "./calls/report.ts";
import { replaysUnderWay, stopReplaying } from "./calls/replay-progress.ts";
import { testNotification } from "./calls/send-test.ts";

export const operations = [
  listNotifications,
  downloadNotifications,
  showNotification,
  compare,
  replayNotification,
  replayMany,
  replaysUnderWay,
  stopReplaying,
  closeNotification,
  closeManyNotifications,
  pull,
  acceptAttempt,
  failAttempt,
  testNotification,
  testAlert,
  ...cancellationOperations,
  ...approvalOperations,
  ...quarantineOperations,
  metricsOperation,
  readAudit,
  openapi,
] as const;
