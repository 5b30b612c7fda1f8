import { type Issuer, issuersOf } from '../../engine/identity/issuer.ts';
import { ANONYMOUS_CALLER } from '../../policy/compile/compile-caller.ts';
import { defaultPath } from '../../policy/compile/complete-request.ts';
import type { TestCaller } from '../../policy/compile/policy-test.ts';
import { type RecordedDecision, readRecord } from '../../sidecar/audit/read-record.ts';
import type { SimulationRequest, SimulationRequestResult } from './simulation-request.ts';

/** Data that records lack, so that the simulation may be decided differently. */
const NOT_RECORDED =
  'a record holds no headers, query string, body, certificate or metadata, and no claims but issuer and subject: add what the decision needs with --header, --path, --body and --claim';

/** The request of one line of the decision log; see docs/operating.md. */
export function requestOfRecord(
  text: string,
  issuers: ReadonlyMap<string, Issuer>,
  path: string,
): SimulationRequestResult {
  const name = path === '-' ? 'standard input' : `\`${path}\``;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const [line] = lines;
  if (line === undefined) return { problem: `${name} holds no record` };
  if (lines.length > 1) {
    const how = path === '-' ? '' : `: \`sed -n 1p ${path} | lictor eval DIR --record -\``;
    return { problem: `${name} holds ${lines.length} records, and one is expected${how}` };
  }
  const { record, problem } = readRecord(line);
  return record === undefined
    ? { problem: `${name} ${problem}` }
    : { simulation: simulationOf(record, issuers) };
}

function simulationOf(record: RecordedDecision, issuers: ReadonlyMap<string, Issuer>): SimulationRequest {
  const { time, request, source } = record;
  const { jwt, notes } = tokenOf(record, issuers);
  const unread = request.method === '' ? ['the check could not be read when it was decided'] : [];
  return {
    caller: { ...ANONYMOUS_CALLER, principal: source.principal, address: source.address, jwt },
    request: {
      name: '',
      method: request.method,
      scheme: 'https',
      host: request.host,
      path: request.path || defaultPath(request.method),
      headers: new Map(),
      body: undefined,
    },
    now: time,
    base: undefined,
    recorded: record,
    notes: [NOT_RECORDED, ...notes, ...unread],
  };
}

/** A token with the same issuer and subject, the only claims that records hold. */
function tokenOf(
  { jwt }: RecordedDecision,
  issuers: ReadonlyMap<string, Issuer>,
): { readonly jwt: TestCaller['jwt']; readonly notes: readonly string[] } {
  if (jwt === undefined) return { jwt: undefined, notes: [] };
  const found = [...issuers.values()].find((each) => issuersOf(each).includes(jwt.issuer));
  if (found === undefined) {
    return {
      jwt: undefined,
      notes: [`no Issuer document of the folder is for ${jwt.issuer}, so the token is left out`],
    };
  }
  const claims = { sub: jwt.subject, ...(found.tenants === undefined ? {} : { iss: jwt.issuer }) };
  return { jwt: { issuer: found.name, claims, header: {}, expiresIn: 3_600_000 }, notes: [] };
}
