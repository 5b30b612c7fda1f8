import { NO_HEADER_READS } from '../../src/engine/request/header-reads.ts';
import type { CompiledPolicy, PolicySet } from '../../src/engine/set/policy-set.ts';

export const SOURCE = { file: 'test.yaml', line: 1, column: 1 };

/** A policy with a name and nothing else. */
export function barePolicy(name: string): CompiledPolicy {
  return {
    name,
    description: '',
    owner: '',
    controls: [],
    source: SOURCE,
    mode: 'enforce',
    match: [],
    allowsAmbiguousPath: false,
    requiredHeaders: [],
    params: {},
    variables: new Map(),
    headers: { match: NO_HEADER_READS, all: NO_HEADER_READS },
    inputs: { match: [], all: [] },
    mtls: undefined,
    jwt: undefined,
    namedPeers: undefined,
    callers: undefined,
    denyRules: [],
    allowRules: [],
    shadowRules: [],
    schemas: [],
    services: [],
    firstLimits: [],
    lastLimits: [],
    respond: {
      allow: {
        requestHeaders: { set: new Map(), append: new Map(), remove: [] },
        responseHeaders: { set: new Map(), append: new Map() },
        query: { set: new Map(), remove: [] },
        metadata: new Map(),
      },
      deny: { headers: { set: new Map() }, body: undefined },
    },
    record: undefined,
  };
}

/** A set of these policies, without issuers, data or environments. */
export function bareSet(policies: readonly CompiledPolicy[]): Omit<PolicySet, 'revision' | 'revisionText'> {
  return { policies, issuers: new Map(), data: {}, environments: new Map(), environment: '', env: {} };
}
