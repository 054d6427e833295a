// Reads the resCd of a notification's bytes, in any format and charset.

const SUCCESS = "0000";

export function resCdOf(body: Uint8Array): string {
  return /(?:"resCd":\s*"|\bres_cd=)(\w+)/.exec(Buffer.from(body).toString("latin1"))?.[1] ?? "";
}

export function succeeds(body: Uint8Array): boolean {
  return resCdOf(body) === SUCCESS;
}
