// An expected end of a command: what is wrong, what to do about it, and wrangler's output where there is some.

export interface Advice {
  /** One thing to do per line. */
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
