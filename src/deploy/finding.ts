// One line of the doctor's report: a check, its result, and what to do about it.

export interface Finding {
  readonly check: string;
  /** `wrong`: KICC or the origin is not reached. `near`: it soon will not be, or the check could not tell. */
  readonly state: "well" | "near" | "wrong";
  readonly text: string;
  readonly todo?: string;
}

const MARKS = { well: "✓", near: "!", wrong: "✗" } as const;

export function textOfFinding({ check, state, text, todo }: Finding): string {
  return `${MARKS[state]} ${check}: ${text}${todo === undefined || todo === "" ? "" : `\n  → ${todo}`}`;
}

export function well(check: string, text: string): Finding {
  return { check, state: "well", text };
}

export function near(check: string, text: string, todo?: string): Finding {
  return { check, state: "near", text, ...(todo === undefined ? {} : { todo }) };
}

export function wrong(check: string, text: string, todo: string): Finding {
  return { check, state: "wrong", text, todo };
}
