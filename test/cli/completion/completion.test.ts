import { execFile, execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SHELLS, type Shell } from '../../../src/cli/completion/shells.ts';
import { VERBS } from '../../../src/cli/verbs.ts';
import { inProcess } from '../../support/in-process.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const execute = promisify(execFile);

/** Prints what bash proposes for each line, and `---` after it: bash -c BASH SCRIPT LINE... */
const BASH = `source "$0"
for line in "$@"; do
  read -ra COMP_WORDS <<< "\${line//=/ = }"
  [[ $line == *[' ='] ]] && COMP_WORDS+=('')
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
  _lictor
  printf '%s\\n' "\${COMPREPLY[@]}" ---
done`;

const FISH = 'source $argv[1]; for line in $argv[2..]; complete -C $line; echo ---; end';

const ZSH = fileURLToPath(new URL('proposals.zsh', import.meta.url));

const ARGUMENTS: Readonly<Record<Shell, (script: string, lines: readonly string[]) => readonly string[]>> = {
  bash: (script, lines) => ['--norc', '-c', BASH, script, ...lines],
  zsh: (script, lines) => ['-f', ZSH, script, ...lines],
  fish: (script, lines) => ['--no-config', '-c', FISH, script, ...lines],
};

/** Bash is there wherever the other tests run. */
const INSTALLED = SHELLS.filter((shell) => shell === 'bash' || isInstalled(shell));

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const EXPECTED: readonly (readonly [string, readonly string[]])[] = [
  ['lictor ', [...VERBS.map(({ name }) => name), 'help']],
  ['lictor ef', ['effective']],
  ['lictor help ef', ['effective']],
  ...VERBS.map(
    ({ name, flags }) =>
      [`lictor ${name} --`, [...Object.keys(flags), 'color', 'help'].map((flag) => `--${flag}`)] as const,
  ),
  // The words of a choice, after a space and after `=`.
  ['lictor check policies --output ', ['human', 'json', 'github', 'sarif']],
  ['lictor check --output=', ['human', 'json', 'github', 'sarif']],
  ['lictor report --output c', ['csv']],
  ['lictor completion ', SHELLS],
  // `--color` before a verb and after it.
  ['lictor --c', ['--color']],
  ['lictor --color a', ['auto', 'always']],
  ['lictor --color=n', ['never']],
  ['lictor --color always ef', ['effective']],
  ['lictor --color=always check --output ', ['human', 'json', 'github', 'sarif']],
  ['lictor check --color n', ['never']],
  // Files for files, and folders alone for folders.
  ['lictor fmt pol', ['policies.yaml', 'policy folder']],
  ['lictor eval --request pol', ['policies.yaml', 'policy folder']],
  ['lictor test pol', ['policy folder']],
  ['lictor import ', ['istio', 'openapi', 'opa-data']],
  ['lictor import istio pol', ['policies.yaml', 'policy folder']],
  ['lictor lsp --policies pol', ['policy folder']],
  // A value that is free; a flag of another verb; no argument.
  ['lictor eval --host ', []],
  ['lictor fmt --out', []],
  ['lictor schema ', []],
];

describe.each(INSTALLED)('in %s', (shell) => {
  let stack: AsyncDisposableStack;
  /** By line. */
  let proposals: ReadonlyMap<string, readonly string[]>;

  beforeAll(async () => {
    stack = new AsyncDisposableStack();
    const folder = await scratchFolder(stack);
    const { code, stdout } = await inProcess(['completion', shell], folder);
    expect(code).toBe(0);
    await writeFile(join(folder, 'script'), stdout);
    await mkdir(join(folder, 'cwd/policy folder'), { recursive: true });
    await writeFile(join(folder, 'cwd/policies.yaml'), '');
    const lines = EXPECTED.map(([line]) => line);
    const env = { PATH: process.env['PATH'], HOME: folder, TERM: 'dumb', LC_ALL: 'C' };
    const options = { cwd: join(folder, 'cwd'), env, timeout: 50_000 };
    const shown = await execute(shell, ARGUMENTS[shell](join(folder, 'script'), lines), options);
    const blocks = shown.stdout.split('---\n');
    proposals = new Map(lines.map((line, index) => [line, wordsOf(line, blocks[index] ?? '')]));
  }, 60_000);

  afterAll(() => stack.disposeAsync());

  test.each(EXPECTED)('`%s`', (line, expected) => {
    expect(new Set(proposals.get(line))).toEqual(new Set(expected));
  });
});

/**
 * The words that a shell has printed, in one form: fish puts the doc after a tab, and some shells repeat the flag before
 * `=`, close folders with a slash, or propose flags in the place of any word.
 */
function wordsOf(line: string, block: string): readonly string[] {
  const words = block.split('\n').map((each) => each.replace(/\t.*$/, '').replace(/^--\w+=|[/=]$/g, ''));
  return words
    .map((each) => each.replaceAll('\\', ''))
    .filter((each) => each !== '' && (/ -[^ =]*$/.test(line) || !each.startsWith('-')));
}

test('an unknown shell is wrong usage', async () => {
  expect(await inProcess(['completion', 'tcsh'], '.')).toEqual({
    code: 2,
    stdout: '',
    stderr: 'lictor completion: unknown shell `tcsh`; write `bash`, `zsh`, `fish`\n',
  });
});
