import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { painter } from '../../diagnostic/paint.ts';
import { errorCode } from '../../diagnostic/system-error.ts';
import { packageFile } from '../../node/package-file.ts';
import { documentSchema } from '../../policy/language/json-schema.ts';
import { packageVersion } from '../../sidecar/server/version.ts';
import { complain } from '../terminal/complain.ts';
import { count } from '../terminal/count.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import { isColourful, type Terminal } from '../terminal/terminal.ts';

/** The prefix `dot_` of its names becomes a dot, since npm leaves some files with a dot out of a package. */
const TEMPLATES = fileURLToPath(packageFile('templates/init/'));

/** JSON Schema for editors; the settings in the templates refer to it. */
const SCHEMA = '.vscode/lictor.schema.json';

/** Names that a folder can contain before, as in a new git repository. */
const IGNORED: ReadonlySet<string> = new Set(['.git']);

/** `lictor init DIR`: writes a new policy repository whose checks and tests pass. */
export async function init(dir: string, terminal: Terminal): Promise<ExitCode> {
  const usage = (problem: string): ExitCode => {
    complain(terminal, 'init', problem);
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

/** Reason why nothing can be written to a folder; undefined if it can. */
async function obstacleIn(target: string): Promise<string | undefined> {
  try {
    const names = (await readdir(target)).filter((name) => !IGNORED.has(name)).sort();
    const [first] = names;
    if (first === undefined) return undefined;
    const more = names.length > 1 ? ` and ${count(names.length - 1, 'other')}` : '';
    return `is not empty: \`${first}\`${more} ${names.length > 1 ? 'are' : 'is'} in the way`;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return undefined;
    return code === 'ENOTDIR' ? 'is not a folder' : `cannot be read (${code})`;
  }
}

/** Text of every file by its path, in order of path. */
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
  const isCurrent = relative(terminal.directory, target) === '';
  const steps = [...(isCurrent ? [] : [[`cd ${dir}`, ''] as const]), ...STEPS].map(([command, does]) =>
    `  ${paint('bold', command.padEnd(width))}${does}`.trimEnd(),
  );
  return `${dir}: ${count(files.size, 'file')} written\n${[...files.keys()].map((path) => `  ${path}\n`).join('')}
Next:
${steps.join('\n')}

Then replace example.org with your own trust domain, login and hosts; README.md
lists the places.
`;
}

const STEPS = [
  ['lictor check --strict .', 'every mistake, with its place'],
  ['lictor test --coverage .', 'the tests, and what they reach'],
  ['lictor test --mutate .', 'changes that no test notices'],
  ['lictor report .', 'the rules of each control'],
  ['git init && git add . && git commit -m First', 'decisions name this commit'],
] as const;
