import type { Edit } from '../../diagnostic/range.ts';
import { isPlainScalar, quoted } from './quote.ts';
import { locate } from './scalar-offset.ts';
import type { ScalarTree } from './tree.ts';

/** Longest scalar without quotes whose new text is checked for characters that require quotes. */
const LONGEST = 4096;

/**
 * The edit of the file that replaces a part of a scalar's value, in UTF-16 units of the value. A scalar without quotes
 * gets quotes if YAML would not read its new text as it is. Undefined for a very long one.
 */
export function editScalar(
  text: string,
  scalar: ScalarTree,
  { start, end, text: part }: Edit,
): Edit | undefined {
  const { style, range, content, value, within } = scalar;
  if (within !== undefined) {
    const offset = within.start;
    return editScalar(text, within.whole, { start: start + offset, end: end + offset, text: part });
  }
  const place = start === end ? pointAt(text, scalar, start) : locate(text, scalar, start, end);
  if (style === 'block') return { ...place, text: part };
  if (style === 'single') return { ...place, text: part.replaceAll("'", "''") };
  if (style === 'double') return { ...place, text: part.replaceAll(/["\\]/g, '\\$&') };
  const old = typeof value === 'string' ? value : text.slice(content.start, content.end);
  const next = old.slice(0, start) + part + old.slice(end);
  if (next.length > LONGEST) return undefined;
  const isSame = isPlainScalar(next, true) || (!isPlainScalar(old, true) && isPlainScalar(next, false));
  if (isSame) return { ...place, text: part };
  return {
    ...range,
    text: quoted(next, next.includes('"') && !next.includes("'") ? 'single' : 'double', false),
  };
}

/** The empty range before a unit of the value. */
function pointAt(
  text: string,
  scalar: ScalarTree,
  unit: number,
): { readonly start: number; readonly end: number } {
  if (unit === 0) return { start: scalar.content.start, end: scalar.content.start };
  const { end } = locate(text, scalar, unit - 1, unit);
  return { start: end, end };
}
