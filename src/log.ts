// Writes one JSON object per event. Ids, counts and setting names only: never a body, a token or a secret.

export function log(event: string, fields: Readonly<Record<string, unknown>> = {}): void {
  console.log(JSON.stringify({ event, ...fields }));
}

/** The message of whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
