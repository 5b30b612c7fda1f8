import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { callThrough } from '../support/call.ts';
import { makeCertificates } from '../support/certificates.ts';
import { startCheckRecorder } from '../support/check-recorder.ts';
import { startEnvoy } from '../support/envoy.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

/*
 * node test/fuzz/record-checks.ts: writes envoy-checks.json, the messages of a real Envoy for different kinds of calls,
 * with and without raw headers and bodies as bytes.
 */
const WORKLOAD = 'spiffe://acme.example/ns/shop/sa/checkout';

await using stack = new AsyncDisposableStack();
const folder = await scratchFolder(stack);
const recorder = await startCheckRecorder();
stack.defer(recorder.stop);
const certificates = await makeCertificates({ hosts: ['*.acme.svc'], workloads: { checkout: WORKLOAD } });
const checks: { readonly name: string; readonly message: string }[] = [];
for (const rawHeaders of [true, false]) {
  const envoy = await startEnvoy({
    folder: join(folder, `envoy-${rawHeaders}`),
    certificates,
    upstreamPort: 1,
    authz: recorder.address,
    rawHeaders,
    packAsBytes: rawHeaders,
  });
  stack.defer(envoy.stop);
  const form = rawHeaders ? 'raw' : 'joined';
  const browser = {
    accept: 'application/json, text/plain, */*',
    'accept-encoding': 'gzip, deflate, br',
    'accept-language': 'en-US,en;q=0.9',
    authorization: `Bearer eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.${'abcdEFGH0123_-xy'.repeat(24)}.${'Zz09_-Qw'.repeat(43)}`,
    cookie: 'sid=8c7d5c7e0a6a4c0b9a1f; theme=dark',
    'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0',
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  };
  const call = { host: 'orders.acme.svc', workload: 'checkout' };
  const asked: readonly (readonly [string, Parameters<typeof callThrough>[1]])[] = [
    ['GET of a browser', { ...call, path: '/api/orders/42?x=1', headers: browser }],
    [
      'POST with a body',
      {
        ...call,
        path: '/api/orders',
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"item":"anvil","count":1}',
      },
    ],
    ['no certificate', { host: 'orders.acme.svc', path: '/' }],
    ['bytes that are not ASCII', { ...call, path: '/a?b=%E9', headers: { 'x-name': 'gr\u00FC\u00DFe' } }],
  ];
  for (const [name, request] of asked) {
    const before = recorder.messages().length;
    await callThrough(envoy, request);
    const message = recorder.messages()[before];
    if (message === undefined) throw new Error(`Envoy asked nothing about ${name}`);
    checks.push({ name: `${name}, ${form} headers`, message: message.toString('base64') });
  }
}
await writeFile(new URL('envoy-checks.json', import.meta.url), `${JSON.stringify(checks, null, 2)}\n`);
