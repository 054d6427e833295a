// The samples of KICC's protocol page, section 5, byte for byte; and by name, makers of unique messages in the same
// format.
import {
  type Cancellation,
  bareIds,
  failed,
  inEucKr,
  inUsdCents,
  minimal,
  newCancellation,
  oddities,
  partOf,
  succeeded,
} from "./messages.ts";
import { encodeEucKr } from "./euc-kr.ts";
import type { Random } from "./random.ts";

/** The text is null where the bytes are not UTF-8. */
export interface Sample extends NamedBody {
  readonly text: string | null;
}

export interface NamedBody {
  readonly name: SampleName;
  readonly body: Uint8Array;
}

export type SampleName = keyof typeof MAKERS;

/** In the order in which KICC would send them: failed before succeeded. */
const MAKERS = {
  full: (cancellation: Cancellation) => succeeded(cancellation),
  "partial-1": (cancellation: Cancellation) => succeeded(partOf(cancellation, 1)),
  "partial-2": (cancellation: Cancellation) => succeeded(partOf(cancellation, 2)),
  failed: (cancellation: Cancellation) => failed(cancellation),
  succeeded: (cancellation: Cancellation) => succeeded(cancellation, { resMsg: "정상취소" }),
  minimal,
  oddities,
  "usd-cents": inUsdCents,
  "bare-ids": bareIds,
  "euc-kr": inEucKr,
} as const;

export const SAMPLE_NAMES = Object.keys(MAKERS) as readonly SampleName[];

/** Those of one group tell of one cancellation or of one payment. */
const GROUPS: Partial<Record<SampleName, string>> = {
  "partial-1": "parts",
  "partial-2": "parts",
  failed: "failed, then succeeded",
  succeeded: "failed, then succeeded",
};

const TEXTS: Readonly<Record<Exclude<SampleName, "euc-kr">, string>> = {
  full: '{"resCd":"0000","resMsg":"Success","mallId":"T0099001","shopOrderNo":"ORD-20260113-0007","pgCno":"26011314205510990001","cancelPgCno":"26011409120310990042","cancelDate":"20260114091210","amountInfo":{"currency":"KRW","amount":51000}}',
  "partial-1":
    '{"resCd":"0000","resMsg":"Success","mallId":"T0099001","shopOrderNo":"ORD-20260113-0008","pgCno":"26011315010210990003","cancelPgCno":"26011411000110990050","cancelDate":"20260114110004","amountInfo":{"currency":"KRW","amount":12000}}',
  "partial-2":
    '{"resCd":"0000","resMsg":"Success","mallId":"T0099001","shopOrderNo":"ORD-20260113-0008","pgCno":"26011315010210990003","cancelPgCno":"26011516302210990061","cancelDate":"20260115163027","amountInfo":{"currency":"KRW","amount":9000}}',
  failed:
    '{"resCd":"W901","resMsg":"잔액 부족으로 취소할 수 없습니다","mallId":"05599001","shopOrderNo":"202601137159069","pgCno":"26011320441810990007","cancelPgCno":"26011410000510990045"}',
  succeeded:
    '{"resCd":"0000","resMsg":"정상취소","mallId":"05599001","shopOrderNo":"202601137159069","pgCno":"26011320441810990007","cancelPgCno":"26011410000510990045","cancelDate":"20260116083001","amountInfo":{"currency":"KRW","amount":33000}}',
  minimal: '{"resCd":"9999","resMsg":"System error"}',
  oddities:
    '{"resCd":"0000","resMsg":"정상처리","mallId":"05599001","shopOrderNo":"","pgCno":"26011320441810990007","cancelPgCno":"26011410000510990046","cancelDate":"20260114100011","amountInfo":{"currency":"00","amount":"1000","remainAmount":32000},"statusCode":"TS06","walletType":"WECHAT_CN","extInfo":{"a":[1,null]}}',
  "usd-cents":
    '{"resCd":"0000","resMsg":"Success","mallId":"05599002","shopOrderNo":"INTL-88","pgCno":"26020101020310990009","cancelPgCno":"26020211000010990010","cancelDate":"20260202110003","amountInfo":{"currency":"USD","amount":1203}}',
  "bare-ids": '{"resCd":"0000","resMsg":"ok","pgCno":26011314205510990001,"cancelPgCno":26011409120310990042}',
};

// The page gives only the bytes of 정상취소: this is its sample of a success with them.
const EUC_KR = encodeEucKr(TEXTS.succeeded);

export const SAMPLES: readonly Sample[] = SAMPLE_NAMES.map((name) => {
  if (name === "euc-kr") return { name, text: null, body: EUC_KR };
  return { name, text: TEXTS[name], body: new TextEncoder().encode(TEXTS[name]) };
});

/** One of this shape. Of one cancellation, the two parts belong together, and failed and succeeded do. */
export function makeBody(name: SampleName, cancellation: Cancellation): Uint8Array {
  return MAKERS[name](cancellation);
}

/**
 * One of each of the names, none of which was made for another serial.
 * @param serial unique up to 100,000 for one `now`
 */
export function makeBodies(
  names: readonly SampleName[],
  serial: number,
  random: Random,
  now: number,
): readonly NamedBody[] {
  const made = new Map<string, Cancellation>();
  return names.map((name) => {
    const group = GROUPS[name] ?? name;
    const place = SAMPLE_NAMES.indexOf(name);
    const cancellation = made.get(group) ?? newCancellation(serial * SAMPLE_NAMES.length + place, random, now);
    made.set(group, cancellation);
    return { name, body: makeBody(name, cancellation) };
  });
}
