import { join } from 'node:path';
import { makeCertificates, writeCertificates } from '../support/certificates.ts';
import { type Lictor, startLictor } from '../support/lictor.ts';
import { writeOpenPolicy } from '../support/open-policy.ts';
import { freePort } from '../support/ports.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { GRPCURL_CALLS, runGrpcurl } from './grpcurl.ts';
import { runH2spec } from './h2spec.ts';
import { checkManifests } from './manifests.ts';
import { runProtovalidate } from './protovalidate.ts';

/*
 * `make test-go`: programs of Go. All cases of h2spec and calls of grpcurl, which talk to a sidecar over TCP and over
 * TLS, the conformance cases of protovalidate, and checks of every manifest, of the chart and of workflows. Exit code 1 if
 * one has failed or was left out.
 */
await using stack = new AsyncDisposableStack();
const folder = await scratchFolder(stack);
const policies = await writeOpenPolicy(folder);
const certs = join(folder, 'certs');
await writeCertificates(certs, await makeCertificates({ hosts: [], workloads: {} }));
const TLS = ['--tls-cert', join(certs, 'server.pem'), '--tls-key', join(certs, 'server.key')];

async function serve(name: string, args: readonly string[]): Promise<{ port: number; lictor: Lictor }> {
  const port = await freePort();
  const lictor = await startLictor({
    folder: join(folder, name),
    policies,
    listen: `127.0.0.1:${port}`,
    args: ['--transport', 'native', ...args],
  });
  stack.defer(() => lictor.stop());
  return { port, lictor };
}

for (const [name, isTls] of [
  ['TCP', false],
  ['TLS', true],
] as const) {
  const { port, lictor } = await serve(name, isTls ? TLS : []);
  const { cases, passed, problems } = await runH2spec({ port, isTls });
  console.log(`h2spec over ${name}: ${passed} of ${cases} passed`);
  fail(problems);
  const address = [...(isTls ? ['-cacert', join(certs, 'ca.pem')] : ['-plaintext']), `localhost:${port}`];
  for (const call of GRPCURL_CALLS) {
    const problem = await runGrpcurl(address, call);
    console.log(`grpcurl over ${name}, ${call.name}: ${problem === undefined ? 'as expected' : 'FAILED'}`);
    fail(problem ?? '');
  }
  fail(lictor.child.ended() ?? '');
}

for await (const { name, problem } of checkManifests(join(folder, 'manifests'))) {
  console.log(`${name}: ${problem === '' ? 'as expected' : 'FAILED'}`);
  fail(problem);
}

const { cases, passed, excepted, problems } = await runProtovalidate();
console.log(`protovalidate: ${passed} of ${cases} passed, ${excepted} fail as listed`);
fail(problems);

function fail(problem: string): void {
  if (problem === '') return;
  console.log(problem);
  process.exitCode = 1;
}
