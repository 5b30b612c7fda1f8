import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Diagnostics } from '../../diagnostic/collect.ts';
import { nearest } from '../../diagnostic/suggest.ts';
import { errorCode } from '../../diagnostic/system-error.ts';
import { plainJson, type Tree } from '../../policy/yaml/tree.ts';
import { readYaml, spanOf, type YamlFile } from '../../policy/yaml/yaml-file.ts';
import type { SettingsSource } from './configuration.ts';
import { FLAGS, type FlagName } from './flags.ts';

export interface SettingsFile {
  /** What could be read of it; undefined when the file itself cannot. */
  readonly source: SettingsSource | undefined;
  /** Every mistake in it, with its position. */
  readonly problems: readonly string[];
}

/** Reads the YAML file of `--config`. What is wrong with one setting hides no other one. */
export async function settingsOfFile(path: string, directory: string): Promise<SettingsFile> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(resolve(directory, path));
  } catch (error) {
    const code = errorCode(error) === '' ? '' : ` (${errorCode(error)})`;
    return { source: undefined, problems: [`--config: \`${path}\` cannot be read${code}`] };
  }
  const diagnostics = new Diagnostics();
  const file = readYaml(path, bytes);
  for (const mistake of file.mistakes) diagnostics.add(mistake);
  const settings = readSettings(file, diagnostics);
  const errors = diagnostics.sorted().filter(({ severity }) => severity === 'error');
  const problems = errors.map(({ span, message, help }) => {
    const { line, column } = span.start;
    return `${path}:${line}:${column}: ${message}${help === undefined ? '' : `; ${help}`}`;
  });
  return { source: { settings, from: (name) => `${path}: ${name}` }, problems };
}

function readSettings(file: YamlFile, diagnostics: Diagnostics): SettingsSource['settings'] {
  const settings: Record<string, string | readonly string[]> = {};
  for (const { tree, broken } of file.documents) {
    if (broken || tree === undefined) continue;
    if (tree.kind !== 'mapping') {
      diagnostics.report('wrong_type', spanOf(file, tree.range), 'settings are written `name: value`');
      continue;
    }
    for (const [name, { key, value }] of tree.entries) {
      if (!Object.hasOwn(FLAGS, name)) {
        const near = nearest(name, Object.keys(FLAGS));
        const help = near === undefined ? '`lictor serve --help` lists them' : `did you mean \`${near}\`?`;
        diagnostics.report('unknown_field', spanOf(file, key), `unknown setting \`${name}\``, help);
        continue;
      }
      const text = settingText(value, name as FlagName);
      if (text !== undefined) settings[name] = text;
      else
        diagnostics.report(
          'wrong_type',
          spanOf(file, value.range),
          `\`${name}\` takes ${wanted(name as FlagName)}`,
        );
    }
  }
  return settings;
}

function settingText(value: Tree, name: FlagName): string | readonly string[] | undefined {
  const plain = plainJson(value);
  if (typeof plain === 'string' || typeof plain === 'number' || typeof plain === 'boolean')
    return String(plain);
  if (Array.isArray(plain) && isList(name) && plain.every((each) => typeof each === 'string')) return plain;
  return undefined;
}

function isList(name: FlagName): boolean {
  return 'repeatable' in FLAGS[name];
}

function wanted(name: FlagName): string {
  return isList(name) ? 'a text or a list of texts' : 'a single value';
}
