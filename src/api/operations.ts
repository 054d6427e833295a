// Everything under /api/, in the order of its description.
import { readAudit } from "./audit.ts";
import { listNotifications, readNotification } from "./notifications.ts";
import { openapi } from "./openapi.ts";
import { cancellationOperations } from "./cancellations.ts";
import { metricsOperation } from "./metrics.ts";
import { quarantineOperations } from "./quarantine.ts";
import type { Operation } from "./operation.ts";
import { pull } from "./pull.ts";
import { closeNotification, replayMany, replayNotification } from "./replay.ts";
import { accept, fail } from "./report.ts";
import { testNotification } from "./sample.ts";

export const operations: readonly Operation[] = [
  listNotifications,
  readNotification,
  replayNotification,
  replayMany,
  closeNotification,
  pull,
  accept,
  fail,
  testNotification,
  ...cancellationOperations,
  ...quarantineOperations,
  metricsOperation,
  readAudit,
  openapi,
];
