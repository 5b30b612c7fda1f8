import { HostileServer } from '../support/hostile-server.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { at, row } from './rows.ts';

/** Time of the checks before each reload, with which the ones beside it are compared, in milliseconds. */
const QUIET = 2000;
const POLICIES = 500;
const RULES = 20;
const ROUNDS = 5;

/** Measures checks at a running sidecar while versions of a folder of 10,000 rules arrive. */
export async function reloadPart(): Promise<string> {
  await using stack = new AsyncDisposableStack();
  const server = await HostileServer.start(await scratchFolder(stack));
  stack.defer(() => server.stop());
  const lines = [
    `reload: checks beside a reload of ${POLICIES * RULES} rules. p99 and most: elapsed ms, in the time before the reload and`,
    'beside it; turn: most processor ms of the serving thread between two looks 5 ms apart; gc: longest pause in elapsed ms',
    '',
    row('p99', 'beside', 'more', 'most', 'turn', 'beside', 'gc', 'MiB', 'reload'),
  ];
  for (let round = 1; round <= ROUNDS; round++) {
    const before = await server.quiet(QUIET);
    const { times, loop, memory, wrong, result } = await server.arrive(files(round));
    const [quiet, beside] = [at(before.times, 0.99), at(times, 0.99)];
    const figures = [quiet, beside, beside - quiet, at(times, 1), before.loop.cpu, loop.cpu, loop.collection];
    const note = `${round}: ${result}${wrong > 0 ? `, ${wrong} WRONG` : ''}`;
    lines.push(row(...figures.map((figure) => figure.toFixed(1)), memory.toFixed(0), note));
  }
  return `${lines.join('\n')}\n`;
}

function files(round: number): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Array.from({ length: POLICIES }, (_, policy) => [`p${policy}.yaml`, policyText(policy, round)]),
  );
}

function policyText(policy: number, round: number): string {
  const rules = Array.from({ length: RULES }, (_, rule) =>
    [
      `    - name: r${rule}`,
      '      effect: allow',
      `      when: request.headers['x-tenant'] == 't${rule}-${round}' && request.url_path.startsWith('/p${policy}')`,
    ].join('\n'),
  );
  return [
    'apiVersion: lictor/v1',
    'kind: Policy',
    `metadata: {name: p${policy}}`,
    'spec:',
    `  match: [{hosts: [h${policy}.suite.example]}]`,
    '  rules:',
    ...rules,
    '',
  ].join('\n');
}
