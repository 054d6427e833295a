// The registers of announced events: one table for each id by which an event is announced. SQL takes their names only
// from here.
import type { StatusApi } from "../kinds/kind.ts";

export interface Register {
  readonly table: "cancellations" | "approvals";
  /** The primary key, and the same column in `notifications`. */
  readonly key: "cancel_pg_cno" | "pg_cno";
  readonly announcedBy: StatusApi["announcedBy"];
  /** What logs call one entry. */
  readonly one: "cancellation" | "approval";
  /** What the audit calls a query by a person. */
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

/** The register of events that are announced by this id. */
export function registerOf(announcedBy: StatusApi["announcedBy"]): Register {
  return announcedBy === "pgCno" ? APPROVALS : CANCELLATIONS;
}

export const REGISTERS = [CANCELLATIONS, APPROVALS] as const;
