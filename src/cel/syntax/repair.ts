import type { Edit } from '../../diagnostic/range.ts';
import { byteCount, SIZE } from './byte-count.ts';
import { type Problem, problem } from './problem.ts';

/** Longest source for which a repair is looked for: each one is parsed. */
const LONGEST = 1000;

const TEXT = String.raw`'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"`;
const CHAIN = String.raw`[A-Za-z_]\w*(?:\.\??\w+|\[[^\]]*\]|\([^()]*\))*`;
const VALUE = `(?:${TEXT}|${CHAIN}|-?\\d+|\\[[^\\]]*\\])`;

/** Notation of another language, with its notation in CEL for the groups of a match; undefined if it has none. */
type Rule = readonly [RegExp, (...groups: string[]) => string | undefined];

/** Whole notations of other languages. The first whose result is a valid expression counts. */
const RULES: readonly Rule[] = [
  [new RegExp(`(${VALUE})\\s+not\\s+in\\s+(${VALUE})`, 'i'), (value, list) => `!(${value} in ${list})`],
  [new RegExp(`\\bnot\\s+(${VALUE})\\s+in\\s+(${VALUE})`, 'i'), (value, list) => `!(${value} in ${list})`],
  [
    new RegExp(`(${CHAIN})\\s*([=!])~\\s*/((?:[^/\\\\\\n]|\\\\.)+)/`),
    (text, sign, pattern) => `${sign === '!' ? '!' : ''}${text}.matches(${regex(pattern)})`,
  ],
  [
    new RegExp(`(${CHAIN})\\s*([=!])~\\s*(${TEXT})`),
    (text, sign, pattern) => `${sign === '!' ? '!' : ''}${text}.matches(${pattern})`,
  ],
  [
    new RegExp(`/((?:[^/\\\\\\n]|\\\\.)+)/[a-z]*\\.(?:test|match)\\((${VALUE})\\)`),
    (pattern, text) => `${text}.matches(${regex(pattern)})`,
  ],
  [
    new RegExp(`(${CHAIN})\\.(?:match|matches|test)\\(/((?:[^/\\\\\\n]|\\\\.)+)/[a-z]*\\)`),
    (text, pattern) => `${text}.matches(${regex(pattern)})`,
  ],
  [new RegExp(`(${CHAIN})\\s+like\\s+(${TEXT})`, 'i'), like],
  [
    new RegExp(`(${CHAIN})\\s+(matches|contains|starts_?with|ends_?with)\\s+(${VALUE})`, 'i'),
    (text, name, part) => `${text}.${methodOf(name)}(${part})`,
  ],
  [new RegExp(`(${CHAIN})\\s+has\\s+([A-Za-z_]\\w*)`), (value, field) => `has(${value}.${field})`],
  [new RegExp(`(${CHAIN})\\s*\\?\\?\\s*(${VALUE})`), withDefault],
  [
    new RegExp(`(${CHAIN})\\?\\.([A-Za-z_]\\w*)(?=\\s*[=!]=\\s*['"])`),
    (value, field) => `${value}.?${field}.orValue('')`,
  ],
  [new RegExp(`(${CHAIN})\\?\\.([A-Za-z_]\\w*)`), (value, field) => `${value}.?${field}`],
  [/[“”„‟]([^“”„‟'\n]*)[“”„‟]/, (text) => `'${text}'`],
  [/[‘’‚]([^‘’‚'\n]*)[‘’‚]/, (text) => `'${text}'`],
  [/`([^`'\n]*[^\w`'\n][^`'\n]*)`/, (text) => `'${text}'`],
  [/^\s*if\s+(.+?)\s+then\s+(.+?)\s+else\s+(.+?)\s*$/s, (test, yes, no) => `${test} ? ${yes} : ${no}`],
  [
    /^\s*if\s*\((.+?)\)\s*\{?\s*(?:return\s+)?(.+?);?\s*\}?\s*else\s*\{?\s*(?:return\s+)?(.+?);?\s*\}?\s*$/s,
    (test, yes, no) => `${test} ? ${yes} : ${no}`,
  ],
  [/^\s*(.+?)\s+if\s+(.+?)\s+else\s+(.+?)\s*$/s, (yes, test, no) => `${test} ? ${yes} : ${no}`],
  [
    new RegExp(`^\\s*some\\s+(\\w+)\\s+in\\s+(${VALUE})\\s*[;\\n]\\s*(.+?)\\s*$`, 's'),
    (name, list, test) => `${list}.exists(${name}, ${test})`,
  ],
  [
    new RegExp(`^\\s*every\\s+(\\w+)\\s+in\\s+(${VALUE})\\s*\\{\\s*(.+?)\\s*\\}\\s*$`, 's'),
    (name, list, test) => `${list}.all(${name}, ${test})`,
  ],
  [
    new RegExp(
      `(${CHAIN})\\.(some|any|exists|every|all|filter|map)\\(\\s*\\(?(\\w+)\\)?\\s*[=-]>\\s*([^()]+)\\)`,
    ),
    (list, name, variable, body) => `${list}.${MACROS.get(name) ?? name}(${variable}, ${body})`,
  ],
  [
    /\.(some|any|exists|every|all|filter|map)\(\s*\(?(\w+)\)?\s*[=-]>\s*/,
    (name, variable) => `.${MACROS.get(name) ?? name}(${variable}, `,
  ],
  [/\bin\s*\(([^()]+,[^()]*)\)/, (elements) => `in [${elements.trim()}]`],
  [/\bin\s*\{([^{}:]+)\}/, (elements) => `in [${elements.trim()}]`],
  [/^\s*\$\{(.+)\}\s*$/s, (inner) => inner.trim()],
  [/^\s*\{\{(.+)\}\}\s*$/s, (inner) => inner.trim()],
  [/\$\{\s*([^{}]+?)\s*\}/, hole],
  [/\{\{\s*([^{}]+?)\s*\}\}/, hole],
  [/^\s*not\s*\((.+)\)\s*$/is, (inner) => `!(${inner})`],
  [new RegExp(`\\bnot\\s+(${VALUE})\\s*(?=$|&&|\\|\\||\\))`, 'i'), (value) => `!${value}`],
  [/^\s*not\s+(.+?)\s*$/is, (inner) => `!(${inner})`],
  [/^\s*(?:allow|deny)\s*(?:if\s*)?\{\s*(.+?)\s*\}\s*$/s, (inner) => inner],
  [
    new RegExp(`(${CHAIN})\\s*([=!]=)\\s*(${TEXT})\\s*(&&|\\|\\|)\\s*([=!]=)\\s*(${TEXT})`),
    (value, first, text, logic, second, other) =>
      `${value} ${first} ${text} ${logic} ${value} ${second} ${other}`,
  ],
  [SIZE, byteCount],
  [/(?<![\w.'"])(\d{1,15}(?:_\d{1,15})+)\b/, (digits) => digits.replaceAll('_', '')],
  [/<>/, () => '!='],
  [/\s*;\s*$/, () => ''],
];

/** An expression of a text, `${x}`, as an operand. */
function hole(inner = ''): string {
  return new RegExp(`^${CHAIN}$`).test(inner) ? inner : `(${inner})`;
}

/** Macros by their name in other languages. */
const MACROS: ReadonlyMap<string, string> = new Map([
  ['some', 'exists'],
  ['any', 'exists'],
  ['every', 'all'],
]);

/** Notations that no expression of CEL replaces, with help. */
const ELSEWHERE: readonly (readonly [RegExp, (...groups: string[]) => string])[] = [
  [
    /^\s*(?:let|var|const)?\s*([A-Za-z_]\w*)\s*:?=(?!=)\s*([^\n;]{1,80})/,
    (name, value) =>
      `an expression assigns nothing: write \`${name}: ${value.trim()}\` under \`variables\` of the policy, and read \`variables.${name}\``,
  ],
  [
    /\b[A-Z]\w*::/,
    () => 'a policy has no entities: compare `caller.principal` or a claim such as `jwt.claims.roles`',
  ],
];

/**
 * The problems of a source that is not valid. If it is valid in another notation, the only problem names that text.
 * `isValid` parses a source.
 */
export function repaired(
  source: string,
  problems: readonly Problem[],
  isValid: (source: string) => boolean,
): readonly Problem[] {
  const [first] = problems;
  if (first === undefined || first.code !== 'cel_syntax' || source.length > LONGEST) return problems;
  // White space at the end is that of a block of YAML.
  const text = source.trimEnd();
  const edit = repairOf(text, isValid) ?? joinedLines(text, isValid);
  if (edit !== undefined) return [withEdit(source, problems, first, edit)];
  const help = elsewhere(source);
  if (help !== undefined) return [problem(first.code, first, first.message, help)];
  const closed = closing(source, first, isValid);
  return closed === undefined ? problems : [{ ...first, edit: closed }];
}

/** The edits of one rule after another, as one edit. */
function repairOf(source: string, isValid: (source: string) => boolean): Edit | undefined {
  for (const [pattern, rewrite] of RULES) {
    const match = pattern.exec(source);
    const text = match === null ? undefined : rewrite(...match.slice(1).map((group) => group ?? ''));
    if (match === null || text === undefined) continue;
    const edit = { start: match.index, end: match.index + match[0].length, text };
    const next = applied(source, edit);
    if (isValid(next)) return edit;
    // The same notation may be there several times.
    const all = source.replaceAll(new RegExp(pattern.source, `${pattern.flags}g`), (whole) => {
      const groups = pattern.exec(whole)?.slice(1);
      return (groups && rewrite(...groups.map((group) => group ?? ''))) ?? whole;
    });
    if (all !== next && isValid(all)) return difference(source, all);
  }
  return undefined;
}

/** Lines that are conditions of their own, all of which hold in other languages. */
function joinedLines(source: string, isValid: (source: string) => boolean): Edit | undefined {
  const lines = source.trim().split('\n');
  if (lines.length < 2 || lines.length > 10 || !lines.every((line) => line.trim() !== '' && isValid(line)))
    return undefined;
  const text = lines.map((line) => (/\|\||\?/.test(line) ? `(${line.trim()})` : line.trim())).join(' && ');
  return isValid(text) ? { start: 0, end: source.length, text } : undefined;
}

function elsewhere(source: string): string | undefined {
  for (const [pattern, help] of ELSEWHERE) {
    const match = pattern.exec(source);
    if (match !== null) return help(...match.slice(1).map((group) => group ?? ''));
  }
  return undefined;
}

/** The missing bracket at the end of the source. */
function closing(
  source: string,
  { help = '' }: Problem,
  isValid: (source: string) => boolean,
): Edit | undefined {
  const [, bracket] = /^close it with `(.)`$/.exec(help) ?? [];
  const end = source.trimEnd().length;
  if (bracket === undefined || !isValid(source.slice(0, end) + bracket)) return undefined;
  return { start: end, end, text: bracket };
}

function withEdit(source: string, problems: readonly Problem[], first: Problem, edit: Edit): Problem {
  const near =
    problems.find(
      ({ start, end }) => start < Math.max(edit.end, edit.start + 1) && edit.start < Math.max(end, start + 1),
    ) ?? first;
  const text = edit.text.trim();
  const removed = source.slice(edit.start, edit.end).trim();
  const help =
    text === ''
      ? `remove \`${removed}\``
      : /`|\n/.test(text)
        ? 'write it in the notation of CEL'
        : `write \`${text}\``;
  return { ...near, help, edit };
}

function applied(source: string, { start, end, text }: Edit): string {
  return source.slice(0, start) + text + source.slice(end);
}

/** The smallest edit from one text to another. */
function difference(from: string, to: string): Edit {
  let start = 0;
  while (from[start] === to[start]) start++;
  let tail = 0;
  while (tail < Math.min(from.length, to.length) - start && from.at(-1 - tail) === to.at(-1 - tail)) tail++;
  return { start, end: from.length - tail, text: to.slice(start, to.length - tail) };
}

/** A raw text of CEL with a regular expression. */
function regex(pattern: string): string {
  const plain = pattern.replaceAll('\\/', '/');
  if (!plain.includes('\\')) return plain.includes("'") ? `"${plain}"` : `'${plain}'`;
  return plain.includes("'") ? `r"${plain}"` : `r'${plain}'`;
}

/** The method for a pattern with `*` or `%` at its ends. */
function like(value: string, quoted: string): string | undefined {
  const [, before, inner = '', after] = /^([*%]?)([^*%_\\]*)([*%]?)$/.exec(quoted.slice(1, -1)) ?? [];
  if (before === undefined || inner === '') return undefined;
  const text = `'${inner}'`;
  if (before !== '' && after !== '') return `${value}.contains(${text})`;
  if (after !== '') return `${value}.startsWith(${text})`;
  return before === '' ? `${value} == ${text}` : `${value}.endsWith(${text})`;
}

function methodOf(name: string): string {
  const plain = name.toLowerCase().replace('_', '');
  return plain.replace('with', 'With');
}

/** A value with a default for a missing field or key. */
function withDefault(value: string, other: string): string | undefined {
  const optional = value.endsWith(']')
    ? value.replace(/\[\??([^[\]]*)\]$/, '[?$1]')
    : value.replace(/\.\??(\w+)$/, '.?$1');
  return optional === value && !value.includes('?') ? undefined : `${optional}.orValue(${other})`;
}
