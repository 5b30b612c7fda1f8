import type { JsonValue } from '../request/attributes.ts';
import { parseJson } from '../request/json.ts';
import { convert, type Sent } from './convert.ts';
import type { Operation, QueryNames } from './operation.ts';
import { type Parameter, subjectOf } from './parameter.ts';
import type { RawValues } from './raw-query.ts';
import { type ParameterSources, readParameter } from './read-parameter.ts';

/** Values of parameters: those of the path and of cookies in every way to read them. */
interface RequestSources extends Pick<ParameterSources, 'query' | 'headers'> {
  readonly paths: readonly ReadonlyMap<string, string>[];
  readonly cookies: readonly RawValues[];
}

/** Problem of a parameter of the request, as a sentence; undefined if each fits. */
export function parameterViolation(
  { parameters }: Operation,
  { query, headers, paths, cookies }: RequestSources,
): string | undefined {
  const whole: ParameterSources = { path: NO_PATH, query, headers, cookies: NO_VALUES };
  const ways = {
    path: paths.map((path) => ({ ...whole, path })),
    query: [whole],
    header: [whole],
    cookie: cookies.map((each) => ({ ...whole, cookies: each })),
  };
  for (const parameter of parameters) {
    for (const sources of ways[parameter.place]) {
      const violation = violationOf(parameter, sources);
      if (violation !== undefined) return violation;
    }
  }
  return undefined;
}

const NO_PATH: ReadonlyMap<string, string> = new Map();
const NO_VALUES: RawValues = new Map();

function violationOf(parameter: Parameter, sources: ParameterSources): string | undefined {
  const subject = subjectOf(parameter);
  const read = readParameter(parameter, sources);
  if (read === undefined) return parameter.isRequired ? `${subject} is required` : undefined;
  if (read.problem !== undefined) return `${subject} ${read.problem}`;
  if (read.isEmpty && parameter.allowsEmpty) return undefined;
  for (const way of read.ways) {
    const violation = wayViolation(parameter, way, subject);
    if (violation !== undefined) return violation;
  }
  return undefined;
}

/** Undefined if one of the values that the text may stand for fits; else what is wrong with the first. */
function wayViolation(parameter: Parameter, way: readonly Sent[], subject: string): string | undefined {
  let first: string | undefined;
  for (const sent of way) {
    const violation = sentViolation(parameter, sent, subject);
    if (violation === undefined) return undefined;
    first ??= violation;
  }
  return first ?? `${subject} is not written in the style \`${parameter.style}\``;
}

function sentViolation(parameter: Parameter, sent: Sent, subject: string): string | undefined {
  const { form, shape, check } = parameter;
  if (form === 'json') return jsonViolation(parameter, sent, subject);
  if (check === undefined) return undefined;
  const value = convert(sent, shape);
  const violation = check.violation(value, subject);
  if (violation === undefined) return undefined;
  const text = convert(sent, shape, true);
  return isSame(value, text) ? violation : check.violation(text, subject) && violation;
}

/** Conversions differ only in scalars, and texts are the same objects. */
function isSame(a: JsonValue, b: JsonValue): boolean {
  return a === b;
}

function jsonViolation({ check }: Parameter, sent: Sent, subject: string): string | undefined {
  const { value, problem } = parseJson(typeof sent === 'string' ? sent : '', { refusesAmbiguity: true });
  if (problem !== undefined) return `${subject} must be JSON: ${problem}`;
  return check?.violation(value, subject);
}

/** The first query parameter that an operation does not have; undefined if it has all. */
export function unknownParameter(
  { names, prefixes, isOpen }: QueryNames,
  credentials: ReadonlySet<string>,
  query: RawValues,
): boolean {
  if (isOpen) return false;
  for (const name of query.keys()) {
    const isKnown =
      names.has(name) || credentials.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
    if (!isKnown) return true;
  }
  return false;
}
