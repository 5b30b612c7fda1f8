import { parseDocument } from 'yaml';

/** Quoting style of a scalar. */
export type Quotes = 'plain' | 'single' | 'double';

/** Text on one line in the given quoting style, or in another style if that one cannot represent it. */
export function quoted(text: string, quotes: Quotes, isInFlow: boolean): string {
  if (quotes === 'plain' && plainValue(text, isInFlow) === text) return text;
  const single = `'${text.replaceAll("'", "''")}'`;
  if (quotes === 'single') return single;
  return /["\\]/.test(text) && !(quotes === 'double') ? single : `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** True if YAML reads the text without quotes as one scalar, which may be a number or boolean. */
export function isPlainScalar(text: string, isInFlow: boolean): boolean {
  return String(plainValue(text, isInFlow)) === text;
}

/** The value that YAML reads for a text without quotes; undefined if it is not a single scalar. */
function plainValue(text: string, isInFlow: boolean): unknown {
  const { contents, errors } = parseDocument(isInFlow ? `[${text}]` : `- ${text}`, {
    logLevel: 'silent',
    keepSourceTokens: true,
    prettyErrors: false,
  });
  const value: unknown = errors.length === 0 ? contents?.toJSON() : undefined;
  return Array.isArray(value) && value.length === 1 ? value[0] : undefined;
}
