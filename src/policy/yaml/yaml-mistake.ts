import { type Document, isCollection, isScalar, type Node, visit, type YAMLError } from 'yaml';
import type { Range } from '../../diagnostic/range.ts';

/** What is wrong with the syntax of a document, and where. */
export interface SyntaxMistake {
  readonly range: Range;
  /** One lower-case sentence without a full stop. */
  readonly message: string;
  readonly help: string | undefined;
}

/**
 * The one mistake of syntax that is worth showing of a document, undefined when there is none: what the parser says
 * of the lines behind the first is an echo of it.
 */
export function syntaxMistake(document: Document.Parsed, text: string): SyntaxMistake | undefined {
  const { errors } = document;
  // A tab upsets lines before its own, too.
  const error = errors.find(({ code }) => code === 'TAB_AS_INDENT') ?? errors[0];
  if (error === undefined) return undefined;
  return (
    unclosedBracket(error, document) ??
    unclosedQuote(error, document) ??
    textBehindQuote(error, document, text) ??
    braceInText(error, text) ??
    wrongColumn(error, errors, text) ?? {
      range: rangeOf(error),
      message: sentence(error),
      help: / flow-(seq|map)-start /.test(error.message)
        ? 'within brackets, text that has `[` or `{` in it stands in quotes'
        : (behindBracket(error, text) ?? behindTag(error, text) ?? helpFor(error)),
    }
  );
}

/** `when: [1].exists(...)`: to YAML the value is the list. */
function behindBracket({ code, pos: [at] }: YAMLError, text: string): string | undefined {
  if (code !== 'UNEXPECTED_TOKEN' || !/[\]}]\s*$/.test(text.slice(Math.max(0, at - 20), at)))
    return undefined;
  return /^[.[&|=!<>+*?]/.test(text.slice(at, at + 1))
    ? 'an expression that begins with a bracket stands in quotes as a whole'
    : undefined;
}

/** `when: !a || b`: to YAML the value is tagged `!a`, and what follows begins a block of text. */
function behindTag({ pos: [at] }: YAMLError, text: string): string | undefined {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  return /(?:^|[:[,-]\s+)!\S/.test(line)
    ? 'to YAML a `!` begins a tag: put the whole value in quotes'
    : undefined;
}

function helpFor({ code, message }: YAMLError): string | undefined {
  return HELP.find(([theirs]) => message.startsWith(theirs))?.[1] ?? BY_CODE.get(code)?.[1];
}

/** The parser notices where the text stops making sense; the author looks for the bracket that was opened last. */
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
    message: `a \`${source}\` that is not closed`,
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
    message: 'a quote that is not closed',
    help: 'close it on the same line',
  };
}

/** `when: 'a' in b`: to YAML the value ends with the quote. */
function textBehindQuote(
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
  const message = 'text behind a closing quote: the value ends there';
  // `"a.matches("/b")"`: all of it was meant to stand in quotes, and the inner ones end it.
  const own = whole[0] ?? '';
  const other = own === '"' ? "'" : '"';
  if (/^[\w/]/.test(text.slice(end, from + 1)) && whole.endsWith(own) && !whole.includes(other)) {
    const inner = whole.slice(1, -1).replaceAll(own, other);
    return { range, message, help: `write other quotes within it: \`${own}${inner}${own}\`` };
  }
  const quote = ['"', "'"].find((each) => !whole.includes(each));
  if (quote === undefined || /[\n\\]/.test(whole) || !/^\s*([\n,\]}]|#|$)/.test(rest)) {
    return {
      range,
      message,
      help: 'put the whole expression in double quotes, and text within it in single ones',
    };
  }
  const name = quote === '"' ? 'double' : 'single';
  const help = `put the whole expression in ${name} quotes: \`${quote}${whole}${quote}\``;
  return { range, message, help };
}

/** `[/loans/{id}]`: within brackets a brace opens a mapping wherever it stands. */
function braceInText({ code, pos: [at] }: YAMLError, text: string): SyntaxMistake | undefined {
  const before = /[^\s,[\]{}:]+$/.exec(text.slice(Math.max(0, at - 200), at))?.[0];
  if (text[at] !== '{' || before === undefined) return undefined;
  if (code !== 'MISSING_CHAR' && code !== 'UNEXPECTED_TOKEN') return undefined;
  const start = at - before.length;
  const whole = /^[^\s,[\]{}]+(\{[^\s,[\]{}]*\}[^\s,[\]{}]*)*/.exec(text.slice(start, start + 400))?.[0];
  const help = `put a path with \`{\` in quotes${whole === undefined || /["'\\]/.test(whole) ? '' : `: \`"${whole}"\``}`;
  return {
    range: { start, end: start + (whole ?? before).length },
    message: 'a `{` within plain text',
    help,
  };
}

/** A key that stands left or right of the keys beside it. */
function wrongColumn(
  { code, message, pos: [at] }: YAMLError,
  errors: readonly YAMLError[],
  text: string,
): SyntaxMistake | undefined {
  const left = message.startsWith('Sequence item without') || message.startsWith('All mapping items must');
  // A key further right is read as more lines of the text before it, up to its colon.
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
    message: `${word === '' ? 'this' : `\`${printed(word)}\``} stands in another column than the keys that it belongs to`,
    help:
      column === undefined
        ? 'lines that belong together start in the same column'
        : `lines that belong together start in the same column, here ${column + 1}`,
  };
}

/** The indentation of the keys that a misplaced line most likely belongs to; what a dash introduces counts from behind it. */
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

/** The parser's sentence in our form: lower case, no full stop, and plainer where its own speaks of productions. */
function sentence({ code, message }: YAMLError): string {
  const first = message.split('\n')[0] ?? '';
  const known = PLAINER.find(([theirs]) => first.startsWith(theirs))?.[1] ?? BY_CODE.get(code)?.[0];
  if (known !== undefined) return known;
  const plain = first.replace(/[.:]$/, '');
  return /^[A-Z][a-z]/.test(plain) ? plain.charAt(0).toLowerCase() + plain.slice(1) : plain;
}

/** Where the parser's code says too little, by the beginning of its sentence. */
const HELP = [
  ['A block sequence may not be used as', 'items of one list start in the same column'],
  ['Alias cannot be an empty string', 'put text that starts with `*` in quotes'],
] as const;

const PLAINER = [
  ['A block sequence may not be used as', 'a `- ` in another column than the list that it belongs to'],
  ['Alias cannot be an empty string', 'a `*` begins the name of an anchor, and there is none'],
  ['Implicit keys need', 'a key without a `:` behind it'],
  ['Missing , ', 'a `,` is missing between two entries'],
  ['Implicit map keys need', 'a key without a `:` behind it'],
  ['Nested mappings are not allowed', 'a second `key: value` on the line of the first'],
  ['Block collections are not allowed within flow', 'a `,` is missing between two entries'],
  ['Unexpected flow-seq-end token', 'a `]` that closes nothing'],
  ['Unexpected flow-map-end token', 'a `}` that closes nothing'],
  ['Unexpected flow-seq-start', 'a `[` within plain text'],
  ['Unexpected flow-map-start', 'a `{` within plain text'],
  ['Unexpected scalar', 'text where the value has ended already'],
  ['Flow ', 'a `[` or `{` that is not closed'],
] as const;

/** Sentence, undefined for the parser's own, and help by the parser's code. */
const BY_CODE: ReadonlyMap<string, readonly [string | undefined, string]> = new Map([
  ['RESOURCE_EXHAUSTION', ['values are nested too deeply', 'nest less, policies need a few levels only']],
  ['TAB_AS_INDENT', ['a tab is used as indentation', 'indent with spaces']],
  ['BAD_INDENT', [undefined, 'lines that belong together start in the same column']],
  ['MULTILINE_IMPLICIT_KEY', [undefined, 'a key and its `:` stand on one line, is a `:` missing?']],
  ['MISSING_CHAR', [undefined, 'is a `:`, a quote or a bracket missing?']],
  ['UNEXPECTED_TOKEN', [undefined, 'is a quote, a `,` or a bracket missing, or one too many?']],
  ['BLOCK_IN_FLOW', [undefined, 'put a `,` between them, or text that has `: ` in it in quotes']],
  ['BLOCK_AS_IMPLICIT_KEY', [undefined, 'put text that has `: ` in it in quotes']],
  ['BAD_SCALAR_START', [undefined, 'put the text in quotes']],
  [
    'BAD_DQ_ESCAPE',
    [undefined, 'a backslash in double quotes starts an escape: write it twice, or use single quotes'],
  ],
]);
