import type { TextComparison } from '../../cel/check/text-comparisons.ts';
import { parseSpiffe, SPIFFE_SCHEME } from '../../engine/identity/spiffe.ts';
import type { CompiledPolicy } from '../../engine/set/policy-set.ts';
import type { EntryPair } from '../compile/match-relations.ts';
import type { Example, ExampleCaller } from './example.ts';
import { sampleCaller, sampleToken } from './sample-caller.ts';
import { sampleRequest } from './sample-request.ts';
import type { Trials } from './trials.ts';

/** Pairs of entries that are tried. */
const MOST = 20;

/** A request to which the policy applies and whose attribute `name` is `sample`; undefined if none is found. */
export function exampleWith(
  { name }: Pick<TextComparison, 'name'>,
  sample: string,
  policy: CompiledPolicy,
  pairs: readonly EntryPair[],
  trials: Trials,
): Example | undefined {
  for (const [outer = {}, inner] of pairs.slice(0, MOST)) {
    const plain = sampleRequest(outer, inner);
    if (plain === undefined) continue;
    const { method } = plain;
    const host = name === 'request.host' ? sample : plain.host;
    const path = name === 'request.url_path' ? sample : plain.path;
    const governing = trials.policiesFor({ method, host, path });
    if (!governing.some((each) => each.name === policy.name)) continue;
    const caller = callerWith(name, sample, policy, sampleCaller(governing));
    return { method, host, path, caller, token: sampleToken(governing) };
  }
  return undefined;
}

function callerWith(
  name: string,
  sample: string,
  { mtls }: CompiledPolicy,
  usual: ExampleCaller | undefined,
): ExampleCaller | undefined {
  if (name.startsWith('request.')) return usual;
  const via = name.startsWith('caller.') ? (mtls?.from ?? usual?.via ?? 'connection') : 'connection';
  const domain = parseSpiffe(usual?.principal ?? '')?.trustDomain ?? 'example.org';
  return { principal: principalWith(name.replace(/^\w+\./, ''), sample, domain), via };
}

function principalWith(field: string, sample: string, domain: string): string {
  switch (field) {
    case 'spiffe.trust_domain':
      return `${SPIFFE_SCHEME}${sample}/x`;
    case 'spiffe.path':
      return `${SPIFFE_SCHEME}${domain}${sample}`;
    case 'spiffe.namespace':
      return `${SPIFFE_SCHEME}${domain}/ns/${sample}/sa/x`;
    case 'spiffe.service_account':
      return `${SPIFFE_SCHEME}${domain}/ns/x/sa/${sample}`;
    default:
      return sample;
  }
}
