import type { JsonObject } from '../../engine/request/attributes.ts';
import type { PolicySet } from '../../engine/set/policy-set.ts';
import { ANONYMOUS_CALLER } from '../../policy/compile/compile-caller.ts';
import { prepareRequest, simulate } from '../testing/simulate.ts';
import type { SimulationRequest } from '../testing/simulation-request.ts';
import { attributesOfCandidate, type Candidate, exampleOf, type Issuers, timeOf } from './candidate.ts';
import { type Answer, flipOf, type Judging, type Pair } from './judge.ts';
import type { Witness } from './witnesses.ts';

const MAX_REQUEST_BYTES = 1024 * 1024;

/**
 * True if the two versions answer the request of a witness differently when it comes as bytes of a check, with a token
 * that is signed: the way of a request to the server, which the search leaves out.
 */
export async function isConfirmed(
  { candidate, flip }: Witness,
  pair: Pair,
  judging: Judging,
): Promise<boolean> {
  const before = await answerTo(candidate, pair.before, judging);
  const after = await answerTo(candidate, pair.after, judging);
  return flipOf({ before, after }) === flip;
}

async function answerTo(candidate: Candidate, set: PolicySet, { issuers, now }: Judging): Promise<Answer> {
  const { issuer } = exampleOf(candidate, issuers).token ?? {};
  const signers = { issuers: new Map(issuer === undefined ? [] : [[issuer.name, issuer]]) };
  const xfccTrustedHops = exampleOf(candidate, issuers).caller?.via === 'xfcc' ? 1 : 0;
  const settings = { xfccTrustedHops, maxRequestBytes: MAX_REQUEST_BYTES };
  const prepared = await prepareRequest(simulationOf(candidate, issuers, now), signers, settings);
  return (await simulate(prepared, set)).decision;
}

/** The request as `lictor eval` decides it. */
function simulationOf(candidate: Candidate, issuers: Issuers, now: number): SimulationRequest {
  const example = exampleOf(candidate, issuers);
  const attributes = attributesOfCandidate(candidate, { ...example, token: undefined });
  const { request, source, destination, context } = attributes;
  const { token } = example;
  return {
    caller: {
      ...ANONYMOUS_CALLER,
      name: 'example',
      principal: source.principal,
      address: source.address,
      port: source.port,
      jwt: token && { issuer: token.issuer.name, claims: token.claims, header: {}, expiresIn: 3_600_000 },
    },
    request: {
      name: '',
      method: request.method,
      scheme: request.scheme === 'http' ? 'http' : 'https',
      host: request.host,
      path: request.path,
      headers: new Map([...request.headers].map(([name, value]) => [name, [value]])),
      body: request.body.bytes.length === 0 ? undefined : { bytes: request.body.bytes, truncated: false },
      told: {
        protocol: request.protocol,
        requestedServerName: attributes.connection.requestedServerName || undefined,
        context,
        metadata: attributes.metadata as ReadonlyMap<string, JsonObject>,
        routeMetadata: attributes.routeMetadata as ReadonlyMap<string, JsonObject>,
        destination,
      },
    },
    now: timeOf(candidate) ?? now,
    base: undefined,
    recorded: undefined,
    notes: [],
  };
}
