import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { type Ended, lictor } from '../support/command.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lictor-query-'));
  await writeFile(join(folder, 'log.jsonl'), LOG);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

function record(minute: number, members: object): string {
  return JSON.stringify({
    v: 1,
    time: `2026-06-01T12:0${minute}:00.000000Z`,
    decision_id: `id-${minute}`,
    decision: 'allow',
    reason: 'allowed',
    status: 200,
    policy: 'orders',
    rule: 'read',
    revision: { commit: 'c', digest: 'd', dirty: false, source: 'git' },
    request: { id: '', method: 'GET', host: 'orders.acme.svc', path: `/api/${minute}` },
    source: { principal: 'spiffe://acme/shop', address: '10.0.0.7' },
    duration_us: 41,
    ...members,
  });
}

const DENIED = { decision: 'deny', reason: 'no_rule', status: 403, rule: '' };
const LOG = `${[
  record(0, {}),
  '{"v":1,"time":"2026-06-01T12:00:30.000000Z","event":"policies","seq":1}',
  record(1, DENIED),
  record(2, { ...DENIED, jwt: { issuer: 'i', subject: '=cmd|a,b' } }),
  'not json',
  record(3, { shadow: [{ policy: 'strict', rule: '', decision: 'deny', reason: 'no_rule' }] }),
  record(4, { revision: null, ...DENIED, reason: 'no_policy_set', policy: '' }),
].join('\n')}\n`;

async function query(args: readonly string[], input = ''): Promise<Ended> {
  return await lictor(['audit', 'query', ...args], { directory: folder, input });
}

const idsOf = ({ stdout }: Ended): readonly string[] =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { decision_id: string }).decision_id);

test.each([
  ['decision == "deny"', ['id-1', 'id-2', 'id-4']],
  ['status == 403 && request.path.endsWith("1")', ['id-1']],
  ['shadow.exists(s, s.policy == "strict" && s.decision == "deny")', ['id-3']],
  ['has(jwt.subject)', ['id-2']],
  ['controls.size() == 0 && duration_us > 40', ['id-0', 'id-1', 'id-2', 'id-3', 'id-4']],
])('--where %s', async (where, ids) => {
  expect(idsOf(await query(['log.jsonl', '--output', 'json', '--where', where]))).toEqual(ids);
});

test('--since and --until bound the time of records', async () => {
  const times = ['--since', '2026-06-01T12:01:00Z', '--until', '2026-06-01T12:03:00Z'];
  expect(idsOf(await query(['log.jsonl', '--output', 'json', ...times]))).toEqual(['id-1', 'id-2']);
  expect(idsOf(await query(['log.jsonl', '--output', 'json', '--since', '1m']))).toEqual([]);
});

test('--fields are columns, and texts are not formulas in CSV', async () => {
  const args = ['log.jsonl', '--fields', 'decision_id,jwt.subject,status', '--where', 'has(jwt.subject)'];
  expect((await query([...args, '--output', 'csv'])).stdout).toBe(
    'decision_id,jwt.subject,status\r\nid-2,"\'=cmd|a,b",403\r\n',
  );
  expect((await query([...args, '--output', 'json'])).stdout).toBe(
    '{"decision_id":"id-2","jwt.subject":"=cmd|a,b","status":403}\n',
  );
  expect((await query([...args, '--output', 'table'])).stdout).toBe(
    'decision_id  jwt.subject  status\nid-2         =cmd|a,b     403\n',
  );
});

test('--count-by counts the records by the values of fields, the largest number first', async () => {
  const { stdout, stderr } = await query(['log.jsonl', '--count-by', 'policy,decision,reason']);
  expect(stdout).toBe(
    [
      'count  policy  decision  reason',
      '2      orders  allow     allowed',
      '2      orders  deny      no_rule',
      '1              deny      no_policy_set',
      '',
    ].join('\n'),
  );
  expect(stderr).toBe('note: 1 line of `log.jsonl` left out; line 5 holds no record: it is not JSON\n');
});

test('records that lack what --where reads are left out, and told', async () => {
  const { stdout, stderr } = await query(['log.jsonl', '--output', 'json', '--where', 'jwt.subject != ""']);
  expect(stdout.split('\n')).toHaveLength(2);
  expect(stderr).toContain(
    'note: --where could not judge 4 records, which are left out: no such key `subject`\n',
  );
});

test('compressed logs and standard input are read', async () => {
  await writeFile(join(folder, 'log.zst'), zstdCompressSync(LOG));
  const args = ['--count-by', 'decision', '--output', 'csv'];
  expect((await query(['log.zst', ...args])).stdout).toBe('count,decision\r\n3,deny\r\n2,allow\r\n');
  expect((await query(['-', ...args], LOG)).stdout).toBe('count,decision\r\n3,deny\r\n2,allow\r\n');
});

test.each([
  [[], 'lictor audit: name the logs to query\n'],
  [['none'], 'lictor audit: `none` does not exist\n'],
  [['log.jsonl', '--since', 'yesterday'], /--since: `yesterday` is not a time; write/],
  [
    ['log.jsonl', '--fields', 'reqest.path'],
    /--fields: `reqest.path` has `reqest.path`, which is not a field/,
  ],
  [['log.jsonl', '--count-by', 'request'], /--count-by: `request` has `request`, which is not a field/],
  [['log.jsonl', '--where', 'reqest.path == ""'], /unknown name `reqest`[\s\S]*did you mean `request`/],
  [['log.jsonl', '--where', 'policy'], /bool/],
])('%j is refused', async (args, problem) => {
  const { code, stderr } = await query(args);
  expect(code).toBe(2);
  expect(stderr).toEqual(typeof problem === 'string' ? problem : expect.stringMatching(problem));
});
