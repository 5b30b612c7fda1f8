import type { CompiledRespond, ResponseValue } from '../../engine/set/policy-set.ts';

/** One thing that a policy does to an answer. */
export interface ResponsePart {
  /** To which answers. */
  readonly to: 'allow' | 'deny';
  /** What it does, such as `set x-tenant`. */
  readonly what: string;
  /** undefined: something is taken away. */
  readonly value: ResponseValue | undefined;
  /** The object that holds the value, and its name there. */
  readonly holder: object;
  readonly name: string;
}

/** Everything that a policy does to answers, in the order in which it is done. */
export function responsePartsOf({ allow, deny }: CompiledRespond): readonly ResponsePart[] {
  const { requestHeaders, responseHeaders, query, metadata } = allow;
  return [
    ...removed(requestHeaders.remove, 'remove'),
    ...removed(query.remove, 'query: remove'),
    ...valued(requestHeaders.set, 'allow', 'set'),
    ...valued(requestHeaders.append, 'allow', 'append'),
    ...valued(responseHeaders.set, 'allow', 'to the caller: set'),
    ...valued(responseHeaders.append, 'allow', 'to the caller: append'),
    ...valued(query.set, 'allow', 'query: set'),
    ...valued(metadata, 'allow', 'metadata: set'),
    ...valued(deny.headers.set, 'deny', 'refusal: set'),
    ...(deny.body === undefined
      ? []
      : [{ to: 'deny' as const, what: 'refusal: body', value: deny.body, holder: deny, name: 'body' }]),
  ];
}

function removed(names: readonly string[], does: string): ResponsePart[] {
  return names.map((name) => ({
    to: 'allow',
    what: `${does} ${name}`,
    value: undefined,
    holder: names,
    name,
  }));
}

function valued(
  values: ReadonlyMap<string, ResponseValue>,
  to: ResponsePart['to'],
  does: string,
): ResponsePart[] {
  return [...values].map(([name, value]) => ({ to, what: `${does} ${name}`, value, holder: values, name }));
}
