// Everything under /api/, in the order of its description.
import { testAlert } from "./calls/alert-test.ts";
import { approvalOperations } from "./calls/approvals.ts";
import { readAudit } from "./calls/audit.ts";
import { compare } from "./calls/compare.ts";
import { listNotifications, readNotification } from "./calls/notifications.ts";
import { downloadNotifications } from "./calls/download.ts";
import { openapi } from "./calls/description.ts";
import { cancellationOperations } from "./calls/cancellations.ts";
import { metricsOperation } from "./calls/metrics.ts";
import { quarantineOperations } from "./calls/quarantine.ts";
import { pull } from "./calls/pull.ts";
import { closeManyNotifications, closeNotification, replayMany, replayNotification } from "./calls/replay.ts";
import { accept, fail } from "./calls/report.ts";
import { replaysUnderWay, stopReplaying } from "./calls/replays.ts";
import { testNotification } from "./calls/send-test.ts";

export const operations = [
  listNotifications,
  downloadNotifications,
  readNotification,
  compare,
  replayNotification,
  replayMany,
  replaysUnderWay,
  stopReplaying,
  closeNotification,
  closeManyNotifications,
  pull,
  accept,
  fail,
  testNotification,
  testAlert,
  ...cancellationOperations,
  ...approvalOperations,
  ...quarantineOperations,
  metricsOperation,
  readAudit,
  openapi,
] as const;
