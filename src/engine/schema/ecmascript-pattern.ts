/** White space of ECMA-262 (`WhiteSpace` and `LineTerminator`), and everything else, as ranges of RE2. */
const SPACE =
  '\\t-\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}';
const NOT_SPACE =
  '\\x{0}-\\x{8}\\x{e}-\\x{1f}!-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}' +
  '\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}';

/** Long names of general categories (UAX 44, table 12), which ECMA-262 takes and RE2 does not. */
const CATEGORIES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    L: 'Letter',
    LC: 'Cased_Letter',
    Lu: 'Uppercase_Letter',
    Ll: 'Lowercase_Letter',
    Lt: 'Titlecase_Letter',
    Lm: 'Modifier_Letter',
    Lo: 'Other_Letter',
    M: 'Mark Combining_Mark',
    Mn: 'Nonspacing_Mark',
    Mc: 'Spacing_Mark',
    Me: 'Enclosing_Mark',
    N: 'Number',
    Nd: 'Decimal_Number digit',
    Nl: 'Letter_Number',
    No: 'Other_Number',
    P: 'Punctuation punct',
    Pc: 'Connector_Punctuation',
    Pd: 'Dash_Punctuation',
    Ps: 'Open_Punctuation',
    Pe: 'Close_Punctuation',
    Pi: 'Initial_Punctuation',
    Pf: 'Final_Punctuation',
    Po: 'Other_Punctuation',
    S: 'Symbol',
    Sm: 'Math_Symbol',
    Sc: 'Currency_Symbol',
    Sk: 'Modifier_Symbol',
    So: 'Other_Symbol',
    Z: 'Separator',
    Zs: 'Space_Separator',
    Zl: 'Line_Separator',
    Zp: 'Paragraph_Separator',
    C: 'Other',
    Cc: 'Control cntrl',
    Cf: 'Format',
    Cs: 'Surrogate',
    Co: 'Private_Use',
    Cn: 'Unassigned',
  }).flatMap(([short, names]) => names.split(' ').map((name) => [name, short] as const)),
);

/**
 * A pattern of ECMA-262, as JSON Schema has them, for RE2: `\s` is all white space of Unicode, and categories and scripts
 * have the names that RE2 knows. Throws for a back reference to a name, which RE2 would read as text.
 */
export function asRe2Pattern(pattern: string): string {
  let isInClass = false;
  return pattern.replace(
    /\\p\{(?:(?:General_Category|gc|Script|sc)=)?(\w+)\}|\\P\{(?:(?:General_Category|gc|Script|sc)=)?(\w+)\}|\\[^]|\[|\]/gu,
    (part, is?: string, not?: string) => {
      if (part === '\\k') throw new Error('a back reference: `\\k`');
      if (part === '[') isInClass = true;
      if (part === ']') isInClass = false;
      if (part === '\\s') return isInClass ? SPACE : `[${SPACE}]`;
      if (part === '\\S') return isInClass ? NOT_SPACE : `[${NOT_SPACE}]`;
      if (is !== undefined) return `\\p{${CATEGORIES.get(is) ?? is}}`;
      return not === undefined ? part : `\\P{${CATEGORIES.get(not) ?? not}}`;
    },
  );
}
