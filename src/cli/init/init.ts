import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { painter } from '../../diagnostic/paint.ts';
import { errorCode } from '../../diagnostic/system-error.ts';
import { documentSchema } from '../../policy/language/json-schema.ts';
import { packageVersion } from '../../sidecar/server/version.ts';
import { count } from '../terminal/count.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import { isColourful, type Terminal } from '../terminal/terminal.ts';

/**
 * The folder `templates/init` of the package: the same two steps up from `src/cli` and from `dist/cli`. In it `dot_`
 * stands for the dot that a name begins with, since packages leave some of such files out.
 */
const TEMPLATES = fileURLToPath(new URL('../../../templates/init/', import.meta.url));

/** By which editors complete and check; the settings in the templates name it. */
const SCHEMA = '.vscode/lictor.schema.json';

/** What may be in a folder already: a repository that was just made. */
const WELCOME: ReadonlySet<string> = new Set(['.git']);

/** `lictor init DIR`: writes a new policy repository, green at once. */
export async function init(dir: string, terminal: Terminal): Promise<ExitCode> {
  const usage = (problem: string): ExitCode => {
    terminal.stderr.write(`lictor init: ${problem}\n`);
    return EXIT.usage;
  };
  const target = resolve(terminal.directory, dir);
  const obstacle = await obstacleIn(target);
  if (obstacle !== undefined) return usage(`\`${dir}\` ${obstacle}, so nothing was written`);
  const files = await templateFiles();
  try {
    for (const [path, text] of files) {
      const file = join(target, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text, { flag: 'wx' });
    }
  } catch (error) {
    return usage(`\`${dir}\` cannot be written (${errorCode(error)})`);
  }
  terminal.stdout.write(nextSteps(dir, target, files, terminal));
  return EXIT.fine;
}

/** What keeps a folder from being filled; undefined: nothing. */
async function obstacleIn(target: string): Promise<string | undefined> {
  try {
    const held = (await readdir(target)).filter((name) => !WELCOME.has(name)).sort();
    const [first] = held;
    if (first === undefined) return undefined;
    const more = held.length > 1 ? ` and ${count(held.length - 1, 'other')}` : '';
    return `is not empty: \`${first}\`${more} ${held.length > 1 ? 'are' : 'is'} in the way`;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return undefined;
    return code === 'ENOTDIR' ? 'is no folder' : `cannot be read (${code})`;
  }
}

/** Path and text of every file, in order of path. */
async function templateFiles(): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(TEMPLATES, { recursive: true, withFileTypes: true });
  const files: [string, string][] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = relative(TEMPLATES, file).split(sep).map(dotted).join('/');
    const text = await readFile(file, 'utf8');
    files.push([path, text.replaceAll('{{version}}', packageVersion())]);
  }
  files.push([SCHEMA, `${JSON.stringify(documentSchema(), null, 2)}\n`]);
  return new Map(files.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function dotted(name: string): string {
  return name.startsWith('dot_') ? `.${name.slice('dot_'.length)}` : name;
}

function nextSteps(
  dir: string,
  target: string,
  files: ReadonlyMap<string, string>,
  terminal: Terminal,
): string {
  const paint = painter(isColourful(terminal.stdout, terminal.environment));
  const width = Math.max(...STEPS.map(([command]) => command.length)) + 2;
  const inside = relative(terminal.directory, target) === '';
  const steps = [...(inside ? [] : [[`cd ${dir}`, ''] as const]), ...STEPS].map(([command, does]) =>
    `  ${paint('bold', command.padEnd(width))}${does}`.trimEnd(),
  );
  return `${dir}: ${count(files.size, 'file')} written\n${[...files.keys()].map((path) => `  ${path}\n`).join('')}
Next:
${steps.join('\n')}

Then put your own trust domain, login and hosts in the place of example.org; README.md says where.
`;
}

const STEPS = [
  ['lictor check --strict .', 'every mistake, with its place'],
  ['lictor test --coverage .', 'the tests, through the code of the server, and what they cover'],
  ['lictor test --mutate .', 'whether they would notice a change'],
  ['lictor report .', 'which rules implement which controls'],
  ['git init && git add . && git commit -m "Policies"', 'decisions then name the commit'],
] as const;
