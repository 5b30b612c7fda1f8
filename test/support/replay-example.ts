import type { JsonObject } from '../../src/engine/request/attributes.ts';
import type { PolicySet } from '../../src/engine/set/policy-set.ts';
import { inEnvironment } from '../../src/policy/compile/environments.ts';
import { prepareRequest, simulate } from '../../src/tools/testing/simulate.ts';

/** The parts of an example as a diagnostic prints it. */
const EXAMPLE =
  /^(?<method>[A-Z]+) https:\/\/(?<host>[^/]+)(?<path>\/\S*) as (?<caller>.+?)(?<forwarded> \(forwarded\))?(?: with a token of (?<issuer>[a-z0-9-]+)(?: (?<claims>\{.*\}))?)? → (?<answer>.+)$/u;

/**
 * The answer of the server to the request that an example of a diagnostic shows, in the form of the example. The token
 * is signed, the message is encoded, and the request is decided from its bytes.
 */
export async function replayExample(
  example: string,
  set: PolicySet,
  now: number,
): Promise<{ readonly shown: string; readonly answered: readonly string[] }> {
  const parts = EXAMPLE.exec(example)?.groups;
  if (parts === undefined) throw new Error(`not an example: ${example}`);
  const {
    method = '',
    host = '',
    path = '',
    caller = '',
    forwarded,
    issuer,
    claims = '{}',
    answer = '',
  } = parts;
  const isForwarded = forwarded !== undefined;
  const xfcc: [string, readonly string[]][] = isForwarded
    ? [['x-forwarded-client-cert', [xfccOf(caller)]]]
    : [];
  const given = JSON.parse(claims) as JsonObject;
  const names = [...set.environments.keys()];
  const sets = names.length === 0 ? [set] : names.flatMap((name) => inEnvironment(set, name) ?? []);
  const answered: string[] = [];
  for (const each of sets) {
    const prepared = await prepareRequest(
      {
        caller: {
          name: 'example',
          principal: isForwarded || caller === 'nobody' ? '' : caller,
          address: '192.0.2.1',
          jwt: issuer === undefined ? undefined : { issuer, claims: given, header: {}, expiresIn: 3_600_000 },
          token: undefined,
        },
        request: {
          name: '',
          method,
          scheme: 'https',
          host,
          path,
          headers: new Map(xfcc),
          body: undefined,
        },
        now,
        base: undefined,
        recorded: undefined,
        notes: [],
      },
      each,
      { xfccTrustedHops: isForwarded ? 1 : 0, maxRequestBytes: 8192 },
    );
    const { decision } = await simulate(prepared, each);
    const { reason, policy, rule } = decision;
    answered.push(reason === 'allowed' ? `allowed (${policy}/${rule})` : `denied (${reason})`);
  }
  return { shown: answer, answered };
}

function xfccOf(principal: string): string {
  return principal.includes('://') ? `URI=${principal}` : `DNS=${principal}`;
}
