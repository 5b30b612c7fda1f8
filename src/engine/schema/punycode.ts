/** Parameters of RFC 3492, section 5. */
const BASE = 36;
const LEAST = 1;
const MOST = 26;
const SKEW = 38;
const DAMP = 700;
const FIRST_BIAS = 72;
const FIRST_CODE = 128;
/** Longest label in octets (RFC 1035, section 2.3.4), so that decoding is cheap. */
const MAX_LABEL = 63;

/** The text of a label without its prefix `xn--` (RFC 3492, section 6.2); undefined if it is not Punycode. */
export function decodePunycode(label: string): string | undefined {
  if (label.length > MAX_LABEL) return undefined;
  const hyphen = label.lastIndexOf('-');
  const output = hyphen > 0 ? Array.from(label.slice(0, hyphen), (char) => char.codePointAt(0) ?? 0) : [];
  let code = FIRST_CODE;
  let bias = FIRST_BIAS;
  let index = 0;
  let at = hyphen > 0 ? hyphen + 1 : 0;
  while (at < label.length) {
    const before = index;
    let weight = 1;
    for (let k = BASE; ; k += BASE) {
      const digit = digitOf(label.charCodeAt(at));
      at += 1;
      if (digit === undefined) return undefined;
      index += digit * weight;
      const threshold = thresholdOf(k, bias);
      if (digit < threshold) break;
      weight *= BASE - threshold;
      if (weight > Number.MAX_SAFE_INTEGER / BASE) return undefined;
    }
    bias = adapted(index - before, output.length + 1, before === 0);
    code += Math.floor(index / (output.length + 1));
    index %= output.length + 1;
    if (code > 0x10ffff) return undefined;
    output.splice(index, 0, code);
    index += 1;
  }
  return String.fromCodePoint(...output);
}

/** Number of octets of a label in Punycode with its prefix `xn--`; that of an ASCII label as it is. */
export function encodedLength(label: string): number {
  const points = [...label].map((char) => char.codePointAt(0) ?? 0);
  const basic = points.filter((point) => point < FIRST_CODE).length;
  if (basic === points.length) return label.length;
  let length = 'xn--'.length + basic + (basic > 0 ? 1 : 0);
  let code = FIRST_CODE;
  let delta = 0;
  let bias = FIRST_BIAS;
  let handled = basic;
  while (handled < points.length && length <= MAX_LABEL) {
    const next = Math.min(...points.filter((point) => point >= code));
    delta += (next - code) * (handled + 1);
    code = next;
    for (const point of points) {
      if (point < code) delta += 1;
      if (point !== code) continue;
      length += digitsOf(delta, bias);
      bias = adapted(delta, handled + 1, handled === basic);
      delta = 0;
      handled += 1;
    }
    delta += 1;
    code += 1;
  }
  return length;
}

function digitsOf(value: number, bias: number): number {
  let rest = value;
  let digits = 1;
  for (let k = BASE; ; k += BASE, digits += 1) {
    const threshold = thresholdOf(k, bias);
    if (rest < threshold) return digits;
    rest = Math.floor((rest - threshold) / (BASE - threshold));
  }
}

function digitOf(code: number): number | undefined {
  if (code >= 0x30 && code <= 0x39) return code - 0x30 + 26;
  const letter = (code | 0x20) - 0x61;
  return letter >= 0 && letter < 26 ? letter : undefined;
}

function thresholdOf(k: number, bias: number): number {
  return Math.min(Math.max(k - bias, LEAST), MOST);
}

function adapted(delta: number, points: number, isFirst: boolean): number {
  let rest = isFirst ? Math.floor(delta / DAMP) : delta >> 1;
  rest += Math.floor(rest / points);
  let k = 0;
  for (; rest > ((BASE - LEAST) * MOST) >> 1; k += BASE) rest = Math.floor(rest / (BASE - LEAST));
  return k + Math.floor(((BASE - LEAST + 1) * rest) / (rest + SKEW));
}
