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
  const query = parameters.filter(({ place }) => place === 'query');
  const names = query.flatMap(namesOf);
  const bracketed = query.filter(isBracketed).map(({ name }) => name);
  if (headers.length + names.length === 0) return NO_HEADER_READS;
  return {
    named: headers,
    others: undefined,
    parameters: names.length === 0 ? undefined : { names, isOpen: false, bracketed },
  };
}

/** True for a parameter or field whose members are written in brackets after its name. */
function isBracketed({ form, style }: Parameter): boolean {
  return form === 'styled' && style === 'deepObject';
}

/** The names that a query parameter or field is written by: its own, and those of its members with `explode`. */
function namesOf(parameter: Parameter): readonly string[] {
  const { name, form, explode, shape } = parameter;
  if (form !== 'styled' || isBracketed(parameter) || !explode || shape.members === undefined) return [name];
  return [name, ...shape.members.known.keys()];
}

/** Names of the query parameters of an operation or the fields of a form, the members of exploded objects included. */
export function queryNamesOf(parameters: readonly Parameter[]): QueryNames {
  const names = new Set<string>();
  const bracketed: string[] = [];
  let isOpen = false;
  for (const parameter of parameters) {
    const { name, place, form, explode, shape } = parameter;
    if (place !== 'query') continue;
    if (isBracketed(parameter)) {
      bracketed.push(name);
      continue;
    }
    for (const each of namesOf(parameter)) names.add(each);
    isOpen ||= form === 'styled' && explode && shape.members?.isOpen === true;
  }
  return { names, bracketed, prefixes: bracketed.map((name) => `${name}[`), isOpen };
}
