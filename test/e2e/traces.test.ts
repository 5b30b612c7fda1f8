import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectAsker } from '../support/ask.ts';
import { callThrough } from '../support/call.ts';
import { startLictor } from '../support/lictor.ts';
import { recordOf } from '../support/log-lines.ts';
import { type OtlpReceiver, type Span, startOtlpReceiver } from '../support/otlp-receiver.ts';
import { freePort } from '../support/ports.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { waitFor } from '../support/wait.ts';
import { type Mesh, startMesh } from './mesh.ts';

const POLICY = `apiVersion: lictor/v1
kind: Policy
metadata: {name: open}
spec:
  rules:
    - {name: read, effect: allow, match: [{methods: [GET]}]}
    - {name: no-export, effect: deny, when: request.url_path == '/export'}
`;
/** Exports spans after 100 ms instead of five seconds. */
const SOON = { OTEL_BSP_SCHEDULE_DELAY: '100' } as const;

const withPolicy = (folder: string): Promise<void> => writeFile(join(folder, 'open.yaml'), POLICY);

function spanOf(receiver: OtlpReceiver, decisionId: string): Promise<Span> {
  return waitFor(
    () => receiver.spans().find((span) => span.attributes['lictor.decision_id'] === decisionId),
    {
      what: `the span of decision ${decisionId}`,
      timeout: 10_000,
    },
  );
}

describe('through an Envoy with tracing', () => {
  let receiver: OtlpReceiver;
  let mesh: Mesh;

  beforeAll(async () => {
    receiver = await startOtlpReceiver();
    mesh = await startMesh({
      policies: withPolicy,
      lictor: {
        env: {
          ...SOON,
          OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
          OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
          OTEL_SERVICE_NAME: 'lictor-beside-orders',
        },
      },
      envoy: { otlpPort: receiver.port },
    });
  }, 60_000);

  afterAll(async () => {
    await mesh?.stop();
    await receiver?.stop();
  });

  test.each([
    ['allow', { path: '/' }, { decision: 'allow', reason: 'allowed', rule: 'read', policy: 'open' }],
    [
      'a deny rule',
      { path: '/export' },
      { decision: 'deny', reason: 'rule_denied', rule: 'no-export', policy: 'open' },
    ],
    [
      'no rule',
      { path: '/', method: 'PUT' },
      { decision: 'deny', reason: 'no_rule', rule: '', policy: 'open' },
    ],
  ] as const)('a server span for %s, in the trace of Envoy', async (_, call, said) => {
    const answer = await callThrough(mesh.envoy, { host: 'any.acme.svc', workload: 'checkout', ...call });
    const requestId = answer.headers['x-request-id'] ?? '';
    const { decisions } = (await (await fetch(`${mesh.lictor().admin}/v1/decisions`)).json()) as {
      decisions: { decision_id: string; request: { id: string } }[];
    };
    const id = decisions.find(({ request }) => request.id === requestId)?.decision_id ?? '';
    const commit = await mesh.repository.head();
    const span = await spanOf(receiver, id);
    expect(span).toMatchObject({ name: 'envoy.service.auth.v3.Authorization/Check', kind: 2 });
    expect(span.resource).toMatchObject({ 'service.name': 'lictor-beside-orders' });
    expect(span.attributes).toMatchObject({
      'vcs.ref.head.revision': commit,
      'lictor.decision': said.decision,
      'lictor.decision_id': id,
      'lictor.reason': said.reason,
      'lictor.policy': said.policy,
      'lictor.rule': said.rule,
    });
    expect(await recordOf(mesh.lictor().records, id)).toMatchObject({
      trace_id: span.traceId,
      span_id: span.spanId,
    });
    // Envoy sends protobuf: its span has the caller's trace ID (field 1) and the parent's ID (field 2) as bytes.
    const parent = field(1, span.traceId);
    const own = field(2, span.parentSpanId ?? '');
    await waitFor(
      () =>
        receiver.binary().some((bytes) => bytes.includes(parent) && bytes.includes(own)) ? true : undefined,
      {
        what: `a span ${span.parentSpanId} of Envoy in trace ${span.traceId}`,
        timeout: 10_000,
      },
    );
  });
});

describe('without an Envoy', () => {
  const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
  const CALLER = '00f067aa0ba902b7';

  interface Ended {
    readonly id: string;
    readonly log: string;
    /** Milliseconds from SIGTERM to the end. */
    readonly ending: number;
  }

  /** Starts Lictor with these settings, makes a decision within the caller's trace, and sends SIGTERM. */
  async function decide(env: Readonly<Record<string, string>>): Promise<Ended> {
    await using stack = new AsyncDisposableStack();
    const folder = await scratchFolder(stack);
    await withPolicy(folder);
    const lictor = await startLictor({ folder: join(folder, 'lictor'), policies: folder, env });
    stack.defer(lictor.stop);
    const asker = connectAsker(lictor.listen);
    stack.defer(asker.close);
    const headers = { traceparent: `00-${TRACE}-${CALLER}-01` };
    const { okResponse, dynamicMetadata } = await asker.check({ host: 'any.acme.svc', path: '/', headers });
    expect(okResponse).toBeDefined();
    const id = dynamicMetadata?.fields?.['decision_id']?.stringValue ?? '';
    expect(await recordOf(lictor.records, id)).toMatchObject({ trace_id: TRACE });
    const began = performance.now();
    lictor.child.signal('SIGTERM');
    expect(await lictor.child.exited).toBe('exit code 0');
    return { id, ending: performance.now() - began, log: await readFile(lictor.child.log, 'utf8') };
  }

  test('protobuf, the default, arrives before the process ends', async () => {
    await using stack = new AsyncDisposableStack();
    const receiver = await startOtlpReceiver();
    stack.defer(receiver.stop);
    const { id } = await decide({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint });
    const [bytes] = receiver.binary();
    expect(receiver.binary()).toHaveLength(1);
    for (const part of [
      field(1, TRACE),
      field(4, CALLER),
      Buffer.from(id),
      Buffer.from('vcs.ref.head.revision'),
    ]) {
      expect(bytes?.includes(part)).toBe(true);
    }
  });

  test('a missing collector affects no decision, and delays the shutdown by at most five seconds', async () => {
    const { log, ending } = await decide({
      ...SOON,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
    });
    expect(ending).toBeLessThan(7500);
    expect(log).toContain('"message":"stopped"');
    expect(log.split('\n').filter((line) => line.includes('telemetry cannot be sent')).length).toBeLessThan(
      2,
    );
  });
});

/** A bytes field of protobuf. */
function field(number: number, hex: string): Buffer {
  const bytes = Buffer.from(hex, 'hex');
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}
