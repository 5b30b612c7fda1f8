import type { ParameterReads } from '../request/header-reads.ts';
import { parameterTrouble } from '../request/parameter-spelling.ts';
import { exactName, foldedName, ParameterNames } from '../request/rewrite-query.ts';

/** Parameters after this number are ignored by the parsers of Node and Express. */
const MOST_READ = 1000;

const compiled = new WeakMap<ParameterReads, ParameterNames>();

/**
 * The difference between the query string as policies read it (WHATWG URL, section 5.1) and as some services do, if it
 * concerns a parameter that is read: another spelling of its name, a `;` beside it, or too many parameters.
 */
export function ambiguousParameter(reads: ParameterReads, path: string): string | undefined {
  const start = path.indexOf('?');
  if (start === -1) return undefined;
  const parameters = path.slice(start + 1).split('&');
  if (parameters.length > MOST_READ) return `more than ${MOST_READ} query parameters`;
  return reads.isOpen ? findingOnAny(parameters) : findingOnNamed(reads, parameters);
}

function findingOnNamed(reads: ParameterReads, parameters: readonly string[]): string | undefined {
  let names = compiled.get(reads);
  if (names === undefined) {
    names = new ParameterNames(reads.names);
    compiled.set(reads, names);
  }
  const trouble = parameterTrouble(names, reads.bracketed ?? [], parameters);
  if (trouble === undefined) return undefined;
  return trouble === 'separator' ? SEPARATED : SPELLED;
}

/** As `findingOnNamed`, for every parameter of the request. */
function findingOnAny(parameters: readonly string[]): string | undefined {
  const names = new Map<string, string>();
  for (const parameter of parameters) {
    if (parameter.includes(';')) return SEPARATED;
    const exact = exactName(parameter);
    const folded = foldedName(parameter);
    if ((names.get(folded) ?? exact) !== exact) return SPELLED;
    names.set(folded, exact);
  }
  return undefined;
}

const SEPARATED = 'a `;` in the query string, which some services take for the end of a parameter';
const SPELLED = 'a query parameter that some services take for another one, which a policy reads';
