import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { callThrough } from '../support/call.ts';
import { accessLineOf, recordOf } from '../support/log-lines.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts';
import { waitFor } from '../support/wait.ts';
import { type Mesh, startMesh } from './mesh.ts';

const POLICY = `apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  match: [{hosts: [orders.acme.svc]}]
  rules:
    - {name: read, effect: allow, match: [{methods: [GET]}]}
    - {name: no-bots, effect: deny, mode: shadow, when: "request.headers['user-agent'].contains('bot')"}
    - {name: write, effect: allow, mode: shadow, match: [{methods: [PUT]}]}
`;

let receiver: OtlpReceiver;
let mesh: Mesh;

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  mesh = await startMesh({
    policies: (folder) => writeFile(join(folder, 'orders.yaml'), POLICY),
    lictor: {
      env: {
        OTEL_BSP_SCHEDULE_DELAY: '100',
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      },
    },
  });
}, 60_000);

afterAll(async () => {
  await mesh?.stop();
  await receiver?.stop();
});

const NO_BOTS = { of: 'rule', policy: 'orders', rule: 'no-bots' } as const;
const WRITE = { of: 'rule', policy: 'orders', rule: 'write' } as const;

test.each([
  [
    'a bot',
    'GET',
    { 'user-agent': 'a bot' },
    200,
    [
      ['deny', 'rule_denied'],
      ['allow', 'allowed'],
    ],
  ],
  [
    'a person',
    'GET',
    { 'user-agent': 'a person' },
    200,
    [
      ['allow', 'allowed'],
      ['allow', 'allowed'],
    ],
  ],
  [
    'an expression that fails',
    'GET',
    {},
    200,
    [
      ['deny', 'policy_error'],
      ['allow', 'allowed'],
    ],
  ],
  [
    'what no rule allows',
    'PUT',
    { 'user-agent': 'a person' },
    403,
    [
      ['deny', 'no_rule'],
      ['allow', 'allowed'],
    ],
  ],
] as const)('%s: the answer is that of the other rules', async (_, method, headers, status, verdicts) => {
  const answer = await callThrough(mesh.envoy, { host: 'orders.acme.svc', path: '/', method, headers });
  expect(answer.status).toBe(status);
  const line = await accessLineOf(mesh.envoy.accessLog, answer.headers['x-request-id'] ?? '');
  const id = line.decision_id ?? '';
  const told = [NO_BOTS, WRITE].map((rule, index) => {
    const [decision, reason] = verdicts[index] ?? [];
    return { ...rule, decision, reason };
  });
  expect((await recordOf(mesh.lictor().records, id)).shadow).toEqual(told);
  const span = await waitFor(
    () => receiver.spans().find(({ attributes }) => attributes['lictor.decision_id'] === id),
    { what: `the span of decision ${id}`, timeout: 10_000 },
  );
  expect(JSON.stringify(span.attributes['lictor.shadow'])).toContain(`orders/no-bots=${verdicts[0][0]}`);
});

test('the metric counts by rule what would be decided otherwise', async () => {
  const metrics = await (await fetch(`${mesh.lictor().admin}/metrics`)).text();
  const counted = metrics
    .match(/^lictor_shadow_decisions_total\{.*$/gm)
    ?.map((line) => line.replace(/^[^{]*/, ''));
  expect(counted?.toSorted()).toEqual([
    '{policy="orders",rule="no-bots",decision="allow",agrees="false"} 0',
    '{policy="orders",rule="no-bots",decision="allow",agrees="true"} 1',
    '{policy="orders",rule="no-bots",decision="deny",agrees="false"} 2',
    '{policy="orders",rule="no-bots",decision="deny",agrees="true"} 1',
    '{policy="orders",rule="write",decision="allow",agrees="false"} 1',
    '{policy="orders",rule="write",decision="allow",agrees="true"} 3',
    '{policy="orders",rule="write",decision="deny",agrees="false"} 0',
    '{policy="orders",rule="write",decision="deny",agrees="true"} 0',
  ]);
});
