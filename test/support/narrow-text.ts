import { parseSync, Visitor } from 'oxc-parser';

interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * The code of a script, with escapes for the characters of its texts that are not in Latin-1: V8 keeps a whole file with
 * one of them at two bytes for each character. Throws if one is elsewhere, such as in a name.
 */
export function narrowText(name: string, code: string): string {
  let narrow = '';
  let at = 0;
  for (const { start, end } of textsOf(name, code)) {
    narrow += code.slice(at, start) + code.slice(start, end).replaceAll(WIDE, escape);
    at = end;
  }
  narrow += code.slice(at);
  const [left] = WIDE.exec(narrow) ?? [];
  if (left !== undefined) throw new Error(`${name} has \`${left}\` outside of a text`);
  return narrow;
}

const WIDE = /[^\0-\xff]/g;

function escape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Texts, patterns and parts of templates, in order. A template with a tag can read its code, so none is changed. */
function textsOf(name: string, code: string): readonly Range[] {
  const found: Range[] = [];
  const tagged = new Set<number>();
  const take = ({ start, end }: Range): void => void found.push({ start, end });
  const visitor = new Visitor({
    TaggedTemplateExpression: ({ quasi }) => quasi.quasis.forEach(({ start }) => tagged.add(start)),
    TemplateElement: (node) => {
      if (!tagged.has(node.start)) take(node);
    },
    Literal: take,
  });
  const { program, errors } = parseSync(name, code);
  if (errors[0] !== undefined) throw new Error(`${name}: ${errors[0].message}`);
  visitor.visit(program);
  return found.toSorted((a, b) => a.start - b.start);
}
