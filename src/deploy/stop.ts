// An expected end of the command: what is wrong, what to do about it, and wrangler's own words where it has some.

export interface Advice {
  /** One thing to do a line. */
  readonly todo?: readonly string[];
  /** What wrangler printed. */
  readonly output?: string;
}

export class Stop extends Error {
  readonly todo: readonly string[];
  readonly output: string | null;

  constructor(message: string, { todo = [], output }: Advice = {}) {
    super(message);
    this.todo = todo;
    this.output = output ?? null;
  }
}
