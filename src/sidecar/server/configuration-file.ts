import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Diagnostics } from '../../diagnostic/collect.ts';
import { nearest } from '../../diagnostic/suggest.ts';
import { errorCode } from '../../diagnostic/system-error.ts';
import { type FlagSource, isRepeatable } from '../../flag/read-flags.ts';
import { plainJson, type Tree } from '../../policy/yaml/tree.ts';
import { readYaml, spanOf, type YamlFile } from '../../policy/yaml/yaml-file.ts';
import { SETTINGS, type SettingName } from './settings.ts';

/** File descriptor. */
const STANDARD_INPUT = 0;

export interface SettingsFile {
  /** Its valid settings; none if the file cannot be read. */
  readonly source: FlagSource;
  /** Every mistake in it, with its position. */
  readonly problems: readonly string[];
}

/** Reads the YAML file that the flag or variable `from` names, `-` for standard input. A mistake in one setting does not hide the others. */
export async function settingsOfFile(path: string, directory: string, from: string): Promise<SettingsFile> {
  const nameOf = (setting: string): string => `${path}: ${setting}`;
  let bytes: Uint8Array;
  try {
    bytes = path === '-' ? readFileSync(STANDARD_INPUT) : await readFile(resolve(directory, path));
  } catch (error) {
    const code = errorCode(error) === '' ? '' : ` (${errorCode(error)})`;
    return { source: { texts: {}, nameOf }, problems: [`${from}: \`${path}\` cannot be read${code}`] };
  }
  const diagnostics = new Diagnostics();
  const file = readYaml(path, bytes);
  for (const mistake of file.mistakes) diagnostics.add(mistake);
  const texts = readSettings(file, diagnostics);
  return { source: { texts, nameOf }, problems: errorsIn(path, diagnostics) };
}

function errorsIn(path: string, diagnostics: Diagnostics): readonly string[] {
  const errors = diagnostics.sorted().filter(({ severity }) => severity === 'error');
  return errors.map(({ span, message, help }) => {
    const { line, column } = span.start;
    return `${path}:${line}:${column}: ${message}${help === undefined ? '' : `; ${help}`}`;
  });
}

function readSettings(file: YamlFile, diagnostics: Diagnostics): FlagSource['texts'] {
  const texts: Record<string, string | readonly string[]> = {};
  for (const { tree, broken } of file.documents) {
    if (broken || tree === undefined) continue;
    if (tree.kind !== 'mapping') {
      diagnostics.report('wrong_type', spanOf(file, tree.range), 'settings are written `name: value`');
      continue;
    }
    for (const [name, { key, value }] of tree.entries) {
      if (!isSetting(name)) {
        diagnostics.report('unknown_field', spanOf(file, key), `unknown setting \`${name}\``, helpFor(name));
        continue;
      }
      const text = textOf(value, name);
      if (text !== undefined) texts[name] = text;
      else diagnostics.report('wrong_type', spanOf(file, value.range), `\`${name}\` takes ${wanted(name)}`);
    }
  }
  return texts;
}

function isSetting(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

function helpFor(name: string): string {
  const near = nearest(name, Object.keys(SETTINGS));
  return near === undefined ? '`lictor serve --help` lists them' : `did you mean \`${near}\`?`;
}

function textOf(value: Tree, name: SettingName): string | readonly string[] | undefined {
  const plain = plainJson(value);
  if (typeof plain === 'string' || typeof plain === 'number' || typeof plain === 'boolean')
    return String(plain);
  if (!isRepeatable(SETTINGS[name]) || !Array.isArray(plain)) return undefined;
  return plain.every((each) => typeof each === 'string') ? plain : undefined;
}

function wanted(name: SettingName): string {
  return isRepeatable(SETTINGS[name]) ? 'a text or a list of texts' : 'a single value';
}
