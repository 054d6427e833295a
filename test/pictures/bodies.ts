// The messages that the pictures show, one of each kind, in the format of KICC's documents with invented merchants, ids
// and amounts. Pure.

export interface Sent {
  readonly door: string;
  /** KICC's address of the door's product, in its test environment. */
  readonly from: string;
  readonly body: Uint8Array;
}

const FROM = { wechat: "61.33.205.151", alipay: "203.233.74.22", online: "61.33.205.151" } as const;

/** One message of most kinds: the given serial makes their ids and order numbers unlike those of every other serial. */
export function messagesOf(serial: number): Sent[] {
  const number = String(serial).padStart(4, "0");
  const amount = 12_000 + ((serial * 7900) % 90_000);
  const order = `ORD-20260113-${number}`;
  const shop = { mallId: "T0099001", shopOrderNo: order };
  const pgCno = `2601131420559${number}001`;
  const cancelPgCno = `2601140912103${number}042`;
  const paid = { resCd: "0000", resMsg: "정상승인", ...shop };
  const won = { currency: "KRW", amount };
  const online = (notiType: string, suffix: string, more: Readonly<Record<string, string>>) => ({
    resCd: "0000",
    resMsg: "정상",
    ...shop,
    notiType,
    pgCno: `2601140930017${number}${suffix}`,
    amount: String(amount),
    transactionDate: "20260114093001",
    ...more,
  });
  return [
    sent("wechat", "/kicc/wechat/approval", { ...paid, pgCno, approvalDate: "20260113142055", amountInfo: won }),
    sent("alipay", "/kicc/alipay", {
      ...paid,
      pgCno: `2601131501023${number}003`,
      approvalDate: "20260113150102",
      walletBrandName: "ALIPAY_CN",
      amountInfo: won,
    }),
    sent("online", "/kicc/online", online("10", "101", { statusCode: "TS03", payMethodTypeCode: "11" })),
    sent("online", "/kicc/online", online("30", "102", { tlfSno: `2601131200001${number}009`, depositName: "홍길동" })),
    sent("online", "/kicc/online", online("40", "103", { statusCode: "ES12", statusMessage: "구매확인" })),
    cancelled(shop, pgCno, cancelPgCno, amount),
  ];
}

/** A cancellation that succeeded. */
export function cancelled(
  shop: { readonly mallId: string; readonly shopOrderNo: string },
  pgCno: string,
  cancelPgCno: string,
  amount: number,
): Sent {
  const amountInfo = { currency: "KRW", amount };
  const message = { resCd: "0000", resMsg: "정상취소", ...shop, pgCno, cancelPgCno, cancelDate: "20260114091210" };
  return sent("wechat", "/kicc/wechat/cancel", { ...message, amountInfo });
}

/** The same cancellation, failed: after its success it is held for a person. */
export function refused(shop: { readonly mallId: string; readonly shopOrderNo: string }, cancelPgCno: string): Sent {
  const pgCno = "26011314205591000001";
  const resMsg = "잔액 부족으로 취소할 수 없습니다";
  return sent("wechat", "/kicc/wechat/cancel", { resCd: "W901", resMsg, ...shop, pgCno, cancelPgCno });
}

function sent(product: keyof typeof FROM, door: string, message: object): Sent {
  return { door, from: FROM[product], body: new TextEncoder().encode(JSON.stringify(message)) };
}
