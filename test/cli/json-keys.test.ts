import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withFolderOfEachTest } from '../support/each-folder.ts';
import { inProcess } from '../support/in-process.ts';
import { camelCaseKeys } from '../support/snake-case.ts';
import { ROOT } from '../support/tools.ts';

const POLICIES = new URL('policies', ROOT).pathname;

let directory: string;
withFolderOfEachTest((folder) => {
  directory = folder;
});

const REQUEST = ['--host', 'orders.acme.svc', '--path', '/api/orders/42', '--issuer', 'acme'];

test.each<readonly [string, readonly string[]]>([
  ['check', [POLICIES]],
  ['check', [new URL('test/golden/forty/policies', ROOT).pathname]],
  ['test', [POLICIES]],
  ['eval', [POLICIES, ...REQUEST, '--claim', 'scope=orders:read']],
  ['eval', [POLICIES, ...REQUEST, '--expression', 'jwt.subject']],
  ['effective', [POLICIES, '--host', 'orders.acme.svc', '--path', '/api/orders']],
  ['report', [POLICIES]],
])('lictor %s %j --output json has keys in snake_case', async (verb, args) => {
  const { stdout } = await inProcess([verb, ...args, '--output', 'json'], directory);
  expect(camelCaseKeys(stdout)).toEqual([]);
});

test('so has coverage', async () => {
  await inProcess(['test', POLICIES, '--coverage-output', 'coverage.json'], directory);
  expect(camelCaseKeys(await readFile(join(directory, 'coverage.json'), 'utf8'))).toEqual([]);
});
