// KICC's messages as they come over the wire: the formats of its pages with invented values. JSON texts and form bodies
// by kind.

export const JSON_SAMPLES: Readonly<Record<string, readonly string[]>> = {
  "wechat.cancel": [
    '{"resCd":"0000","resMsg":"Success","mallId":"T0099001","shopOrderNo":"ORD-20260113-0007","pgCno":"26011314205510990001","cancelPgCno":"26011409120310990042","cancelDate":"20260114091210","amountInfo":{"currency":"KRW","amount":51000}}',
    '{"resCd":"0000","resMsg":"Success","mallId":"T0099001","shopOrderNo":"ORD-20260113-0008","pgCno":"26011315010210990003","cancelPgCno":"26011411000110990050","cancelDate":"20260114110004","amountInfo":{"currency":"KRW","amount":12000}}',
    '{"resCd":"0000","resMsg":"Success","mallId":"T0099001","shopOrderNo":"ORD-20260113-0008","pgCno":"26011315010210990003","cancelPgCno":"26011516302210990061","cancelDate":"20260115163027","amountInfo":{"currency":"KRW","amount":9000}}',
    '{"resCd":"W901","resMsg":"잔액 부족으로 취소할 수 없습니다","mallId":"05599001","shopOrderNo":"202601137159069","pgCno":"26011320441810990007","cancelPgCno":"26011410000510990045"}',
    '{"resCd":"0000","resMsg":"정상취소","mallId":"05599001","shopOrderNo":"202601137159069","pgCno":"26011320441810990007","cancelPgCno":"26011410000510990045","cancelDate":"20260116083001","amountInfo":{"currency":"KRW","amount":33000}}',
    '{"resCd":"9999","resMsg":"System error"}',
    '{"resCd":"0000","resMsg":"정상처리","mallId":"05599001","shopOrderNo":"","pgCno":"26011320441810990007","cancelPgCno":"26011410000510990046","cancelDate":"20260114100011","amountInfo":{"currency":"00","amount":"1000","remainAmount":32000},"statusCode":"TS06","walletType":"WECHAT_CN","extInfo":{"a":[1,null]}}',
    '{"resCd":"0000","resMsg":"Success","mallId":"05599002","shopOrderNo":"INTL-88","pgCno":"26020101020310990009","cancelPgCno":"26020211000010990010","cancelDate":"20260202110003","amountInfo":{"currency":"USD","amount":1203}}',
    '{"resCd":"0000","resMsg":"ok","pgCno":26011314205510990001,"cancelPgCno":26011409120310990042}',
  ],
  "wechat.approval": [
    '{"resCd":"0000","resMsg":"Success","mallId":"T0099001","shopOrderNo":"ORD-20260113-0007","pgCno":"26011314205510990001","approvalDate":"20260113142131","amountInfo":{"currency":"KRW","amount":51000}}',
    '{"resCd":"0000","resMsg":"Success","mallId":"05599002","shopOrderNo":"INTL-88","pgCno":"26020101020310990009","approvalDate":"20260201010240","amountInfo":{"currency":"USD","amount":1203}}',
    '{"resCd":"9999","resMsg":"PAYERROR","mallId":"05599001","shopOrderNo":"ORD-20260113-0009","pgCno":"26011315110010990012"}',
  ],
  "alipay.approval": [
    '{"resCd":"0000","resMsg":"Success","mallId":"T0099001","shopOrderNo":"ORD-20260210-0101","pgCno":"26021010150010990101","approvalDate":"20260210101544","walletBrandName":"ALIPAY_CN","amountInfo":{"currency":"KRW","amount":42000}}',
    '{"resCd":"0000","resMsg":"Success","mallId":"05599002","shopOrderNo":"INTL-89","pgCno":"26021011000010990102","approvalDate":"20260210110033","walletBrandName":"CONNECT_WALLET","amountInfo":{"currency":"USD","amount":2550}}',
  ],
  "online.approval": [
    '{"resCd":"0000","resMsg":"정상","mallId":"05599001","notiType":"10","pgCno":"26030509275210990201","shopOrderNo":"ORD-20260305-0201","amount":"12000","approvalNo":"01230001","transactionDate":"20260305092752","cardNo":"49000000****000*","issuerCode":"027","issuerName":"현대비자개인","acquirerCode":"027","acquirerName":"현대카드사","freeInstallmentTypeCode":"00","installmentMonth":"00","pntAmount":"0","escrowUsed":"N","complexUsed":"N","statusCode":"TS03","statusMessage":"매입요청","vanTid":"7000001","vanSno":"800000000001","payMethodTypeCode":"11","partCancelUsed":"Y","membGubun":"2","cardGubun":"N","cardBizGubun":"P","couponFlag":"N","cardnoHash":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","customerName":"홍길동","customerId":"user-1","shopValue1":"","basketUsed":"N"}',
    '{"resCd":"0000","resMsg":"정상","mallId":"05599003","notiType":"10","pgCno":"26030510000010990202","shopOrderNo":"ORD-20260305-0202","amount":"30000","approvalNo":"01230002","transactionDate":"20260305100000","statusCode":"TS03","statusMessage":"매입요청","payMethodTypeCode":"11","escrowUsed":"N","basketUsed":"Y","bkResCnt":"2","productNo1":"P-1","sellerId1":"S100","productPgCno1":"26030510000010990203","productNo2":"P-2","sellerId2":"S101","productPgCno2":"26030510000010990204"}',
  ],
  "online.change": [
    '{"resCd":"0000","resMsg":"정상취소","mallId":"05599001","notiType":"20","pgCno":"26030509275210990201","shopOrderNo":"ORD-20260305-0201","amount":"12000","transactionDate":"20260306110001","remainPoint":"0","accruePnt":"0","escrowUsed":"N","cancelDate":"20260306110001","statusCode":"TS02","statusMessage":"승인취소","payMethodTypeCode":"11","cancelAmount":"12000","cancelCardAmount":"12000","cancelCouponAmount":"0","cancelRemainAmount":"0","cancelPgCno":"26030611000110990301","dayRemPnt":"0","monthRemPnt":"0","dayRemCnt":"0","basketUsed":"N"}',
    '{"resCd":"0000","resMsg":"정상처리","mallId":"05599001","notiType":"20","pgCno":"26030509300010990205","shopOrderNo":"ORD-20260305-0205","amount":"50000","transactionDate":"20260306120000","cancelDate":"20260306120000","statusCode":"TS06","statusMessage":"부분매입취소","payMethodTypeCode":"11","cancelAmount":"10000","cancelCardAmount":"10000","cancelRemainAmount":"40000","cancelPgCno":"26030612000010990302","escrowUsed":"N","basketUsed":"N"}',
    '{"resCd":"0000","resMsg":"정상처리","mallId":"05599001","notiType":"20","pgCno":"26030509300010990205","shopOrderNo":"ORD-20260305-0205","amount":"50000","transactionDate":"20260307090000","cancelDate":"20260307090000","statusCode":"TS06","statusMessage":"부분매입취소","payMethodTypeCode":"11","cancelAmount":"10000","cancelCardAmount":"10000","cancelRemainAmount":"30000","cancelPgCno":"26030709000010990303","escrowUsed":"N","basketUsed":"N"}',
  ],
  "online.deposit": [
    '{"resCd":"0000","resMsg":"입금완료","notiType":"30","mallId":"05599001","pgCno":"26031010101010990401","amount":"15000","shopOrderNo":"ORD-20260309-0400","transactionDate":"20260310101010","bankCode":"11","bankName":"농협은행","accountNo":"79000000000001","depositName":"홍길동","escrowUsed":"N","payMethodTypeCode":"22","cashUsed":"1","cashResCd":"0000","cashResMsg":"정상","cashTranDate":"20260310101010","cashAuthNo":"120000001","cashIssueType":"03","cashAuthType":"3","cashAuthValue":"0100001234","statusCode":"","statusMessage":"","tlfSno":"26030918000010990400","accountType":"V","customerId":"","customerName":"홍길동","depoBkcd":"090","depoBknm":"카카오뱅크"}',
    '{"resCd":"0000","resMsg":"입금완료","notiType":"30","mallId":"05599001","pgCno":"26031111000010990402","amount":"50000","shopOrderNo":"VA-MEMBER-77","transactionDate":"20260311110000","bankCode":"04","bankName":"국민은행","accountNo":"79000000000077","depositName":"홍길동","escrowUsed":"N","payMethodTypeCode":"22","cashUsed":"0","statusCode":"","statusMessage":"","tlfSno":"25010109000010990077","accountType":"F","customerId":"77","customerName":"홍길동","depoBkcd":"088","depoBknm":"신한은행"}',
    '{"resCd":"0000","resMsg":"입금완료","notiType":"30","mallId":"05599001","pgCno":"26031111000010990403","amount":"50000","shopOrderNo":"VA-MEMBER-77","transactionDate":"20260311110000","bankCode":"04","bankName":"국민은행","accountNo":"79000000000077","depositName":"홍길동","escrowUsed":"N","payMethodTypeCode":"22","cashUsed":"0","statusCode":"","statusMessage":"","tlfSno":"25010109000010990077","accountType":"F","customerId":"77","customerName":"홍길동","depoBkcd":"088","depoBknm":"신한은행"}',
  ],
  "online.deposit-cancel": [
    '{"resCd":"0000","resMsg":"입금취소","notiType":"31","mallId":"05599001","pgCno":"26031010101010990401","amount":"15000","shopOrderNo":"ORD-20260309-0400","transactionDate":"20260310153126","bankCode":"11","bankName":"농협은행","accountNo":"79000000000001","depositName":"홍길동","escrowUsed":"N","payMethodTypeCode":"22","statusCode":"","statusMessage":"","tlfSno":"26030918000010990400","accountType":"V","customerId":"","customerName":"홍길동","depoBkcd":"090","depoBknm":"카카오뱅크"}',
  ],
  "online.escrow": [
    '{"resCd":"0000","resMsg":"입금완료","notiType":"40","mallId":"05599001","pgCno":"26031209000010990501","amount":"50000","shopOrderNo":"ORD-20260311-0500","transactionDate":"20260312090000","bankCode":"04","bankName":"국민은행","accountNo":"79000000000050","depositName":"홍길동","escrowUsed":"Y","payMethodTypeCode":"22","cashUsed":"1","cashResCd":"0000","cashResMsg":"정상","cashTranDate":"20260312090000","cashAuthNo":"580000001","cashIssueType":"03","cashAuthType":"3","cashAuthValue":"0100001234","statusCode":"ES04","statusMessage":"입금완료","tlfSno":"26031119000010990500","accountType":"V","customerId":"user-5","customerName":"홍길동","depoBkcd":"020","depoBknm":"우리은행"}',
    '{"resCd":"0000","resMsg":"정상","notiType":"40","mallId":"05599001","pgCno":"26031209000010990501","amount":"50000","shopOrderNo":"ORD-20260311-0500","transactionDate":"20260318100000","escrowUsed":"Y","payMethodTypeCode":"22","statusCode":"ES12","statusMessage":"구매확인","tlfSno":"26031119000010990500"}',
    '{"resCd":"0000","resMsg":"정상","notiType":"40","mallId":"05599001","pgCno":"26031209000110990502","amount":"20000","shopOrderNo":"ORD-20260311-0501","transactionDate":"20260318110000","escrowUsed":"Y","payMethodTypeCode":"22","statusCode":"ES13","statusMessage":"구매거절","tlfSno":"26031119000110990503"}',
  ],
  "online.refund": [
    '{"resCd":"0000","resMsg":"정상 처리","notiType":"50","mallId":"05599001","pgCno":"26030918000010990400","shopOrderNo":"ORD-20260309-0400","transactionDate":"20260320092752","escrowUsed":"N","statusCode":"RF02","statusMessage":"환불완료","payMethodTypeCode":"22","cancelPgCno":"26031915000010990601","depositPgCno":"26031010101010990401","basketUsed":"N"}',
  ],
  "online.transfer-failed": [
    '{"resCd":"5413","resMsg":"기타수취불가","notiType":"51","mallId":"05599001","pgCno":"26030918000010990400","shopOrderNo":"ORD-20260309-0400","bankCode":"004","bankName":"국민은행","accountNo":"79000000000099"}',
  ],
  "online.unionpay": [
    '{"resCd":"0000","resMsg":"정상","notiType":"70","mallId":"05599001","payMethodTypeCode":"11","pgCno":"26032110000010990701","shopOrderNo":"ORD-20260321-0700","kvp_pgid":"TEST11","issuerCode":"081","amount":"50000"}',
  ],
};

/** Percent-encoded EUC-KR. */
export const FORM_SAMPLES: Readonly<Record<string, readonly string[]>> = {
  "online.approval": [
    "res_cd=0000&res_msg=%C1%A4%BB%F3%BD%C2%C0%CE&cno=26040110403910990801&memb_id=05599001&amount=945&order_no=EV-2604011040&noti_type=10&auth_no=27000001&tran_date=20260401104039&card_no=940900%2A%2A%2A%2A%2A%2A%2A%2A%2A%2A&issuer_cd=045&issuer_nm=%B7%D4%B5%A5%C4%AB%B5%E5&acquirer_cd=047&acquirer_nm=%B7%D4%B5%A5%C4%AB%B5%E5%BB%E7&install_period=00&noint=00&used_pnt=&escrow_yn=N&complex_yn=N&stat_cd=TS03&stat_msg=%B8%C5%C0%D4%BF%E4%C3%BB&van_tid=7000002&van_sno=800000000002&pay_type=11&part_cancel_yn=Y&card_gubun=N&card_biz_gubun=P&bk_pay_yn=N&reserve1=&reserve2=",
  ],
  "online.change": [
    "res_cd=0000&res_msg=%C1%A4%BB%F3%C3%EB%BC%D2&cno=26040110403910990801&memb_id=05599001&amount=945&order_no=EV-2604011040&noti_type=20&tran_date=20260401120000&canc_date=20260401120000&stat_cd=TS06&stat_msg=%BA%CE%BA%D0%B8%C5%C0%D4%C3%EB%BC%D2&pay_type=11&mgr_amt=400&mgr_card_amt=400&mgr_cpon_amt=0&mgr_seqno=26040112000010990802&mgr_req_msg=&escrow_yn=N",
  ],
  "online.deposit": [
    "res_cd=0000&res_msg=%C0%D4%B1%DD%BF%CF%B7%E1&cno=26040209000010990803&memb_id=05599001&amount=30000&order_no=VA-MEMBER-77&noti_type=30&tran_date=20260402090000&bank_cd=004&bank_nm=%B1%B9%B9%CE%C0%BA%C7%E0&account_no=79000000000077&deposit_nm=%C8%AB%B1%E6%B5%BF&pay_type=22&cash_issue_yn=0&escrow_yn=N&tlf_sno=25010109000010990077&account_type=F&user_id=77&user_nm=%C8%AB%B1%E6%B5%BF&depo_bkcd=088&depo_bknm=%BD%C5%C7%D1%C0%BA%C7%E0&reserve1=A%26B%3DC&stat_cd=&stat_msg=",
  ],
  "online.escrow": [
    "res_cd=0000&res_msg=%C1%A4%BB%F3&cno=26040310000010990804&memb_id=05599001&amount=50000&order_no=ORD-20260403-1&noti_type=40&tran_date=20260403100000&escrow_yn=Y&stat_cd=ES12&stat_msg=%B1%B8%B8%C5%C8%AE%C0%CE&pay_type=22&tlf_sno=26040210000010990805",
  ],
  "online.refund": [
    "res_cd=0000&res_msg=%C1%A4%BB%F3+%C3%B3%B8%AE&cno=26040210000010990805&memb_id=05599001&amount=50000&order_no=ORD-20260403-2&noti_type=50&noti_subtype=PSE1&tran_date=20260405090000&stat_cd=RF02&stat_msg=%C8%AF%BA%D2%BF%CF%B7%E1&pay_type=22&escrow_yn=N&mgr_seqno=26040415000010990806",
  ],
};

/** A notiType that no page names. */
export const UNKNOWN_TYPE =
  '{"resCd":"0000","resMsg":"정상","mallId":"05599001","notiType":"60","pgCno":"26040110000010990901","shopOrderNo":"ORD-60","amount":"7000","transactionDate":"20260401100000","statusCode":"OP01"}';

/** 정상취소 in EUC-KR, which is no UTF-8. */
export const EUC_KR_CANCELLED = [0xc1, 0xa4, 0xbb, 0xf3, 0xc3, 0xeb, 0xbc, 0xd2] as const;

export const NOON_KST = Date.parse("2026-01-14T12:00:00+09:00");

/** The first sample of a kind, parsed. */
export function sampleOf(kind: string, at = 0): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON_SAMPLES[kind]?.[at] ?? "null");
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
