import type { FunctionDeclaration, Overload } from '../../cel/library/function.ts';
import { MACROS, type MacroDeclaration } from '../../cel/library/macros.ts';
import { formatType, type Type } from '../../cel/value/type.ts';
import { quoted } from '../../diagnostic/suggest.ts';
import { NAMES } from '../../engine/request/names.ts';

/** A fenced code block of Markdown. */
export function code(text: string, language = 'cel'): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

/** Markdown about a function: its overloads, its documentation and an example. */
export function describeFunction({ name, doc, examples, overloads }: FunctionDeclaration): string {
  return [
    code(overloads.map((each) => signature(name, each)).join('\n')),
    doc,
    ...firstExample(examples),
  ].join('\n\n');
}

export function describeMacro({ forms, doc, examples }: MacroDeclaration): string {
  return [code(forms.join('\n')), doc, ...firstExample(examples)].join('\n\n');
}

/** Macro by the name that an expression uses; `existsOne` is an alias of `exists_one`. */
export function macroOf(name: string): MacroDeclaration | undefined {
  const macros: Readonly<Record<string, MacroDeclaration>> = MACROS;
  const declared = name === 'existsOne' ? 'exists_one' : name;
  return Object.hasOwn(macros, declared) ? macros[declared] : undefined;
}

/** Markdown about a name: its type, and its meaning if it is documented. */
export function describeName(name: string, type: Type, doc?: string): string {
  const fields = type.kind === 'object' ? [...type.fields.keys()] : [];
  const below = fields.length > 0 ? `with ${quoted(fields)}` : undefined;
  const head = type.kind === 'object' ? name : `${name}: ${formatType(type)}`;
  return [code(head), doc ?? documented(name), below].filter((each) => each !== undefined).join('\n\n');
}

/** Documentation of a name that the language declares; undefined for other names. */
export function documented(name: string): string | undefined {
  const names: Readonly<Record<string, { readonly doc: string }>> = NAMES;
  return Object.hasOwn(names, name) ? names[name]?.doc : undefined;
}

function signature(name: string, { isMethod, parameters, result }: Overload): string {
  const types = parameters.map(formatType);
  const called = isMethod ? `${types[0]}.${name}(${types.slice(1).join(', ')})` : call(name, types);
  return `${called} -> ${formatType(result)}`;
}

/** A call as written in an expression; an operator is between its operands. */
function call(name: string, types: readonly string[]): string {
  if (!name.includes('_') || /[A-Za-z]/.test(name)) return `${name}(${types.join(', ')})`;
  let operand = 0;
  return name.replaceAll('_', () => ` ${types[operand++] ?? ''} `).trim();
}

function firstExample(examples: FunctionDeclaration['examples']): readonly string[] {
  const [first] = examples;
  return first === undefined ? [] : [code(`${first[0]}  // ${first[1]}`)];
}
