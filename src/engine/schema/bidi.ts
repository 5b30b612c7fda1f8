/** Blocks of scripts that are written from right to left. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * Class of a code point that a label of a host name may have (RFC 5893, section 2): `R` for R and AL, `N` for NSM, `O` for
 * signs of no direction.
 */
type BidiClass = 'L' | 'R' | 'AN' | 'EN' | 'N' | 'O';

function classOf(point: string): BidiClass {
  if (/^\p{Mn}$/u.test(point)) return 'N';
  if (/^[0-9\u06f0-\u06f9]$/.test(point)) return 'EN';
  if (/^[\u0660-\u0669\u{10d30}-\u{10d39}]$/u.test(point)) return 'AN';
  if (RIGHT_TO_LEFT.test(point)) return 'R';
  return /^[\p{L}\p{Mc}\p{Nd}]$/u.test(point) ? 'L' : 'O';
}

/** True for labels, decoded, of which each fits beside one that is written from right to left, or if there is none. */
export function fitsBidi(labels: readonly string[]): boolean {
  if (!labels.some((label) => RIGHT_TO_LEFT.test(label))) return true;
  const all = labels.map((label) => [...label].map(classOf));
  const isBidi = all.some((classes) => classes.includes('R') || classes.includes('AN'));
  return !isBidi || all.every(fits);
}

/** The six conditions of RFC 5893, section 2. */
function fits(classes: readonly BidiClass[]): boolean {
  const last = classes.findLast((each) => each !== 'N');
  if (last === undefined) return false;
  const has = (wanted: BidiClass): boolean => classes.includes(wanted);
  switch (classes[0]) {
    case 'R':
      return !has('L') && last !== 'O' && !(has('EN') && has('AN'));
    case 'L':
      return !has('R') && !has('AN') && (last === 'L' || last === 'EN');
    default:
      return false;
  }
}
