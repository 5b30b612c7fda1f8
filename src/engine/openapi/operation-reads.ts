import { isPlainName } from '../request/header-fields.ts';
import { type HeaderReads, NO_HEADER_READS } from '../request/header-reads.ts';
import type { QueryNames } from './operation.ts';
import type { Parameter } from './parameter.ts';

/** Headers and query parameters that must be sent in one way only, for the service to read what is judged. */
export function readsOf(parameters: readonly Parameter[]): HeaderReads {
  const headers = parameters
    .filter(({ place }) => place === 'header')
    .map(({ name, form, shape }) => {
      const isOne = form !== 'styled' || (shape.items === undefined && shape.members === undefined);
      return { name, use: isOne ? ('value' as const) : ('presence' as const), isPlain: isPlainName(name) };
    });
  const names = parameters.filter(({ place }) => place === 'query').map(({ name }) => name);
  if (headers.length + names.length === 0) return NO_HEADER_READS;
  return {
    named: headers,
    others: undefined,
    parameters: names.length === 0 ? undefined : { names, isOpen: false },
  };
}

/** Names of the query parameters of an operation, the members of exploded objects included. */
export function queryNamesOf(parameters: readonly Parameter[]): QueryNames {
  const names = new Set<string>();
  const prefixes: string[] = [];
  let isOpen = false;
  for (const { name, place, form, style, explode, shape } of parameters) {
    if (place !== 'query') continue;
    if (form === 'styled' && style === 'deepObject') {
      prefixes.push(`${name}[`);
      continue;
    }
    names.add(name);
    if (form !== 'styled' || !explode || shape.members === undefined) continue;
    for (const member of shape.members.known.keys()) names.add(member);
    isOpen ||= shape.members.isOpen;
  }
  return { names, prefixes, isOpen };
}
