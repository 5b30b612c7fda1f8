import type { Edit, Range } from '../../diagnostic/range.ts';

/** A mistake in the layout of lines, which the parser reports elsewhere or in terms of its grammar. */
interface LayoutMistake {
  readonly range: Range;
  readonly message: string;
  readonly help: { readonly help: string; readonly edit?: Edit };
}

/** A line of a text, without its end. */
interface Line {
  readonly text: string;
  readonly start: number;
  readonly indent: number;
}

/** Lines above a mistake that are looked at. */
const MOST_LINES = 200;
/** White space that is not indentation: no-break and other spaces of Unicode, and a byte-order mark within the text. */
const SPACES = /^[ \t]*[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff][\s\u200b]*(?=\S)/;

/**
 * The mistake in the layout that causes an error at an offset of a document, which begins at `from`; undefined if
 * there is none.
 */
export function layoutMistake(text: string, from: number, at: number): LayoutMistake | undefined {
  const { above, here, below } = linesAround(text, from, at);
  return (
    foreignSpace([...above, here, ...below]) ??
    missingSpace([here, ...above.slice(-2).toReversed(), ...below.slice(0, 1)]) ??
    missingDash(above, here) ??
    secondValue(above, here) ??
    secondValue(above.slice(0, -1), above.at(-1)) ??
    (below[0] === undefined ? undefined : secondValue([...above, here], below[0]))
  );
}

function linesAround(
  text: string,
  from: number,
  at: number,
): { above: readonly Line[]; here: Line; below: readonly Line[] } {
  const lines: Line[] = [];
  let index = 0;
  const end = Math.min(text.length, at + 2000);
  for (let start = from; start <= end; ) {
    const stop = text.indexOf('\n', start);
    const line = text.slice(start, stop === -1 ? undefined : stop).replace(/\r$/, '');
    if (start <= at) index = lines.length;
    lines.push({ text: line, start, indent: line.search(/[^ ]|$/) });
    if (stop === -1) break;
    start = stop + 1;
  }
  const isContent = ({ text: line }: Line): boolean => !/^\s*(?:#|$)/.test(line);
  return {
    above: lines.slice(0, index).slice(-MOST_LINES).filter(isContent),
    here: lines[index] ?? { text: '', start: from, indent: 0 },
    below: lines.slice(index + 1, index + 4).filter(isContent),
  };
}

/** A line that is indented with other characters than spaces. */
function foreignSpace(lines: readonly Line[]): LayoutMistake | undefined {
  for (const { text, start } of lines) {
    const [lead] = SPACES.exec(text) ?? [];
    if (lead === undefined) continue;
    const offset = lead.search(/[^ \t]/);
    const code = (lead.codePointAt(offset) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return {
      range: { start: start + offset, end: start + lead.length },
      message: `the character U+${code} is not indentation`,
      help: {
        help: 'indent with spaces',
        edit: {
          start,
          end: start + lead.length,
          text: lead.replaceAll(/[\u200b\ufeff]/g, '').replaceAll(/./g, ' '),
        },
      },
    };
  }
  return undefined;
}

/** The mistake of a key that begins with another space than that of indentation. */
export function spaceBefore(text: string, key: number): LayoutMistake | undefined {
  if (!/[^\x21-\x7e]/.test(text[key] ?? '')) return undefined;
  const start = text.lastIndexOf('\n', key - 1) + 1;
  return foreignSpace([{ text: text.slice(start, key + 40), start, indent: 0 }]);
}

/** `-name: a`, where YAML reads `-name` as a key. */
function missingSpace(lines: readonly (Line | undefined)[]): LayoutMistake | undefined {
  for (const line of lines) {
    const [, lead, key] = /^( *)-([A-Za-z_]\w*:)(?:\s|$)/.exec(line?.text ?? '') ?? [];
    if (line === undefined || lead === undefined || key === undefined) continue;
    return spaceAfterDash(line.start + lead.length, key);
  }
  return undefined;
}

/** The mistake of a key `-name`, at the offset of its dash. */
export function spaceAfterDash(dash: number, key: string): LayoutMistake {
  return {
    range: { start: dash, end: dash + 1 },
    message: 'a space is missing after `-`',
    help: { help: `write \`- ${key}\``, edit: { start: dash + 1, end: dash + 1, text: ' ' } },
  };
}

/** A list whose first item has no dash. */
function missingDash(above: readonly Line[], here: Line): LayoutMistake | undefined {
  if (!/^ *- /.test(here.text)) return undefined;
  const parent = above.findLastIndex(
    ({ indent, text }) =>
      indent < here.indent ||
      (indent === here.indent && !text.trimStart().startsWith('- ') && text.trimEnd().endsWith(':')),
  );
  const items = above.slice(parent + 1);
  const [first] = items;
  if (parent === -1 || first === undefined || !above[parent]?.text.trimEnd().endsWith(':')) return undefined;
  if (items.some(({ text, indent }) => indent === here.indent && text.trimStart().startsWith('- ')))
    return undefined;
  const [key = ''] = /^[\w-]+:/.exec(first.text.trimStart()) ?? [];
  if (key === '' || first.indent < here.indent) return undefined;
  const start = first.start + here.indent;
  const isRoom = first.indent >= here.indent + 2;
  return {
    range: { start: first.start + first.indent, end: first.start + first.indent + key.length - 1 },
    message: 'a `- ` is missing before the first item of the list',
    help: isRoom
      ? {
          help: `write \`- ${key}\``,
          edit: { start, end: first.start + first.indent, text: '- '.padEnd(first.indent - here.indent) },
        }
      : { help: `write \`- ${key}\`, and align the other keys of the item with \`${key.slice(0, -1)}\`` },
  };
}

/** A key that has a value, with further keys below it. */
function secondValue(above: readonly Line[], here: Line | undefined): LayoutMistake | undefined {
  const last = above.at(-1);
  if (last === undefined || here === undefined || !/^ +(?:- )?[\w-]+:(?:\s|$)/.test(here.text))
    return undefined;
  const [, before, key, space, value] =
    /^((?: |- )*([A-Za-z_][\w-]*):)( +)([^\s#|>&*{["'].*)$/.exec(last.text) ?? [];
  if (before === undefined || key === undefined || space === undefined || value === undefined)
    return undefined;
  const column = before.length - key.length - 1;
  // One column further is rather a key that is not aligned.
  if (here.indent < column + 2 || value.endsWith(':')) return undefined;
  const start = last.start + before.length;
  const written = value.replace(/\s+#.*$/, '').trimEnd();
  return {
    range: { start: start + space.length, end: start + space.length + written.length },
    message: `\`${key}\` already has the value \`${written.length > 40 ? `${written.slice(0, 40)}…` : written}\`, and the line below adds keys to it`,
    help: {
      help: `remove the value, or start the line below in column ${column + 1}`,
      edit: { start, end: start + space.length + written.length, text: '' },
    },
  };
}
