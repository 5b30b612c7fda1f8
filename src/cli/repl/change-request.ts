import { nearest } from '../../diagnostic/suggest.ts';
import { memberOf } from '../../flag/flag.ts';
import { isRepeatable, readFlags } from '../../flag/read-flags.ts';
import { REPL_FLAGS, type ReplOptions } from './flags.ts';

export type ChangedRequest =
  | { readonly options: ReplOptions; readonly problem?: undefined }
  | { readonly problem: string; readonly options?: undefined };

/** The options with a flag set to a text; a repeatable flag gets a further value. */
export function setFlag(options: ReplOptions, name: string, text: string): ChangedRequest {
  if (!isFlag(name)) return { problem: unknownFlag(name) };
  const flag = REPL_FLAGS[name];
  const read = readFlags({ [name]: flag }, [{ texts: { [name]: text }, nameOf: (each) => each }]);
  if (read.problems !== undefined) return { problem: read.problems.join('; ') };
  const member = memberOf(name);
  const before: unknown = Object.entries(options).find(([each]) => each === member)?.[1];
  const value: unknown = Object.values(read.values)[0];
  const all = isRepeatable(flag) ? [...listOf(before), ...listOf(value)] : value;
  return { options: { ...options, [member]: all } };
}

/** The options with a flag as if it had not been given. */
export function clearFlag(options: ReplOptions, name: string): ChangedRequest {
  if (!isFlag(name)) return { problem: unknownFlag(name) };
  const { values } = readFlags({ [name]: REPL_FLAGS[name] }, []);
  return { options: { ...options, [memberOf(name)]: Object.values(values ?? {})[0] } };
}

function isFlag(name: string): name is keyof typeof REPL_FLAGS {
  return Object.hasOwn(REPL_FLAGS, name);
}

function unknownFlag(name: string): string {
  const near = nearest(name, Object.keys(REPL_FLAGS));
  return `unknown flag \`${name}\`${near === undefined ? '' : `; did you mean \`${near}\`?`}`;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
