import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MAIN, PROGRAM_ENVIRONMENT } from '../../support/program.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { ROOT } from '../../support/tools.ts';

const NEOVIM = fileURLToPath(new URL('.tools/neovim/bin/nvim', ROOT));
const SESSION = fileURLToPath(new URL('test/e2e/editors/session.lua', ROOT));

/** Machines for which there is a wheel with Neovim; see test/support/requirements.txt. */
const hasWheel = ['linux x64', 'darwin arm64'].includes(`${process.platform} ${process.arch}`);

const POLICY = `apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  match: [{hosts: [orders.acme.svc]}]
  variables:
    tenant: request.headers[?'x-tenant'].orValue('')
  rules:
    - name: readers
      effect: allow
      when: request.metod == 'GET' && variables.tenant != ''
`;

interface Shown {
  readonly diagnostics: readonly { readonly line: number; readonly code: string; readonly message: string }[];
  readonly fixed: readonly string[];
  readonly completion: readonly string[];
  readonly hover: readonly string[];
  readonly renamed: readonly string[];
}

/** The configuration of Neovim in the documentation. */
async function documented(): Promise<string> {
  const page = await readFile(new URL('docs/editors.md', ROOT), 'utf8');
  return /^```lua\n([^]*?)^```$/m.exec(page)?.[1] ?? '';
}

/** Runs the session in a policy folder, in a subfolder of what is no repository of git. */
async function session(stack: AsyncDisposableStack): Promise<Shown> {
  const dir = await scratchFolder(stack);
  const files = {
    'shop/authz/lictor.yaml': '',
    'shop/authz/orders.yaml': POLICY,
    'shop/charts/values.yaml': 'a: 1\na: 2\n',
    'bin/lictor': `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`,
    'init.lua': await documented(),
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text, { mode: 0o755 });
  }
  const result = join(dir, 'shown.json');
  const child = spawn(
    NEOVIM,
    ['--headless', '--clean', '-u', join(dir, 'init.lua'), '-n', '-c', `luafile ${SESSION}`, '-c', 'qall!'],
    {
      cwd: join(dir, 'shop/authz'),
      env: {
        ...process.env,
        ...PROGRAM_ENVIRONMENT,
        PATH: [join(dir, 'bin'), process.env['PATH']].join(delimiter),
        HOME: dir,
        XDG_STATE_HOME: join(dir, 'state'),
        SESSION: result,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  stack.defer(() => void child.kill('SIGKILL'));
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(String(chunk)));
  await once(child, 'close');
  if (!existsSync(result)) throw new Error(`the session has no result: ${output.join('')}`);
  return JSON.parse(await readFile(result, 'utf8')) as Shown;
}

test('Neovim with the documented configuration shows, completes, explains, renames and fixes', async () => {
  expect([existsSync(NEOVIM), 'run `make tools`']).toEqual([hasWheel, 'run `make tools`']);
  if (!hasWheel) return;
  await using stack = new AsyncDisposableStack();
  const shown = await session(stack);
  expect(shown.diagnostics).toEqual([
    {
      line: 10,
      code: 'cel_unknown_name',
      message: expect.stringContaining('did you mean `request.method`?'),
    },
  ]);
  expect(shown.fixed.join('\n')).toBe(POLICY.replace('metod', 'method').trimEnd());
  expect(shown.completion).toEqual(expect.arrayContaining(['claims', 'scopes', 'subject']));
  expect(shown.completion).not.toContain('request');
  expect(shown.hover.join('\n')).toContain('request.method: string');
  expect(shown.renamed.join('\n')).toBe(
    POLICY.replace('metod', 'method')
      .replaceAll(/\btenant\b(?=:| !=)/g, 'customer')
      .trimEnd(),
  );
}, 180_000);
