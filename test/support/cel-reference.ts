import type { Overload } from '../../src/cel/library/function.ts';
import { LIBRARY } from '../../src/cel/library/library.ts';
import { MACROS, type MacroDeclaration } from '../../src/cel/library/macros.ts';
import { formatType } from '../../src/cel/value/type.ts';
import { JSON_FUNCTIONS } from '../../src/policy/compile/json-function.ts';
import { SPIFFE_FUNCTIONS } from '../../src/policy/compile/spiffe-function.ts';
import { code, table } from './markdown.ts';

/** Every function that an expression can call, by topic. */
export const FUNCTION_GROUPS = {
  ...LIBRARY,
  Encodings: [...(LIBRARY['Encodings'] ?? []), ...JSON_FUNCTIONS],
  'SPIFFE IDs': SPIFFE_FUNCTIONS,
} as const;

/** A heading and a table per group of functions. */
export function functionTables(): string {
  return Object.entries(FUNCTION_GROUPS)
    .map(([group, functions]) => {
      const rows = functions.map(({ name, doc, examples, overloads }) => [
        formsOf(name, overloads),
        doc,
        examples.map(example).join('<br>'),
        lines(overloads.map(({ cost }) => cost.text)),
      ]);
      return `\n### ${group}\n\n${table(['form', 'meaning', 'example', 'cost'], rows)}`;
    })
    .join('');
}

export function macroTable(): string {
  const rows = Object.values<MacroDeclaration>(MACROS).map(({ doc, forms, examples }) => [
    lines(forms),
    doc,
    examples.map(example).join('<br>'),
  ]);
  return table(['form', 'meaning', 'example'], rows);
}

function example([source, value]: readonly [string, string]): string {
  return value === 'error' ? `${code(source)} fails` : `${code(source)} is ${code(value)}`;
}

function lines(texts: readonly string[]): string {
  return [...new Set(texts)].map(code).join('<br>');
}

const NUMBERS: readonly string[] = ['int', 'uint', 'double'];

/** Forms as they are written, with types in place of values; `number` if every numeric type has a form. */
function formsOf(name: string, overloads: readonly Overload[]): string {
  const forms = overloads.map(({ isMethod, parameters, result }) => {
    const types = parameters.map(formatType);
    const general = types.map((type) => (NUMBERS.includes(type) ? 'number' : type));
    const show = (shown: readonly string[]) => `${written(name, shown, isMethod)} → ${formatType(result)}`;
    const ways = NUMBERS.length ** general.filter((type) => type === 'number').length;
    return { own: show(types), general: show(general), ways };
  });
  const texts = forms.map(({ own, general, ways }) => {
    const isForAll =
      ways > NUMBERS.length && forms.filter((other) => other.general === general).length === ways;
    return isForAll ? general : own;
  });
  return lines(texts);
}

function written(name: string, types: readonly string[], isMethod: boolean): string {
  // Operators have `_` for an operand: `_+_`.
  if (name.startsWith('_') || name.endsWith('_')) {
    const [first = '', second = ''] = types;
    if (name === '_[_]') return `${first}[${second}]`;
    if (name === '_[?_]') return `${first}[?${second}]`;
    const sign = name.replaceAll('_', '');
    return types.length === 1 ? `${sign}${first}` : `${first} ${sign} ${second}`;
  }
  const [receiver = '', ...rest] = types;
  return isMethod ? `${receiver}.${name}(${rest.join(', ')})` : `${name}(${types.join(', ')})`;
}
