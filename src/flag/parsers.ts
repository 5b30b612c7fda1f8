import { Problem } from './flag.ts';

export function text(written: string): string {
  return written;
}

export function nonEmptyText(written: string): string | Problem {
  return written === '' ? new Problem('is empty') : written;
}

function absolutePath(written: string): string | Problem {
  return written.startsWith('/') ? written : new Problem('does not begin with `/`');
}

/** A path, the `*` of `OPTIONS *`, or nothing, as in CONNECT. */
export function requestPath(written: string): string | Problem {
  return written === '*' || written === '' ? written : absolutePath(written);
}

/** A host with or without port, as in a `Host` header. */
export function hostAlone(written: string): string | Problem {
  return written.includes('/') ? new Problem('has a scheme or a path; write the host alone') : written;
}

export function wholeNumber(written: string): number | Problem {
  return parseDigits(written) ?? new Problem('is not a whole number');
}

export function positiveNumber(written: string): number | Problem {
  const number = parseDigits(written) ?? 0;
  return number > 0 ? number : new Problem('is not a whole number above zero');
}

/** Up to 100, with or without a fraction. */
export function percentage(written: string): number | Problem {
  const number = Number(written);
  const isPercentage = /^\d+(\.\d+)?$/.test(written) && number <= 100;
  return isPercentage ? number : new Problem('is not a number from 0 to 100');
}

/** A share: above 0, at most 1. */
export function fraction(written: string): number | Problem {
  const number = Number(written);
  const isFraction = /^\d+(\.\d+)?$/.test(written) && number > 0 && number <= 1;
  return isFraction ? number : new Problem('is not a number above 0 and up to 1');
}

export function trueOrFalse(written: string): boolean | Problem {
  if (written === 'true' || written === 'false') return written === 'true';
  return new Problem('is neither `true` nor `false`');
}

/** One of the words of a list. */
export function oneOf(words: readonly string[]): (written: string) => string | Problem {
  return (written) => {
    if (words.includes(written)) return written;
    return new Problem(`is not a known value; write ${alternatives(words)}`);
  };
}

function alternatives(words: readonly string[]): string {
  return words.join(', ').replace(/, (?=[^,]*$)/, ' or ');
}

/** Decimal digits as an exact integer. */
function parseDigits(written: string): number | undefined {
  const number = Number(written);
  return /^\d+$/.test(written) && Number.isSafeInteger(number) ? number : undefined;
}
