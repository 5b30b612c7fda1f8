import { strict as assert } from 'node:assert';
import { fileURLToPath } from 'node:url';
import { LanguageClient } from '../support/language-client.ts';
import { policyFolder } from '../support/policy-folder.ts';
import { peakMemory, processorTime, residentMemory } from '../support/processes.ts';
import { ROOT } from '../support/tools.ts';
import { waitFor } from '../support/wait.ts';

const POLICIES = 300;
/** Lines of one generated policy. */
const LINES = 47;
const CHANGES = 60;
/** Changes of one burst, as of a fast typist whose keys the server does not wait for. */
const BURST = 20;

const EDITED = 'services/s7.yaml';
const SHARED = 'issuers/acme.yaml';

/** The time from a change of a document to its diagnostics, and the memory of the process, with the built program. */
export async function editorPart(): Promise<string> {
  await using stack = new AsyncDisposableStack();
  const files = folderWithTests();
  const main = fileURLToPath(new URL('dist/main.js', ROOT));
  const started = performance.now();
  const client = await LanguageClient.start(stack, files, { main });
  const pid = client.child.pid ?? 0;
  const policy = files[EDITED] ?? '';
  const wrong = policy.replace("request.params.id.matches('", "request.parms.id.matches('");
  assert.notEqual(wrong, policy, 'the policy has the expression that is edited');
  client.open(EDITED, wrong);
  await client.shown(EDITED, (shown) => shown.some(({ code }) => code === 'cel_unknown_name'), 60_000);
  const first = performance.now() - started;

  const errors: number[] = [];
  const corrected: number[] = [];
  const before = processorTime(pid);
  for (let index = 0; index < CHANGES; index += 1) {
    corrected.push(
      await timeOf(client, { [EDITED]: policy }, (codes) => !codes.includes('cel_unknown_name')),
    );
    errors.push(await timeOf(client, { [EDITED]: wrong }, (codes) => codes.includes('cel_unknown_name')));
  }
  const busy = ((processorTime(pid) - before) * 1000) / (2 * CHANGES);
  const issuer = files[SHARED] ?? '';
  const shared: number[] = [];
  for (let index = 0; index < CHANGES / 4; index += 1) {
    shared.push(await timeOf(client, { [EDITED]: wrong, [SHARED]: `${issuer}  x: 1\n` }, () => true, SHARED));
    shared.push(await timeOf(client, { [SHARED]: issuer }, () => true, SHARED));
  }
  const bursts: number[] = [];
  for (let index = 0; index < CHANGES / 6; index += 1) {
    for (let key = 0; key < BURST; key += 1) client.type(EDITED, `${wrong}# ${'x'.repeat(key)}\n`);
    bursts.push(await timeOf(client, { [EDITED]: policy }, (codes) => !codes.includes('cel_unknown_name')));
    await timeOf(client, { [EDITED]: wrong }, (codes) => codes.includes('cel_unknown_name'));
  }
  await timeOf(client, { [EDITED]: policy }, (codes) => !codes.includes('cel_unknown_name'));
  // The tests run when lint is done.
  await waitFor(
    async () => {
      const textDocument = { uri: client.uri(EDITED) };
      const lenses = await client.request<readonly unknown[]>('textDocument/codeLens', { textDocument });
      return lenses.length > 0 ? lenses : undefined;
    },
    { what: 'the results of the tests', timeout: 60_000 },
  );
  return `editor: \`lictor lsp\` with ${POLICIES} policies and a test of each, milliseconds from a change to its diagnostics

${row('change', ['median', 'p95', 'most'])}
${[
  row('a mistake appears', figures(errors)),
  row('a mistake is corrected', figures(corrected)),
  row('an Issuer that all policies use', figures(shared)),
  row(`after ${BURST} changes at once`, figures(bursts)),
].join('\n')}

processor time of a change, lint of half of them included: ${Math.round(busy)} ms
the first diagnostics after the start: ${Math.round(first)} ms
memory, all tests run: ${Math.round(residentMemory(pid))} MiB; the most: ${Math.round(peakMemory(pid))} MiB
`;
}

/** Milliseconds until the diagnostics of a document after changes satisfy `isDone`. */
function timeOf(
  client: LanguageClient,
  texts: Readonly<Record<string, string>>,
  isDone: (codes: readonly string[]) => boolean,
  path = EDITED,
): Promise<number> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no diagnostics of ${path} within 30 s`)), 30_000);
    client.onPublished = ({ uri, diagnostics }) => {
      if (uri !== client.uri(path) || !isDone(diagnostics.map(({ code }) => code))) return;
      clearTimeout(timer);
      client.onPublished = () => {};
      resolve(performance.now() - started);
    };
    for (const [changed, text] of Object.entries(texts)) client.type(changed, text);
  });
}

function folderWithTests(): Readonly<Record<string, string>> {
  const files: Record<string, string> = { 'lictor.yaml': '', ...policyFolder(POLICIES * LINES) };
  for (const path of Object.keys(files).filter((each) => each.startsWith('services/'))) {
    const name = path.slice('services/'.length, -'.yaml'.length);
    files[`services/${name}.test.yaml`] = testOf(name);
  }
  return files;
}

function testOf(name: string): string {
  return `apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: ${name}}
spec:
  callers:
    reader:
      principal: spiffe://acme.example/ns/${name}/sa/web
      jwt: {issuer: acme, claims: {scope: "${name}:read"}}
  cases:
    - name: a reader
      caller: reader
      request: {method: GET, host: ${name}.acme.svc, path: /api/${name}/${name}-0123abcd}
      expect: {decision: allow, rule: ${name}/read}
    - name: nobody
      request: {method: GET, host: ${name}.acme.svc, path: /api/${name}/1}
      expect: {decision: deny}
`;
}

function figures(times: readonly number[]): readonly string[] {
  const sorted = times.toSorted((a, b) => a - b);
  return [0.5, 0.95, 1].map((share) => String(Math.round(sorted[Math.ceil(sorted.length * share) - 1] ?? 0)));
}

function row(name: string, cells: readonly string[]): string {
  return [name.padEnd(34), ...cells.map((cell) => cell.padStart(8))].join('');
}
