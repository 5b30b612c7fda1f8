import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckResponseMessage } from '../../src/engine/envoy/messages.ts';
import { compareReaders } from '../fuzz/compare-readers.ts';
import { type Asker, connectAsker, said } from '../support/ask.ts';
import { callThrough } from '../support/call.ts';
import { makeCertificates } from '../support/certificates.ts';
import { startCheckRecorder } from '../support/check-recorder.ts';
import { startEnvoy } from '../support/envoy.ts';
import { startLictor } from '../support/lictor.ts';
import { MUTATIONS, type Others } from '../support/mutations.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { pick, seeded } from '../support/seeded.ts';
import { WORKLOADS } from './mesh.ts';

const ROUNDS = 10_000;
const SEED = 20_261_123;
/** Number of concurrent calls. */
const LANES = 50;

/**
 * No mutation can guess the value that this policy requires: 48 hex digits in a header that no recorded message has.
 * So every allow would be a mistake.
 */
const KEY = '9f0c1d5ab27e48f36b1d94c07e5a2f83c6d1b0e49a7f5d28';
const POLICY = `apiVersion: lictor/v1
kind: Policy
metadata: {name: locked}
spec:
  authenticate: {mtls: {principals: ["spiffe://acme.example/**"]}}
  rules:
    - {name: holder, effect: allow, when: "request.headers[?'x-key'].orValue('') == '${KEY}'"}
`;

/** The messages of a real Envoy for different kinds of calls, with and without raw headers. */
async function recordChecks(folder: string): Promise<Others> {
  await using stack = new AsyncDisposableStack();
  const recorder = await startCheckRecorder();
  stack.defer(recorder.stop);
  const certificates = await makeCertificates({ hosts: ['*.acme.svc'], workloads: WORKLOADS });
  for (const rawHeaders of [false, true]) {
    const envoy = await startEnvoy({
      folder: join(folder, `envoy-${rawHeaders}`),
      certificates,
      upstreamPort: 1,
      authz: recorder.address,
      rawHeaders,
    });
    stack.defer(envoy.stop);
    const call = { host: 'orders.acme.svc', workload: 'checkout' };
    await callThrough(envoy, { ...call, path: '/api/orders/42?dry=1', headers: { cookie: 'a=1; b=2' } });
    await callThrough(envoy, {
      ...call,
      path: '/api/orders',
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer a.b.c' },
      body: '{"item":"anvil","count":1}',
    });
    await callThrough(envoy, { host: 'orders.acme.svc', path: '/' });
  }
  const [first, ...rest] = recorder.messages();
  if (first === undefined) throw new Error('Envoy asked nothing');
  expect(rest).toHaveLength(5);
  return [first, ...rest];
}

test(`${ROUNDS} mutations of messages of a real Envoy: each is denied, none ends the process`, async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await scratchFolder(stack);
  await writeFile(join(folder, 'locked.yaml'), POLICY);
  const real = await recordChecks(folder);
  const lictor = await startLictor({ folder: join(folder, 'lictor'), policies: folder });
  stack.defer(lictor.stop);
  const asker = connectAsker(lictor.listen);
  stack.defer(asker.close);
  const reasons = new Map<string, number>();
  const refused = (bytes: Buffer, answer: CheckResponseMessage): void => {
    const { status, okResponse, deniedResponse } = answer;
    const reason = said(answer, 'reason');
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    const denied = deniedResponse?.status?.code ?? 0;
    if (
      (status?.code ?? 0) === 0 ||
      okResponse !== undefined ||
      denied < 400 ||
      reason === 'internal_error'
    ) {
      throw new Error(`${JSON.stringify(answer)} to ${bytes.toString('base64')}`);
    }
  };

  for (const bytes of real) {
    refused(bytes, await asker.send(bytes));
    expect(compareReaders(bytes)).toBe('read');
  }
  expect([...reasons.keys()].toSorted()).toEqual(['no_rule', 'peer_missing']);
  const random = seeded(SEED);
  let round = 0;
  async function lane(): Promise<void> {
    while (round < ROUNDS) {
      round += 1;
      const bytes = pick(random, MUTATIONS)(pick(random, real), random, real);
      refused(bytes, await asker.send(bytes));
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane));
  process.stdout.write(`  ${JSON.stringify(Object.fromEntries(reasons))}\n`);
  // Both outcomes must occur, or the mutations would test nothing.
  expect(reasons.get('bad_check')).toBeGreaterThan(ROUNDS / 20);
  expect(reasons.get('no_rule')).toBeGreaterThan(ROUNDS / 100);
  expect(lictor.child.ended()).toBeUndefined();
  await decidesRight(asker);
}, 90_000);

async function decidesRight(asker: Asker): Promise<void> {
  const who = { source: { principal: WORKLOADS.checkout } };
  const about = (key: string) => ({
    ...who,
    request: { http: { method: 'GET', host: 'a', path: '/', headers: { 'x-key': key } } },
  });
  const rightKey = await asker.checkAttributes(about(KEY));
  expect([rightKey.okResponse === undefined, said(rightKey, 'rule')]).toEqual([false, 'holder']);
  expect(said(await asker.checkAttributes(about(`${KEY}0`)), 'reason')).toBe('no_rule');
}
