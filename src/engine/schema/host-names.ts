import { fitsBidi } from './bidi.ts';
import { decodePunycode, encodedLength } from './punycode.ts';

/** Octets of a label and of a name (RFC 1035, section 2.3.4). */
const MAX_LABEL = 63;
const MAX_NAME = 253;

/** True for an internationalized host name (RFC 5890, section 2.3.2.3), with U-labels, A-labels and others. */
export function isIdnHostname(text: string): boolean {
  // The dots of RFC 3490, section 3.1.
  const labels = text.split(/[.\u3002\uff0e\uff61]/);
  const length = labels.reduce((sum, label) => sum + encodedLength(label) + 1, -1);
  if (length > MAX_NAME) return false;
  const texts = labels.map(textOfLabel);
  return texts.every((text) => text !== undefined) && fitsBidi(texts);
}

/** A label with the characters that an A-label encodes; undefined if it is not valid. */
function textOfLabel(label: string): string | undefined {
  if (label === '' || encodedLength(label) > MAX_LABEL) return undefined;
  if (/^xn--/i.test(label)) {
    const text = decodePunycode(label.slice(4));
    // An A-label encodes a U-label, which has a character beyond ASCII.
    return text !== undefined && /[^\p{ASCII}]/u.test(text) && isULabel(text) ? text : undefined;
  }
  // oxlint-disable-next-line no-control-regex -- all of ASCII
  const fits = /^[\u0000-\u007f]*$/.test(label)
    ? /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i.test(label) && !/^..--/.test(label)
    : isULabel(label);
  return fits ? label : undefined;
}

/** RFC 5891, section 4.2, without the rule for right-to-left scripts, which is about all labels of a name. */
function isULabel(label: string): boolean {
  if (/^-|-$|^..--/u.test(label) || /^\p{M}/u.test(label) || label !== label.normalize('NFC')) return false;
  const points = [...label];
  return points.every((point, at) => isValid(point) || isInContext(points, at));
}

/** Code points with a rule of their own in RFC 5892, section 2.6. */
const VALID = /^[\u00df\u03c2\u06fd\u06fe\u0f0b\u3007]$/;
const INVALID =
  /^(?:\u0640|\u07fa|\u302e|\u302f|[\u3031-\u3035]|\u303b|[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff])$/;

/** RFC 5892, section 3: letters, marks and digits that do not change when they are folded, and the hyphen. */
function isValid(point: string): boolean {
  if (/^[a-z0-9-]$/i.test(point) || VALID.test(point)) return true;
  if (INVALID.test(point) || !/^[\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}]$/u.test(point)) return false;
  if (/^[\u0660-\u0669\u06f0-\u06f9\p{Default_Ignorable_Code_Point}]$/u.test(point)) return false;
  const folded = point.normalize('NFKC').toLowerCase().normalize('NFKC');
  return folded === point;
}

/** Viramas (canonical combining class 9), before which a joiner may be. */
const VIRAMA =
  /^[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u0e3a\u0eba\u0f84\u1039\u103a\u1714\u1734\u17d2\u1a60\u1b44\u1baa\u1bab\u1bf2\u1bf3\u2d7f\ua806\ua8c4\ua953\ua9c0\uaaf6\uabed]$/;

/** RFC 5892, appendix A. */
function isInContext(points: readonly string[], at: number): boolean {
  const before = points[at - 1] ?? '';
  const after = points[at + 1] ?? '';
  const has = (wanted: RegExp): boolean => points.some((point) => wanted.test(point));
  switch (points[at]) {
    case '\u200c':
      return VIRAMA.test(before) || (isJoining(before) && isJoining(after));
    case '\u200d':
      return VIRAMA.test(before);
    case '\u00b7':
      return before === 'l' && after === 'l';
    case '\u0375':
      return /\p{Script=Greek}/u.test(after);
    case '\u05f3':
    case '\u05f4':
      return /\p{Script=Hebrew}/u.test(before);
    case '\u30fb':
      return has(/^(?!\u30fb)[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u);
    default: {
      const point = points[at] ?? '';
      if (/^[\u0660-\u0669]$/.test(point)) return !has(/^[\u06f0-\u06f9]$/);
      return /^[\u06f0-\u06f9]$/.test(point) && !has(/^[\u0660-\u0669]$/);
    }
  }
}

/** Letters of scripts whose letters join. */
function isJoining(point: string): boolean {
  return /^(?=\p{L}|\p{M})[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Nko}]/u.test(
    point,
  );
}
