import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { toRecord } from '../../src/sidecar/audit/record.ts';
import { aDecision } from '../support/decision.ts';
import { freePort } from '../support/ports.ts';
import { MAIN, PROGRAM_ENVIRONMENT } from '../support/program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

/** Commands about the checkout itself, which `.ci/run` or a contributor runs, and those of an editor that is not here. */
const OF_THE_CHECKOUT = /^(make|npm ci|code)\b/;

interface Block {
  readonly page: string;
  /** First line. */
  readonly name: string;
  readonly text: string;
}

const PAGES = ['README.md', 'policies/README.md', ...globSync('docs/**/*.md')];
const BLOCKS: readonly Block[] = PAGES.flatMap((page) =>
  [...readFileSync(page, 'utf8').matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text = '']) => ({
    page,
    name: text.split('\n', 1).join(''),
    text,
  })),
).filter(({ text }) => !text.split('\n').every((line) => line === '' || OF_THE_CHECKOUT.test(line)));

const REQUEST = `attributes:
  source: {principal: spiffe://acme.example/ns/shop/sa/checkout}
  request: {http: {method: GET, host: orders.acme.svc, path: /api/orders/42, headers: {}}}
`;

/** A folder with everything that the commands of the pages name. */
async function prepare(folder: string): Promise<void> {
  const [, first = ''] = /^```yaml\n(.+?)^```$/ms.exec(readFileSync('README.md', 'utf8')) ?? [];
  await mkdir(join(folder, 'first'));
  await writeFile(join(folder, 'first/policies.yaml'), first);
  for (const name of ['policy.yaml', 'a.yaml']) await writeFile(join(folder, name), first);
  await cp('policies', join(folder, 'policies'), { recursive: true });
  await cp('docs/cookbook', join(folder, 'docs/cookbook'), { recursive: true });
  await writeFile(join(folder, 'request.yaml'), REQUEST);
  for (const file of ['istio.yaml', 'openapi.yaml', 'data.json']) {
    await cp(join('test/tools/import/files', file), join(folder, file));
  }
  await mkdir(join(folder, 'bin'));
  const lictor = `#!/bin/sh\nexec ${process.execPath} ${MAIN} "$@"\n`;
  await writeFile(join(folder, 'bin/lictor'), lictor, { mode: 0o755 });
  await writeFile(join(folder, 'bin/curl'), CURL, { mode: 0o755 });
  await mkdir(join(folder, 'k8s'));
  for (const path of ['deployment.yaml', 'k8s/orders.yaml'])
    await cp('test/golden/inject/deployment.yaml', join(folder, path));
  const kubectl = `#!/bin/sh\ncase "$*" in *'-f -') cat > /dev/null ;; esac\nexec cat ${resolve('test/tools/import/files/istio.yaml')}\n`;
  await writeFile(join(folder, 'bin/kubectl'), kubectl, { mode: 0o755 });
  // `make test-kubernetes` installs the chart.
  await writeFile(join(folder, 'bin/helm'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  const record = toRecord(aDecision(), { traceId: '', spanId: '' });
  await writeFile(join(folder, 'decisions.jsonl'), `${JSON.stringify(record)}\n`);
}

/** `curl` without `curl`: the last argument is the address, which may open later. */
const CURL = `#!/usr/bin/env node
const address = process.argv.at(-1);
void (async () => {
for (let attempt = 0; ; attempt++) {
  const response = await fetch(address).catch(() => undefined);
  if (response?.ok) { console.log(await response.text()); break; }
  if (attempt === 1200) throw new Error(address + ' does not answer');
  await new Promise((resolve) => setTimeout(resolve, 50));
}
})();`;

/** The block as a script in which every command must succeed. A server runs in the background until the end. */
function scriptOf(text: string, folder: string, port: number): string {
  const ready = `curl http://127.0.0.1:${port}/healthz`;
  const commands = text
    .replaceAll(/ +#.*$/gm, '')
    .replaceAll('npm run -s lictor -- ', 'lictor ')
    .replaceAll('lictor serve …', 'lictor serve')
    .replaceAll(/\\\n */g, '')
    .replaceAll(/ &$/gm, '')
    .replaceAll(/^(.*lictor (?:serve|audit witness).*)$/gm, '$1 2>&1 &')
    .replaceAll(/^(.*lictor serve.*)(?=\n.)/gm, `$1\n${ready}`)
    // Exit code 1: the request is denied, or the editor ends the input without a shutdown.
    .replaceAll(/^(.*lictor eval.*)$/gm, '$1 || [ $? = 1 ]')
    .replaceAll(/^(lictor lsp.*)$/gm, '$1 < /dev/null || [ $? = 1 ]')
    .replaceAll('/run/lictor/authz.sock', join(folder, 'authz.sock'))
    .replaceAll('--policies /policies', '--policies policies')
    .replaceAll(':9192/', `:${port}/`);
  const server = commands.includes('lictor serve') ? '' : 'lictor serve 2>&1 &\n';
  return `set -euo pipefail
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
${commands.includes('curl ') ? server : ''}${text.includes('lictor audit') ? withAuditLog(commands) : commands}
${commands.includes('lictor serve') && !commands.includes('curl ') ? ready : ''}`;
}

const MAKE_KEY = 'lictor audit key --name audit.acme.example/orders --out audit.key > audit.pub';

/** The commands with the key and the chained log that they need, where they do not make them. */
function withAuditLog(commands: string): string {
  const withKey = commands.includes(MAKE_KEY) ? commands : `${MAKE_KEY}\n${commands}`;
  const log = commands.includes('lictor serve') ? '' : `\nnode ${resolve('test/docs/audit-log.ts')}`;
  return `rm decisions.jsonl\n${withKey.replace(MAKE_KEY, `${MAKE_KEY}${log}`)}`;
}

test('the pages have commands', () => {
  expect(BLOCKS.length).toBeGreaterThan(15);
});

test.each(BLOCKS)(
  '$page: $name',
  async ({ text }) => {
    await using stack = new AsyncDisposableStack();
    const folder = await scratchFolder(stack);
    await prepare(folder);
    const port = await freePort();
    const environment = {
      ...PROGRAM_ENVIRONMENT,
      PATH: `${join(folder, 'bin')}:${dirname(process.execPath)}:${process.env['PATH']}`,
      XDG_CACHE_HOME: join(folder, '.cache'),
      LICTOR_ADMIN: `127.0.0.1:${port}`,
      LICTOR_LISTEN: '127.0.0.1:0',

      LICTOR_DRAIN_DELAY: '0s',
    };
    const options = { cwd: folder, env: environment, timeout: 170_000 };
    const ended = await promisify(execFile)('bash', ['--norc', '-c', scriptOf(text, folder, port)], options);
    expect(ended.stderr).not.toMatch(/error/);
  },
  60_000,
);
