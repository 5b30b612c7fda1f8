import { computedPattern } from '../regex/pattern.ts';
import { MAX_LIST, MAX_TEXT, spend, TEXT_A_STEP } from '../value/budget.ts';
import { fail } from '../value/failure.ts';
import type { Int } from '../value/number.ts';
import { codePointAt, lengthOf, lowerAscii, unitAt, upperAscii } from '../value/text.ts';
import { bounded, TextBuilder } from './build.ts';
import { type Cost, ELEMENTS, FORMATTED, GATHERED, PREFIX, REPLACED, SEARCH, SPLIT, TEXT } from './cost.ts';
import { compileFormat, format, parseFormat } from './format.ts';
import { type FunctionDeclaration, method, overload } from './function.ts';
import { pattern } from './pattern-argument.ts';

const overText = { isTotal: true, cost: TEXT } as const;
const search = { isTotal: true, cost: SEARCH } as const;

/** Each character can become two. */
const QUOTED: Cost = { ...TEXT, size: (n) => 2 * n + 2 };

/** White space of Unicode. In contrast to JavaScript it includes NEL, and excludes the zero-width no-break space. */
const SPACE = '[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const LEADING_SPACE = new RegExp(`^${SPACE}+`);
const ONE_SPACE = new RegExp(`^${SPACE}$`);

export const STRINGS: readonly FunctionDeclaration[] = [
  {
    name: 'contains',
    doc: 'true if a string contains another',
    examples: [["'tacocat'.contains('coca')", 'true']],
    overloads: [method(['string', 'string'], 'bool', (text, part) => text.includes(part), search)],
  },
  {
    name: 'startsWith',
    doc: 'true if a string starts with another',
    examples: [["'/api/orders'.startsWith('/api/')", 'true']],
    overloads: [
      method(['string', 'string'], 'bool', (text, start) => text.startsWith(start), {
        isTotal: true,
        cost: PREFIX,
      }),
    ],
  },
  {
    name: 'endsWith',
    doc: 'true if a string ends with another',
    examples: [["'report.csv'.endsWith('.csv')", 'true']],
    overloads: [
      method(['string', 'string'], 'bool', (text, end) => text.endsWith(end), {
        isTotal: true,
        cost: PREFIX,
      }),
    ],
  },
  {
    name: 'matches',
    doc: "true if some part of a string matches a pattern in RE2's syntax; `^` and `$` anchor",
    examples: [
      ["'/api/v2/users'.matches('^/api/v[0-9]+/')", 'true'],
      ["matches('ABC', '(?i)b')", 'true'],
    ],
    overloads: [overload, method].map((form) =>
      form(
        ['string', 'string'],
        'bool',
        (text, pattern) => computedPattern(pattern).matches(text),
        pattern((text, compiled) => compiled.matches(text)),
      ),
    ),
  },
  {
    name: 'charAt',
    doc: 'the character at an index, counted from 0; empty at the end of the string',
    examples: [
      ["'a😀b'.charAt(1)", "'😀'"],
      ["'ab'.charAt(2)", "''"],
      ["'ab'.charAt(3)", 'error'],
    ],
    overloads: [
      method(['string', 'int'], 'string', (text, index) => codePointAt(text, unitOf(text, index)), {
        cost: TEXT,
      }),
    ],
  },
  {
    name: 'indexOf',
    doc: 'the index of the first occurrence of a string in another, from an index on; -1 if there is none',
    examples: [
      ["'hello mellow'.indexOf('ello')", '1'],
      ["'hello mellow'.indexOf('ello', 2)", '7'],
      ["'hello mellow'.indexOf('jello')", '-1'],
    ],
    overloads: [
      method(['string', 'string'], 'int', (text, part) => indexOf(text, part, 0), search),
      method(['string', 'string', 'int'], 'int', indexOf, { cost: SEARCH }),
    ],
  },
  {
    name: 'lastIndexOf',
    doc: 'the index of the last occurrence of a string in another, up to an index; -1 if there is none',
    examples: [
      ["'hello mellow'.lastIndexOf('ello')", '7'],
      ["'hello mellow'.lastIndexOf('ello', 6)", '1'],
    ],
    overloads: [
      method(['string', 'string'], 'int', lastIndexOf, search),
      method(['string', 'string', 'int'], 'int', lastIndexUpTo, { cost: SEARCH }),
    ],
  },
  {
    name: 'join',
    doc: 'the concatenation of the strings of a list, with a separator between them',
    examples: [["['a', 'b'].join(', ')", "'a, b'"]],
    overloads: [
      method(['list(string)'], 'string', (list) => join(list, ''), { cost: GATHERED }),
      method(['list(string)', 'string'], 'string', join, { cost: GATHERED }),
    ],
  },
  {
    name: 'lowerAscii',
    doc: 'the string with the letters A to Z in lower case; no other letter changes',
    examples: [["'TacoCÆt'.lowerAscii()", "'tacocÆt'"]],
    overloads: [method(['string'], 'string', lowerAscii, overText)],
  },
  {
    name: 'upperAscii',
    doc: 'the string with the letters a to z in upper case; no other letter changes',
    examples: [["'tacocæt'.upperAscii()", "'TACOCæT'"]],
    overloads: [method(['string'], 'string', upperAscii, overText)],
  },
  {
    name: 'replace',
    doc: 'the string with the occurrences of a part replaced, all of them or a given number',
    examples: [
      ["'hello hello'.replace('he', 'we')", "'wello wello'"],
      ["'hello hello'.replace('he', 'we', 1)", "'wello hello'"],
    ],
    overloads: [
      method(['string', 'string', 'string'], 'string', (text, from, to) => replace(text, from, to, -1), {
        cost: REPLACED,
      }),
      method(['string', 'string', 'string', 'int'], 'string', replace, { cost: REPLACED }),
    ],
  },
  {
    name: 'split',
    doc: 'the parts of a string between separators, at most as many as the limit',
    examples: [
      ["'a b c'.split(' ')", "['a', 'b', 'c']"],
      ["'a b c'.split(' ', 2)", "['a', 'b c']"],
      ["'é😀'.split('')", "['é', '😀']"],
    ],
    overloads: [
      method(['string', 'string'], 'list(string)', (text, separator) => split(text, separator, -1), {
        cost: SPLIT,
      }),
      method(['string', 'string', 'int'], 'list(string)', split, { cost: SPLIT }),
    ],
  },
  {
    name: 'substring',
    doc: 'the part of a string from one index up to, but not including, another, or to the end',
    examples: [
      ["'tacocat'.substring(4)", "'cat'"],
      ["'tacocat'.substring(0, 4)", "'taco'"],
      ["'tacocat'.substring(2, 1)", 'error'],
    ],
    overloads: [
      method(['string', 'int'], 'string', (text, start) => text.slice(unitOf(text, start)), { cost: TEXT }),
      method(['string', 'int', 'int'], 'string', substring, { cost: TEXT }),
    ],
  },
  {
    name: 'trim',
    doc: 'the string without white space at its ends',
    examples: [["'  \\ttrim\\n '.trim()", "'trim'"]],
    overloads: [method(['string'], 'string', trim, overText)],
  },
  {
    name: 'reverse',
    doc: 'the characters of a string, or the elements of a list, in reverse order',
    examples: [
      ["'gums'.reverse()", "'smug'"],
      ['[1, 2].reverse()', '[2, 1]'],
    ],
    overloads: [
      method(['string'], 'string', (text) => [...text].toReversed().join(''), {
        isTotal: true,
        cost: { ...TEXT, text: 'n', steps: (n) => n },
      }),
      method(['list(T)'], 'list(T)', (list) => list.toReversed(), { isTotal: true, cost: ELEMENTS }),
    ],
  },
  {
    name: 'strings.quote',
    doc: 'the string in double quotes, with its quotes, backslashes and control characters escaped',
    examples: [['strings.quote(\'a "b"\')', '\'"a \\\\"b\\\\""\'']],
    overloads: [overload(['string'], 'string', quote, { cost: QUOTED })],
  },
  {
    name: 'format',
    doc: 'the string with values in place of `%s` (any), `%d` (numbers), `%f` and `%e` (with `%.3f` digits), `%b`, `%o`, `%x` and `%X`; `%%` is a percent sign',
    examples: [
      ["'%s has %d'.format(['a', 3])", "'a has 3'"],
      ["'%.2f %x'.format([1.5, 255])", "'1.50 ff'"],
    ],
    overloads: [
      method(['string', 'list(dyn)'], 'string', (text, values) => format(parseFormat(text), values), {
        cost: FORMATTED,
        literal: { at: 0, parse: compileFormat, run: format },
      }),
    ],
  },
];

/** Position of a character in UTF-16 units. The end of the string is valid; fails on any other index. */
function unitOf(text: string, index: Int): number {
  const unit = index < 0 ? undefined : unitAt(text, Number(index));
  return unit ?? fail('index_out_of_range');
}

function indexOf(text: string, part: string, from: Int): number {
  const found = text.indexOf(part, unitOf(text, from));
  return found <= 0 ? found : lengthOf(text.slice(0, found));
}

function lastIndexOf(text: string, part: string): number {
  const found = text.lastIndexOf(part);
  return found <= 0 ? found : lengthOf(text.slice(0, found));
}

function lastIndexUpTo(text: string, part: string, upTo: Int): number {
  const found = text.lastIndexOf(part, unitOf(text, upTo));
  return found <= 0 ? found : lengthOf(text.slice(0, found));
}

function join(list: readonly unknown[], separator: string): string {
  const text = new TextBuilder();
  list.forEach((part, index) => {
    if (typeof part !== 'string') fail('no_such_overload');
    text.add(index === 0 ? part : separator + part);
  });
  return text.build();
}

/** Replaces the first `limit` occurrences of `from` by `to`; all of them if `limit` is negative. */
function replace(text: string, from: string, to: string, limit: Int): string {
  spend(SPLIT.steps(text.length, from.length, 0));
  // An empty string occurs before, between and after the characters, not the UTF-16 units.
  const parts = from === '' ? ['', ...text, ''] : text.split(from);
  const seams = limit < 0 || limit >= parts.length ? parts.length - 1 : Number(limit);
  const length = text.length + seams * to.length;
  if (length > MAX_TEXT) fail('text_too_long');
  spend(Math.floor(length / TEXT_A_STEP));
  return parts.reduce((done, part, index) => done + (index <= seams ? to : from) + part);
}

function split(text: string, separator: string, limit: Int): readonly string[] {
  const parts = separator === '' ? [...text] : text.split(separator);
  if (parts.length > MAX_LIST) fail('list_too_long');
  if (limit < 0 || limit >= parts.length) return parts;
  if (limit === 0) return [];
  const kept = Number(limit) - 1;
  return [...parts.slice(0, kept), parts.slice(kept).join(separator)];
}

function substring(text: string, start: Int, end: Int): string {
  if (start > end) fail('index_out_of_range');
  return text.slice(unitOf(text, start), unitOf(text, end));
}

function trim(text: string): string {
  let end = text.length;
  while (end > 0 && ONE_SPACE.test(text.charAt(end - 1))) end--;
  return text.slice(0, end).replace(LEADING_SPACE, '');
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  ['\\', '\\\\'],
  ['"', '\\"'],
]);

function quote(text: string): string {
  // oxlint-disable-next-line no-control-regex -- it looks for control characters
  const escaped = text.toWellFormed().replace(/[\u0007-\u000d\\"]/g, (found) => ESCAPES.get(found) ?? found);
  return bounded(`"${escaped}"`);
}
