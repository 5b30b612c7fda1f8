import { type Document, isCollection, isScalar, type Node, visit, type YAMLError } from 'yaml';
import type { Advice } from '../../diagnostic/advice.ts';
import type { Range } from '../../diagnostic/range.ts';
import { layoutMistake } from './layout-mistake.ts';

/** A mistake in the syntax of a document. */
export interface SyntaxMistake {
  readonly range: Range;
  /** One lower-case sentence without a full stop. */
  readonly message: string;
  readonly help: string | Advice | undefined;
}

/**
 * The first syntax mistake of a document; undefined if there is none. Further errors of the parser are mostly
 * consequences of the first and are not shown.
 */
export function syntaxMistake(document: Document.Parsed, text: string): SyntaxMistake | undefined {
  const { errors } = document;
  // A tab in the indentation also causes errors in earlier lines.
  const error = errors.find(({ code }) => code === 'TAB_AS_INDENT') ?? errors[0];
  if (error === undefined) return undefined;
  const isLayout = LAYOUT.has(error.code);
  return (
    (isLayout ? layoutMistake(text, document.range[0], error.pos[0]) : undefined) ??
    unclosedBracket(error, document) ??
    unclosedQuote(error, document) ??
    textAfterQuote(error, document, text) ??
    braceInText(error, text) ??
    wrongColumn(error, errors, text) ?? {
      range: rangeOf(error),
      message: sentence(error),
      help: / flow-(seq|map)-start /.test(error.message)
        ? 'within brackets, put text that has `[` or `{` in it in quotes'
        : (tabHelp(error, text) ??
          textAfterBracket(error, text) ??
          textAfterTag(error, text) ??
          helpFor(error)),
    }
  );
}

/** Codes of the parser for lines whose layout does not fit. */
const LAYOUT: ReadonlySet<string> = new Set([
  'BAD_INDENT',
  'BLOCK_AS_IMPLICIT_KEY',
  'IMPOSSIBLE',
  'MISSING_CHAR',
  'MULTILINE_IMPLICIT_KEY',
  'UNEXPECTED_TOKEN',
]);

/** Help with the edit that indents by two spaces for each tab, from the first line with one to the last. */
function tabHelp({ code }: YAMLError, text: string): Advice | undefined {
  const lines = code === 'TAB_AS_INDENT' ? [...text.matchAll(/^ *\t[ \t]*/gm)] : [];
  const [first] = lines;
  const last = lines.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const start = first.index;
  const end = last.index + last[0].length;
  const indented = text.slice(start, end).replaceAll(/^ *\t[ \t]*/gm, (tabs) => tabs.replaceAll('\t', '  '));
  return { help: 'indent with spaces', edit: { start, end, text: indented } };
}

/** Help for `when: [1].exists(...)`, where YAML reads the list as the whole value. */
function textAfterBracket({ code, pos: [at] }: YAMLError, text: string): string | undefined {
  if (code !== 'UNEXPECTED_TOKEN' || !/[\]}]\s*$/.test(text.slice(Math.max(0, at - 20), at)))
    return undefined;
  return /^[.[&|=!<>+*?]/.test(text.slice(at, at + 1))
    ? 'put an expression that starts with a bracket in quotes as a whole'
    : undefined;
}

/** Help for `when: !a || b`, where YAML reads `!a` as a tag and `|` as the header of a block scalar. */
function textAfterTag({ pos: [at] }: YAMLError, text: string): string | undefined {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  return /(?:^|[:[,-]\s+)!\S/.test(line)
    ? 'in YAML, `!` starts a tag: put the whole value in quotes'
    : undefined;
}

function helpFor({ code, message }: YAMLError): string | undefined {
  return HELP.find(([theirs]) => message.startsWith(theirs))?.[1] ?? BY_CODE.get(code)?.[1];
}

/** An unclosed bracket, located at the last opened bracket instead of the end of the text. */
function unclosedBracket({ message }: YAMLError, document: Document.Parsed): SyntaxMistake | undefined {
  if (!/^Flow (map|sequence)/.test(message)) return undefined;
  let last: { readonly offset: number; readonly source: string } | undefined;
  for (const { srcToken: token } of nodesOf(document)) {
    if (token?.type !== 'flow-collection') continue;
    const closing = token.start.source === '{' ? '}' : ']';
    if (token.end[0]?.source !== closing && token.start.offset >= (last?.offset ?? 0)) last = token.start;
  }
  if (last === undefined) return undefined;
  const { offset, source } = last;
  return {
    range: { start: offset, end: offset + 1 },
    message: `the \`${source}\` is not closed`,
    help: `close it with \`${source === '{' ? '}' : ']'}\``,
  };
}

function unclosedQuote({ message, pos }: YAMLError, document: Document.Parsed): SyntaxMistake | undefined {
  if (!message.startsWith('Missing closing')) return undefined;
  const opened = nodesOf(document).findLast((node) => isQuoted(node) && (node.range?.[0] ?? 0) < pos[0]);
  const start = opened?.range?.[0];
  if (start === undefined) return undefined;
  return {
    range: { start, end: start + 1 },
    message: 'the quote is not closed',
    help: 'close it on the same line',
  };
}

/** A mistake such as `when: 'a' in b`, where the value ends with the closing quote. */
function textAfterQuote(
  { code, pos: [from, to] }: YAMLError,
  document: Document.Parsed,
  text: string,
): SyntaxMistake | undefined {
  if (code !== 'UNEXPECTED_TOKEN') return undefined;
  const end = text.slice(0, from).trimEnd().length;
  const quoted = nodesOf(document).find((node) => isQuoted(node) && node.range?.[1] === end);
  const start = quoted?.range?.[0];
  if (start === undefined) return undefined;
  const whole = text.slice(start, to).trimEnd();
  const rest = text.slice(start + whole.length);
  const range = { start, end: start + whole.length };
  const message = 'unexpected text after the closing quote, which ends the value';
  // `"a.matches("/b")"`: the inner quotes end the value too early.
  const own = whole[0] ?? '';
  const other = own === '"' ? "'" : '"';
  if (/^[\w/]/.test(text.slice(end, from + 1)) && whole.endsWith(own) && !whole.includes(other)) {
    const inner = whole.slice(1, -1).replaceAll(own, other);
    return { range, message, help: `use other quotes inside: \`${own}${inner}${own}\`` };
  }
  const quote = ['"', "'"].find((each) => !whole.includes(each));
  if (quote === undefined || /[\n\\]/.test(whole) || !/^\s*([\n,\]}]|#|$)/.test(rest)) {
    return {
      range,
      message,
      help: 'put the whole expression in double quotes, and text in it in single quotes',
    };
  }
  const name = quote === '"' ? 'double' : 'single';
  const help = `put the whole expression in ${name} quotes: \`${quote}${whole}${quote}\``;
  return { range, message, help };
}

/** A mistake such as `[/loans/{id}]`: within brackets every brace opens a mapping. */
function braceInText({ code, pos: [at] }: YAMLError, text: string): SyntaxMistake | undefined {
  const before = /[^\s,[\]{}:]+$/.exec(text.slice(Math.max(0, at - 200), at))?.[0];
  if (text[at] !== '{' || before === undefined) return undefined;
  if (code !== 'MISSING_CHAR' && code !== 'UNEXPECTED_TOKEN') return undefined;
  const start = at - before.length;
  const whole = /^[^\s,[\]{}]+(\{[^\s,[\]{}]*\}[^\s,[\]{}]*)*/.exec(text.slice(start, start + 400))?.[0];
  const what = before.endsWith('$') ? 'a text with `${`' : 'a path with `{`';
  const help = `put ${what} in quotes${whole === undefined || /["'\\]/.test(whole) ? '' : `: \`"${whole}"\``}`;
  return {
    range: { start, end: start + (whole ?? before).length },
    message: 'unexpected `{` in plain text',
    help,
  };
}

/** A key in another column than the other keys of its mapping. */
function wrongColumn(
  { code, message, pos: [at] }: YAMLError,
  errors: readonly YAMLError[],
  text: string,
): SyntaxMistake | undefined {
  const left = message.startsWith('Sequence item without') || message.startsWith('All mapping items must');
  // YAML reads a key that is further right as a continuation of the text before it, up to the colon.
  const run = errors.find((other) => other.code === 'MULTILINE_IMPLICIT_KEY' && other.pos[0] === at);
  const right = code === 'BLOCK_AS_IMPLICIT_KEY' && run !== undefined ? run.pos[1] - 1 : undefined;
  if (!left && right === undefined) return undefined;
  const lineStart = text.lastIndexOf('\n', (right ?? at) - (left && text[at] === '\n' ? 0 : 1)) + 1;
  const [indent = ''] = /^ */.exec(text.slice(lineStart)) ?? [];
  const start = lineStart + indent.length;
  const [word = ''] = /^[^\s:]*/.exec(text.slice(start)) ?? [];
  const column = columnBeside(text.slice(0, lineStart), indent.length, left);
  return {
    range: { start, end: start + Math.max(1, word.length) },
    message: `${word === '' ? 'this line' : `\`${printed(word)}\``} starts in another column than the other keys of the mapping`,
    help:
      column === undefined
        ? 'start all keys of a mapping in the same column'
        : `start it in column ${column + 1}, as the other keys`,
  };
}

/** The likely indentation of the mapping of a misplaced line; a key after a dash is indented by the dash too. */
function columnBeside(above: string, indent: number, left: boolean): number | undefined {
  let least: number | undefined;
  for (const line of above.split('\n').toReversed().slice(0, 200)) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [lead = ''] = /^ *(- +)*/.exec(line) ?? [];
    if (!left) return lead.length;
    if (lead.length > indent && lead.length < (least ?? Infinity)) least = lead.length;
    if (line.search(/\S/) <= indent) break;
  }
  return least;
}

function nodesOf(document: Document.Parsed): readonly Node[] {
  const nodes: Node[] = [];
  visit(document, {
    Node: (_, node) => {
      if (isCollection(node) || isScalar(node)) nodes.push(node);
    },
  });
  return nodes;
}

function isQuoted(node: Node): boolean {
  return isScalar(node) && (node.type === 'QUOTE_SINGLE' || node.type === 'QUOTE_DOUBLE');
}

function printed(word: string): string {
  return word.length > 40 ? `${word.slice(0, 40)}…` : word;
}

function rangeOf({ pos: [start, end] }: YAMLError): Range {
  return { start, end: Math.max(end, start + 1) };
}

/** The message of the parser in the form of diagnostics, or a plainer one if it is written in terms of the grammar. */
function sentence({ code, message }: YAMLError): string {
  const first = message.split('\n')[0] ?? '';
  const known = PLAINER.find(([theirs]) => first.startsWith(theirs))?.[1] ?? BY_CODE.get(code)?.[0];
  if (known !== undefined) return known;
  const plain = first.replace(/[.:]$/, '');
  return /^[A-Z][a-z]/.test(plain) ? plain.charAt(0).toLowerCase() + plain.slice(1) : plain;
}

/** Help by the beginning of the message of the parser, where its code is too general. */
const HELP = [
  ['A block sequence may not be used as', 'start all items of a list in the same column'],
  ['Alias cannot be an empty string', 'put text that starts with `*` in quotes'],
] as const;

/** Messages by the beginning of the message of the parser. */
const PLAINER = [
  [
    'A block sequence may not be used as',
    'this `- ` starts in another column than the other items of the list',
  ],
  ['Alias cannot be an empty string', 'expected the name of an anchor after `*`'],
  ['Implicit keys need', 'expected `:` after the key'],
  ['Missing , ', 'a `,` is missing between two entries'],
  ['Implicit map keys need', 'expected `:` after the key'],
  ['Nested mappings are not allowed', 'unexpected second `key: value` on one line'],
  ['Block collections are not allowed within flow', 'a `,` is missing between two entries'],
  ['Unexpected flow-seq-end token', 'unexpected `]`, which closes no `[`'],
  ['Unexpected flow-map-end token', 'unexpected `}`, which closes no `{`'],
  ['Unexpected flow-seq-start', 'unexpected `[` in plain text'],
  ['Unexpected flow-map-start', 'unexpected `{` in plain text'],
  ['Unexpected scalar', 'unexpected text after the end of the value'],
  ['Flow ', 'a `[` or `{` is not closed'],
] as const;

/** Message, undefined for that of the parser, and help by the code of the parser. */
const BY_CODE: ReadonlyMap<string, readonly [string | undefined, string]> = new Map([
  ['RESOURCE_EXHAUSTION', ['values are nested too deeply', 'nest less; policies need only a few levels']],
  ['TAB_AS_INDENT', ['unexpected tab in the indentation', 'indent with spaces']],
  ['BAD_INDENT', [undefined, 'start all keys of a mapping, or items of a list, in the same column']],
  ['MULTILINE_IMPLICIT_KEY', [undefined, 'write a `:` after the key, on the same line']],
  ['MISSING_CHAR', [undefined, 'check for a missing `:`, quote or bracket']],
  ['UNEXPECTED_TOKEN', [undefined, 'check for a missing or extra quote, `,` or bracket']],
  ['BLOCK_IN_FLOW', [undefined, 'put a `,` between them, or put text that has `: ` in it in quotes']],
  ['BLOCK_AS_IMPLICIT_KEY', [undefined, 'put text that has `: ` in it in quotes']],
  ['BAD_SCALAR_START', [undefined, 'put the text in quotes']],
  [
    'BAD_DQ_ESCAPE',
    [undefined, 'a backslash in double quotes starts an escape: write it twice, or use single quotes'],
  ],
]);
