// Encodes text in EUC-KR, as KICC's related interfaces write it. Characters outside KS X 1001 become "?".

const FIRST = 0xa1;
const LAST = 0xfe;

export function encodeEucKr(text: string): Uint8Array {
  const pairs = koreanPairs();
  const bytes: number[] = [];
  for (const character of text) {
    const pair = pairs.get(character);
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) bytes.push(code);
    else bytes.push(...(pair ?? [0x3f]));
  }
  return Uint8Array.from(bytes);
}

/** Node decodes EUC-KR but does not encode it: the table is the decoder, turned round. */
function koreanPairs(): ReadonlyMap<string, readonly number[]> {
  if (known !== null) return known;
  const decoder = new TextDecoder("euc-kr");
  known = new Map();
  for (let first = FIRST; first <= LAST; first++) {
    for (let second = FIRST; second <= LAST; second++) {
      const character = decoder.decode(Uint8Array.of(first, second));
      if (!character.includes("\u{fffd}")) known.set(character, [first, second]);
    }
  }
  return known;
}

let known: Map<string, readonly number[]> | null = null;
