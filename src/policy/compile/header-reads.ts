import type { Program } from '../../cel/interpret/program.ts';
import { isPlainName } from '../../engine/request/header-fields.ts';
import { type HeaderRead, type HeaderReads, NO_HEADER_READS } from '../../engine/request/header-reads.ts';
import type {
  CompiledLimit,
  CompiledMatch,
  CompiledPolicy,
  CompiledRule,
  ResponseValue,
} from '../../engine/set/policy-set.ts';
import { ReachedPrograms } from './reached-programs.ts';

type Use = HeaderRead['use'];

/** Headers from which the values of other names than `request.headers` are made. */
const MADE_OF: ReadonlyMap<string, readonly [header: string, use: Use]> = new Map([
  ['request.id', ['x-request-id', 'value']],
  ['request.referer', ['referer', 'value']],
  ['request.useragent', ['user-agent', 'value']],
  ['request.body', ['content-type', 'value']],
  ['source.xfcc', ['x-forwarded-client-cert', 'presence']],
] as const);

const STRENGTH = { presence: 0, values: 1, value: 2 } as const satisfies Record<Use, number>;

/** The headers and query parameters that a policy reads: in the conditions of its own `match`, and anywhere. */
export function headerReadsOf(
  policy: Omit<CompiledPolicy, 'headers' | 'shadowRules' | 'inputs'>,
): CompiledPolicy['headers'] {
  const match = new Collected(policy.variables);
  for (const { when } of policy.match) match.addProgram(when);
  const all = new Collected(policy.variables);
  for (const program of programsOf(policy)) all.addProgram(program);
  for (const name of policy.requiredHeaders) all.add(name, 'presence');
  if (policy.schemas.length > 0) all.add('content-type', 'value');
  if (policy.mtls?.from === 'xfcc') all.add('x-forwarded-client-cert', 'presence');
  for (const { from } of policy.jwt?.issuers ?? []) {
    for (const place of from) {
      if ('header' in place) all.add(place.header.toLowerCase(), 'presence');
      else if ('cookie' in place) all.add('cookie', 'presence');
      else all.addParameter(place.query);
    }
  }
  return { match: match.reads(), all: all.reads() };
}

/** The headers and query parameters that a rule of a policy with these variables reads. */
export function headerReadsOfRule(rule: CompiledRule, variables: CompiledPolicy['variables']): HeaderReads {
  const all = new Collected(variables);
  for (const program of rulePrograms(rule)) all.addProgram(program);
  return all.reads();
}

class Collected {
  readonly #programs: ReachedPrograms;
  readonly #uses = new Map<string, Use>();
  #others: HeaderReads['others'];
  readonly #parameters = new Set<string>();
  #anyParameter = false;

  constructor(variables: ReadonlyMap<string, Program>) {
    this.#programs = new ReachedPrograms(variables);
  }

  /** Adds the headers that a program reads, directly or through variables. */
  addProgram(program: Program | undefined): void {
    for (const each of this.#programs.add(program)) this.#addReads(each);
  }

  #addReads(program: Program): void {
    for (const name of program.reads) {
      const made = MADE_OF.get(name);
      if (made !== undefined) this.add(...made);
    }
    this.#addKeys(program, 'request.headers', 'value');
    this.#addKeys(program, 'request.header_values', 'values');
    const parameters = program.keys.get('request.query_params');
    for (const name of parameters?.presence ?? []) this.addParameter(name);
    for (const name of parameters?.values ?? []) this.addParameter(name);
    this.#anyParameter ||= parameters?.isOpen === true;
  }

  add(name: string, use: Use): void {
    const before = this.#uses.get(name);
    if (before === undefined || STRENGTH[use] > STRENGTH[before]) this.#uses.set(name, use);
  }

  addParameter(name: string): void {
    this.#parameters.add(name);
  }

  reads(): HeaderReads {
    const readsParameters = this.#anyParameter || this.#parameters.size > 0;
    if (this.#uses.size === 0 && this.#others === undefined && !readsParameters) return NO_HEADER_READS;
    const named = Array.from(this.#uses, ([name, use]) => ({ name, use, isPlain: isPlainName(name) }));
    const parameters = { names: [...this.#parameters], isOpen: this.#anyParameter };
    return { named, others: this.#others, parameters: readsParameters ? parameters : undefined };
  }

  #addKeys(program: Program, map: string, use: 'value' | 'values'): void {
    const keys = program.keys.get(map);
    if (keys === undefined) return;
    for (const name of keys.presence) this.add(name, 'presence');
    for (const name of keys.values) this.add(name, use);
    if (keys.isOpen && this.#others !== 'value') this.#others = use;
  }
}

/** Every expression of a policy that is evaluated for its own sake, and can decide. */
export function programsOf(
  policy: Omit<CompiledPolicy, 'headers' | 'shadowRules' | 'inputs'>,
): readonly (Program | undefined)[] {
  const { match, allowRules, denyRules, schemas, firstLimits, lastLimits, respond } = policy;
  const { requestHeaders, responseHeaders, query, metadata } = respond.allow;
  const values = [
    requestHeaders.set,
    requestHeaders.append,
    responseHeaders.set,
    responseHeaders.append,
    query.set,
    metadata,
    respond.deny.headers.set,
  ];
  return [
    ...match.map(({ when }) => when),
    ...[...allowRules, ...denyRules].flatMap(rulePrograms),
    ...schemas.flatMap((schema) => schema.match.map(({ when }) => when)),
    ...[...firstLimits, ...lastLimits].flatMap(limitPrograms),
    ...values.flatMap((each) => [...each.values()].map(programOf)),
    programOf(respond.deny.body),
  ];
}

/** The expressions of a rule. */
export function rulePrograms({
  match,
  when,
  status,
  message,
}: CompiledRule): readonly (Program | undefined)[] {
  return [when, programOf(status), programOf(message), ...match.map((entry: CompiledMatch) => entry.when)];
}

function limitPrograms({ key, cost, when }: CompiledLimit): readonly (Program | undefined)[] {
  return [...key, cost, when];
}

function programOf(value: ResponseValue | number | undefined): Program | undefined {
  return typeof value === 'object' ? value : undefined;
}
