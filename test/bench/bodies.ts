// Notifications of realistic size for the benchmark, each of its own cancellation.

let serial = 0;

export interface Unique {
  readonly cancelPgCno: string;
  readonly body: string;
}

/** As sample `full` of the protocol page: about 230 bytes. */
export function unique(): Unique {
  serial += 1;
  const digits = String(serial).padStart(10, "0");
  const cancelPgCno = `2601140912${digits}`;
  const body = JSON.stringify({
    resCd: "0000",
    resMsg: "정상취소",
    mallId: "T0099001",
    shopOrderNo: `ORD-20260113-${digits}`,
    pgCno: `2601131420${digits}`,
    cancelPgCno,
    cancelDate: "20260114091210",
    amountInfo: { currency: "KRW", amount: 51_000 + (serial % 1000) },
  });
  return { cancelPgCno, body };
}

export function uniqueBody(): string {
  return unique().body;
}
