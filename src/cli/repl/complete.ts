import type { Environment } from '../../cel/check/environment.ts';
import { MACROS } from '../../cel/library/macros.ts';
import { REPL_FLAGS } from './flags.ts';

/** Names that a request has beyond those of the language. */
export interface RequestNames {
  readonly headers: readonly string[];
  readonly claims: readonly string[];
}

/** Commands of the prompt, with what they do. */
export const COMMANDS = {
  ':request': 'print the request',
  ':set': ':set FLAG VALUE changes the request, by the flags of lictor eval: `:set method POST`',
  ':clear': ':clear FLAG takes a flag away',
  ':decide': 'decide the request by the policies of the folder, and explain the decision',
  ':help': 'print the commands',
  ':quit': 'end',
} as const;

/** Proposals for the end of a line, and the part of the line that they replace. */
export function complete(
  line: string,
  environment: Environment,
  names: RequestNames,
): [proposals: string[], replaced: string] {
  const command = /^:(?:set|clear)\s+([\w-]*)$/.exec(line);
  if (command !== null) return matching(Object.keys(REPL_FLAGS), command[1] ?? '');
  if (line.startsWith(':')) return matching(Object.keys(COMMANDS), line);
  const header = /request\.(?:headers|header_values)\[\??'([\w-]*)$/.exec(line);
  if (header !== null)
    return matching(
      names.headers.map((name) => `${name}'`),
      header[1] ?? '',
    );
  const [word = ''] = /[A-Za-z_][\w.?]*$/.exec(line) ?? [];
  const claims = names.claims.flatMap((name) => [`jwt.claims.${name}`, `jwt.claims.?${name}`]);
  const found = matching([...environment.names.keys(), ...claims, ...functions(environment)], word);
  return found[0].length > 0 ? found : methodsOf(line, environment);
}

function matching(words: readonly string[], start: string): [string[], string] {
  const found = words.filter((word) => word.startsWith(start));
  return [[...new Set(found)].toSorted((a, b) => (a < b ? -1 : 1)), start];
}

/** Functions and macros that are called without a receiver. */
function functions({ functions: all }: Environment): readonly string[] {
  const declared = [...all.values()].filter(
    ({ name, overloads }) => /^[A-Za-z]/.test(name) && overloads.some(({ isMethod }) => !isMethod),
  );
  const macros = Object.entries(MACROS).filter(([name, { forms }]) =>
    forms.some((form) => form.startsWith(`${name}(`)),
  );
  return [...declared.map(({ name }) => name), ...macros.map(([name]) => name)].map((name) => `${name}(`);
}

/** Functions and macros that are called on a receiver, after its dot. */
function methodsOf(line: string, { functions: all }: Environment): [string[], string] {
  const [, start] = /\.(\w*)$/.exec(line) ?? [];
  if (start === undefined) return [[], ''];
  const declared = [...all.values()].filter(({ overloads }) => overloads.some(({ isMethod }) => isMethod));
  const macros = Object.entries(MACROS).filter(([name, { forms }]) =>
    forms.some((form) => form.includes(`.${name}(`)),
  );
  const names = [...declared.map(({ name }) => name), ...macros.map(([name]) => name)];
  return matching(
    names.map((name) => `${name}(`),
    start,
  );
}
