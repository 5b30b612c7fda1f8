import { API_VERSION } from '../../policy/language/document.ts';
import { type ImportedDocument, Remarked, type Written } from './imported.ts';

/** Longest list or mapping of plain values that is written in one line, in characters. */
const LONGEST_FLOW = 80;

/** Width of comments. */
const COMMENT_WIDTH = 100;

/** The text of a document, which the formatter lays out. */
export function writeDocument({ kind, name, description, remarks, spec }: ImportedDocument): string {
  const document = { apiVersion: API_VERSION, kind, metadata: { name, description }, spec };
  return [...comments(remarks, ''), ...block(document, '')].join('\n');
}

function block(value: Written, indent: string): readonly string[] {
  if (value instanceof Remarked) return [...comments(value.remarks, indent), ...block(value.value, indent)];
  if (isList(value)) return value.flatMap((item) => listItem(item, indent));
  if (!isMapping(value)) return [indent + scalar(value)];
  return members(value).flatMap(([name, member]) => entry(name, member, indent));
}

function listItem(item: Written, indent: string): readonly string[] {
  if (item instanceof Remarked) return [...comments(item.remarks, indent), ...listItem(item.value, indent)];
  const flow = flowOf(item);
  if (flow !== undefined) return [`${indent}- ${flow}`];
  const [first = '', ...rest] = block(item, `${indent}  `);
  return [`${indent}- ${first.trimStart()}`, ...rest];
}

function entry(name: string, value: Written, indent: string): readonly string[] {
  if (value instanceof Remarked)
    return [...comments(value.remarks, indent), ...entry(name, value.value, indent)];
  const flow = flowOf(value);
  if (flow !== undefined) return [`${indent}${scalar(name)}: ${flow}`];
  return [`${indent}${scalar(name)}:`, ...block(value, `${indent}  `)];
}

/** A value in one line; undefined if it is long or has comments. */
function flowOf(value: Written): string | undefined {
  if (value instanceof Remarked) return undefined;
  if (!isList(value) && !isMapping(value)) return scalar(value);
  const parts = isList(value)
    ? value.map(flowOf)
    : members(value).map(([name, each]) => {
        const flow = flowOf(each);
        return flow === undefined ? undefined : `${scalar(name)}: ${flow}`;
      });
  if (parts.includes(undefined)) return undefined;
  const inner = parts.join(', ');
  if (inner.length > LONGEST_FLOW) return undefined;
  return isList(value) ? `[${inner}]` : `{${inner}}`;
}

/** Texts that YAML reads as text without quotes, in a flow as well, and that no reader takes for a number or a bool. */
const PLAIN = /^(?!(?:true|false|null|yes|no|on|off|y|n)$)[A-Za-z_/][\w./-]*$/i;

function scalar(value: Written): string {
  if (typeof value === 'bigint') return String(value);
  return typeof value === 'string' && PLAIN.test(value) ? value : JSON.stringify(value);
}

function comments(remarks: readonly string[], indent: string): readonly string[] {
  return remarks.flatMap((remark) => wrapped(remark).map((line) => `${indent}# ${line}`));
}

/** The lines of a remark: it may hold text of the foreign document, which must not end the comment. */
function wrapped(remark: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of remark.split(/\s+/)) {
    if (line !== '' && line.length + word.length >= COMMENT_WIDTH) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function members(value: object): readonly (readonly [string, Written])[] {
  return Object.entries(value as Readonly<Record<string, Written | undefined>>).flatMap(([name, each]) =>
    each === undefined ? [] : [[name, each] as const],
  );
}

function isList(value: Written): value is readonly Written[] {
  return Array.isArray(value);
}

function isMapping(value: Written): value is { readonly [name: string]: Written | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
