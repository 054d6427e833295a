// What the person sees: one line per step, and at the end whether anything was changed.

export interface Progress {
  /** It was so already. */
  readonly is: (line: string) => void;
  /** It was changed now; with --dry-run: it would be changed. */
  readonly made: (line: string) => void;
  /** Something to know. It stops nothing. */
  readonly note: (line: string) => void;
  readonly print: (text: string) => void;
  readonly changes: () => number;
}

export function progressOn(write: (text: string) => void, isDryRun: boolean): Progress {
  let changes = 0;
  return {
    is: (line) => write(`  = ${line}\n`),
    made: (line) => {
      changes += 1;
      write(`  + ${isDryRun ? "would: " : ""}${line}\n`);
    },
    note: (line) => write(`  ! ${line}\n`),
    print: (text) => write(`${text}\n`),
    changes: () => changes,
  };
}
