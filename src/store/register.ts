// The registers: what the merchant announced, one table for each id by which an event is announced. Names only; SQL takes them from here alone.
import type { StatusApi } from "../kinds/kind.ts";

export interface Register {
  readonly table: "cancellations" | "approvals";
  /** Its primary key, and the same column of a notification. */
  readonly key: "cancel_pg_cno" | "pg_cno";
  readonly announcedBy: StatusApi["announcedBy"];
  /** One entry, as logs name it. */
  readonly one: "cancellation" | "approval";
  /** What the audit calls a person's question to KICC. */
  readonly asking: "ask" | "ask-approval";
}

export const CANCELLATIONS: Register = {
  table: "cancellations",
  key: "cancel_pg_cno",
  announcedBy: "cancelPgCno",
  one: "cancellation",
  asking: "ask",
};

export const APPROVALS: Register = {
  table: "approvals",
  key: "pg_cno",
  announcedBy: "pgCno",
  one: "approval",
  asking: "ask-approval",
};

/** Where events that are announced by this id stand. */
export function registerOf(announcedBy: StatusApi["announcedBy"]): Register {
  return announcedBy === "pgCno" ? APPROVALS : CANCELLATIONS;
}

export const REGISTERS = [CANCELLATIONS, APPROVALS] as const;
