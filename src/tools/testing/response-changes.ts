import type { ResponseChange } from '../../engine/decision/trace.ts';
import type { CompiledRespond, ResponseValue } from '../../engine/set/policy-set.ts';

/** Descriptions of the changes that policies make to requests and answers; `to` says to which decisions. */
export const RESPONSE_CHANGES = {
  request_header_remove: { to: 'allow', text: 'remove' },
  query_remove: { to: 'allow', text: 'query: remove' },
  request_header_set: { to: 'allow', text: 'set' },
  request_header_append: { to: 'allow', text: 'append' },
  response_header_set: { to: 'allow', text: 'to the caller: set' },
  response_header_append: { to: 'allow', text: 'to the caller: append' },
  query_set: { to: 'allow', text: 'query: set' },
  metadata_set: { to: 'allow', text: 'metadata: set' },
  deny_header_set: { to: 'deny', text: 'denial: set' },
  deny_body: { to: 'deny', text: 'denial:' },
} as const satisfies Record<ResponseChange, { readonly to: 'allow' | 'deny'; readonly text: string }>;

/** One change that a policy can make. */
export interface PossibleChange {
  readonly change: ResponseChange;
  readonly name: string;
  /** Undefined: the name is removed. */
  readonly value: ResponseValue | undefined;
}

/** Every change of a policy, in the order in which they are made. */
export function possibleChanges({ allow, deny }: CompiledRespond): readonly PossibleChange[] {
  const { requestHeaders, responseHeaders, query, metadata } = allow;
  const body = deny.body === undefined ? [] : [['body', deny.body] as const];
  return [
    ...removals('request_header_remove', requestHeaders.remove),
    ...removals('query_remove', query.remove),
    ...values('request_header_set', requestHeaders.set),
    ...values('request_header_append', requestHeaders.append),
    ...values('response_header_set', responseHeaders.set),
    ...values('response_header_append', responseHeaders.append),
    ...values('query_set', query.set),
    ...values('metadata_set', metadata),
    ...values('deny_header_set', deny.headers.set),
    ...values('deny_body', body),
  ];
}

function removals(change: ResponseChange, names: readonly string[]): PossibleChange[] {
  return names.map((name) => ({ change, name, value: undefined }));
}

function values(
  change: ResponseChange,
  entries: Iterable<readonly [name: string, value: ResponseValue]>,
): PossibleChange[] {
  return [...entries].map(([name, value]) => ({ change, name, value }));
}
