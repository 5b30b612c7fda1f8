import { wordOfIpv4, wordsOfIpv6 } from '../../cel/value/ip.ts';

/** Letters, digits and hyphens, the latter not at an end; at most 63 of them. */
const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/;
const MAX_LABEL = 63;
/** Characters of a host name without the dot at its end. */
const MAX_NAME = 253;

function isLabel(text: string): boolean {
  return text.length <= MAX_LABEL && LABEL.test(text);
}

/** True for a host name, perhaps with a dot at its end. The last label is not a number. */
export function isHostname(text: string): boolean {
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  if (name.length > MAX_NAME) return false;
  const labels = name.split('.');
  return labels.every(isLabel) && !/^[0-9]*$/.test(labels.at(-1) ?? '');
}

/** True for the address of an email as HTML defines it for forms, which is less than RFC 5322 permits. */
export function isEmail(text: string): boolean {
  const at = text.indexOf('@');
  if (at < 1 || !/^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]*$/.test(text.slice(0, at))) return false;
  return text
    .slice(at + 1)
    .split('.')
    .every(isLabel);
}

/** Version of an IP address: 4, 6, or 0 for either. */
type Version = number | bigint;

export function isIp(text: string, version: Version = 0): boolean {
  const isEither = version === 0;
  return (
    ((isEither || version === 4) && wordOfIpv4(text) !== undefined) ||
    ((isEither || version === 6) && isIpv6(text))
  );
}

/** An IPv6 address, perhaps with a zone (RFC 4007), which is any text. */
function isIpv6(text: string): boolean {
  const percent = text.indexOf('%');
  if (percent === text.length - 1) return false;
  return wordsOfIpv6(percent < 0 ? text : text.slice(0, percent)) !== undefined;
}

/** True for an address with the length of a prefix; if `isStrict`, without a bit after the prefix. */
export function isIpPrefix(text: string, version: Version = 0, isStrict = false): boolean {
  const slash = text.indexOf('/');
  const length = text.slice(slash + 1);
  if (slash < 0 || !/^(?:0|[1-9][0-9]{0,2})$/.test(length)) return false;
  const words = wordsOf(text.slice(0, slash), version);
  const bits = Number(length);
  return words !== undefined && bits <= words.length * 32 && (!isStrict || isMasked(words, bits));
}

function wordsOf(text: string, version: Version): readonly number[] | undefined {
  const word = version === 0 || version === 4 ? wordOfIpv4(text) : undefined;
  if (word !== undefined) return [word];
  return version === 0 || version === 6 ? wordsOfIpv6(text) : undefined;
}

/** True if the bits after the first `bits` are zero. */
function isMasked(words: readonly number[], bits: number): boolean {
  return words.every((word, at) => {
    const kept = Math.min(32, Math.max(0, bits - at * 32));
    return kept === 32 || word % 2 ** (32 - kept) === 0;
  });
}

/** True for a host name, an IPv4 address or an IPv6 address in brackets, with a port that may be optional. */
export function isHostAndPort(text: string, isPortRequired: boolean): boolean {
  if (text.startsWith('[')) {
    const end = text.lastIndexOf(']');
    if (end < 0 || !isIp(text.slice(1, end), 6)) return false;
    const rest = text.slice(end + 1);
    return rest === '' ? !isPortRequired : rest.startsWith(':') && isPort(rest.slice(1));
  }
  const colon = text.lastIndexOf(':');
  const host = colon < 0 ? text : text.slice(0, colon);
  if (!isHostname(host) && !isIp(host, 4)) return false;
  return colon < 0 ? !isPortRequired : isPort(text.slice(colon + 1));
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9][0-9]{0,4})$/.test(text) && Number(text) <= 65_535;
}
