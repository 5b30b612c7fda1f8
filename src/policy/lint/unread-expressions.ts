import type { Environment } from '../../cel/check/environment.ts';
import { compile } from '../../cel/compile.ts';
import { parseText } from '../../cel/syntax/parse-text.ts';
import { replacePart } from '../compile/report-problem.ts';
import { placeOf } from '../compile/written-places.ts';
import type { PolicySpec } from '../language/policy-document.ts';
import { child, report } from '../language/reader.ts';
import type { Expression } from '../language/values.ts';
import { locate } from '../yaml/scalar-offset.ts';
import type { Cursor } from '../yaml/tree.ts';
import type { LintInput } from './lint-input.ts';

/** A part of a text that another product would replace by a value. */
interface Suspect {
  readonly start: number;
  readonly end: number;
  /** The expression that was probably meant; undefined if it is not known here. */
  readonly meant: string | undefined;
  readonly why: string;
}

/**
 * Reports texts that look like an expression or a variable of another product, and are sent as they are: the whole text
 * `variables.tenant`, or `{variables.tenant}`, `{{ x }}` and `%REQ(x-tenant)%` in it.
 */
export function* lintUnreadExpressions({ compiled }: LintInput): Generator<undefined, void> {
  for (const { policy, environment } of compiled) {
    for (const at of textsOf(policy.at)) reportText(at, policy.spec, environment);
    for (const { key = [] } of policy.spec.limits ?? []) {
      for (const each of key) reportKey(each, environment);
    }
    yield;
  }
}

/** The values of `respond` and of messages that are text. */
function textsOf(spec: Cursor): readonly Cursor[] {
  const rules = child(spec, 'rules')?.tree;
  const count = rules?.kind === 'list' ? rules.items.length : 0;
  const messages = Array.from({ length: count }, (_, index) => placeOf(spec, 'rules', index, 'message'));
  return [...messages, placeOf(spec, 'respond')].flatMap(valuesIn);
}

function valuesIn(at: Cursor | undefined): readonly Cursor[] {
  if (at?.tree.kind === 'scalar') return [at];
  if (at?.tree.kind !== 'mapping') return [];
  const names = [...at.tree.entries.keys()].filter((name) => name !== 'cel' && name !== 'remove');
  return names.flatMap((name) => valuesIn(child(at, name)));
}

function reportText(at: Cursor, spec: PolicySpec, environment: Environment): void {
  const { tree, context } = at;
  // A parameter of a template cannot be an expression.
  if (tree.kind !== 'scalar' || typeof tree.value !== 'string' || tree.isParameter === true) return;
  const { value } = tree;
  for (const { start, end, meant, why } of suspectsIn(value, spec, environment)) {
    const written = value.slice(start, end);
    const message = `\`${written}\` is sent as it is: ${why}`;
    const isValid = meant !== undefined && isText(replaced(value, start, end, meant), environment);
    const help = isValid
      ? replacePart({ at, source: value }, { start, end }, `\${${meant}}`)
      : 'an expression in a text is written `${...}`, such as `${request.method}`';
    report(at, 'unread_expression', message, help, locate(context.lines.text, tree, start, end));
  }
}

/** Reports a key such as `'caller.principal'`, a text that is the same for all requests: they share one bucket. */
function reportKey(key: Expression, environment: Environment): void {
  const source = key.source.trim();
  const [, inner] =
    /^(?:'([^'\\\n]+)'|"([^"\\\n]+)")$/.exec(source)?.filter((each) => each !== undefined) ?? [];
  if (inner === undefined || !readsName(inner, environment)) return;
  const message = `\`${source}\` is a text and not a value of the request, so that all requests share one bucket`;
  const start = key.source.indexOf(source);
  report(
    key.at,
    'unread_expression',
    message,
    replacePart(key, { start, end: start + source.length }, inner),
  );
}

function replaced(value: string, start: number, end: number, meant: string): string {
  return `${value.slice(0, start)}\${${meant}}${value.slice(end)}`;
}

function isText(source: string, environment: Environment): boolean {
  return (
    compile(source, environment, { result: ['string'], allowOptional: true, isText: true }).problems ===
    undefined
  );
}

const NOT_EVALUATED = 'it is text, not an expression';
const OF_ENVOY = 'variables of Envoy are not replaced here';
const OF_TEMPLATES = 'templates of other products are not evaluated here';

function suspectsIn(value: string, spec: PolicySpec, environment: Environment): readonly Suspect[] {
  const whole = value.trim();
  if (whole !== '' && readsName(whole, environment)) {
    const start = value.indexOf(whole);
    return [{ start, end: start + whole.length, meant: whole, why: NOT_EVALUATED }];
  }
  // Parts that are expressions already are not looked at.
  let rest = value;
  for (const { start, end } of parseText(value).holes) rest = blank(rest, start, end);
  const found: Suspect[] = [];
  for (const { index, 0: text, 1: inner = '' } of rest.matchAll(DOUBLE)) {
    const meant = readsName(inner, environment) ? inner : undefined;
    found.push({ start: index, end: index + text.length, meant, why: OF_TEMPLATES });
    rest = blank(rest, index, index + text.length);
  }
  for (const { index, 0: text, 1: inner = '' } of rest.matchAll(SINGLE)) {
    const meant = readsName(inner, environment) ? inner.trim() : parameterOf(inner, spec);
    if (meant !== undefined)
      found.push({ start: index, end: index + text.length, meant, why: NOT_EVALUATED });
  }
  for (const { index, 0: text, 1: operator = '', 2: argument = '' } of rest.matchAll(ENVOY)) {
    found.push({ start: index, end: index + text.length, meant: ofEnvoy(operator, argument), why: OF_ENVOY });
  }
  return found;
}

function blank(text: string, start: number, end: number): string {
  return text.slice(0, start) + ' '.repeat(end - start) + text.slice(end);
}

const DOUBLE = /(?<!\$)\{\{-?[ \t]*([^{}]*?)[ \t]*-?\}\}/g;
const SINGLE = /(?<![${])\{([^{}]+)\}/g;
/** Command operators of Envoy's access log format and header formatter. */
const ENVOY =
  /%(REQ|RESP|TRAILER|START_TIME|PROTOCOL|DURATION|HOSTNAME|ROUTE_NAME|TRACE_ID|STREAM_ID|DYNAMIC_METADATA|CLUSTER_METADATA|METADATA|FILTER_STATE|ENVIRONMENT|QUERY_PARAM|REQUESTED_SERVER_NAME|(?:DOWNSTREAM|UPSTREAM|REQUEST|RESPONSE|CONNECTION)_[A-Z_]+)(?:\(([^()%]*)\))?(?::[0-9]+)?%/g;

/** True for an expression that reads a field or key of a name that expressions know, such as `variables.tenant`. */
function readsName(source: string, environment: Environment): boolean {
  if (!/^[a-z]\w*\s*[.[]/.test(source.trim())) return false;
  const { program } = compile(source, environment, { result: ['dyn'], allowOptional: true });
  return program !== undefined && program.reads.size > 0;
}

/** The expression for `{name}`, if a path of the policy has the parameter. */
function parameterOf(name: string, { match = [], rules = [] }: PolicySpec): string | undefined {
  const entries = [...match, ...rules.flatMap((rule) => rule.match ?? [])];
  const segments = entries.flatMap(({ paths = [] }) => paths.flatMap((path) => path.segments));
  const isKnown = segments.some((segment) => segment.kind === 'param' && segment.name === name);
  return isKnown ? `request.params.${name}` : undefined;
}

const ENVOY_NAMES: ReadonlyMap<string, string> = new Map([
  ['REQ(:METHOD)', 'request.method'],
  ['REQ(:PATH)', 'request.path'],
  ['REQ(:AUTHORITY)', 'request.host'],
  ['REQ(:SCHEME)', 'request.scheme'],
  ['PROTOCOL', 'request.protocol'],
  ['REQUESTED_SERVER_NAME', 'connection.requested_server_name'],
  ['DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT', 'source.address'],
  ['DOWNSTREAM_PEER_URI_SAN', 'source.principal'],
]);

function ofEnvoy(operator: string, argument: string): string | undefined {
  const known = ENVOY_NAMES.get(argument === '' ? operator : `${operator}(${argument.toUpperCase()})`);
  if (known !== undefined) return known;
  const isHeader = operator === 'REQ' && /^[A-Za-z0-9-]+$/.test(argument);
  return isHeader ? `request.headers[?'${argument.toLowerCase()}'].orValue('')` : undefined;
}
