import type { Program } from '../../cel/interpret/program.ts';
import type { Issuer } from '../../engine/identity/issuer.ts';
import { CollectedReads, type InputReads } from '../../engine/request/input-reads.ts';
import type { CallerCondition } from '../../engine/set/callers.ts';
import type { CompiledPolicy, CompiledRule } from '../../engine/set/policy-set.ts';
import { programsOf, rulePrograms } from './header-reads.ts';
import { ReachedPrograms } from './reached-programs.ts';

/** Attributes that each record has, or that follow from those that it has. */
const RECORDED: ReadonlySet<string> = new Set([
  'request.id',
  'request.method',
  'request.url_path',
  'request.host',
  'request.authority',
  'request.params',
  'source.address',
  'source.ip',
  'source.principal',
  'destination.principal',
  'now',
  'jwt.issuer',
  'jwt.subject',
]);

/** Beginnings of names that are not those of a request, or that each record has. */
const NOT_OF_REQUEST = /^(?:data|env|params|policy|variables|caller|source\.spiffe)(?:\.|$)/;

type Policy = Omit<CompiledPolicy, 'headers' | 'shadowRules' | 'inputs'>;

/** The attributes that a policy can read in the conditions of its own `match`, and anywhere, beside those of each record. */
export function inputReadsOf(policy: Policy, shadowRules: readonly CompiledRule[]): CompiledPolicy['inputs'] {
  const match = new Reads(policy.variables);
  for (const { when } of policy.match) match.addProgram(when);
  const all = new Reads(policy.variables);
  for (const program of programsOf(policy)) all.addProgram(program);
  for (const rule of shadowRules) for (const program of rulePrograms(rule)) all.addProgram(program);
  all.addHeaders(policy.requiredHeaders);
  if (policy.schemas.length > 0) all.addBody();
  for (const { callers } of [policy, ...policy.allowRules, ...policy.denyRules, ...shadowRules])
    all.addCallers(callers);
  if (policy.jwt !== undefined) all.addToken(policy.jwt.issuers);
  return { match: match.reads(), all: all.reads() };
}

class Reads {
  readonly #programs: ReachedPrograms;
  readonly #collected = new CollectedReads();

  constructor(variables: ReadonlyMap<string, Program>) {
    this.#programs = new ReachedPrograms(variables);
  }

  /** Adds what a program reads, directly or through variables. */
  addProgram(program: Program | undefined): void {
    for (const each of this.#programs.add(program)) this.#addReads(each);
  }

  #addReads(program: Program): void {
    for (const name of program.reads) {
      if (RECORDED.has(name) || NOT_OF_REQUEST.test(name)) continue;
      if (name === 'request.body' || name === 'request.body_bytes') this.addBody();
      else this.#addName(name, program);
    }
  }

  addHeaders(names: Iterable<string>): void {
    for (const name of names) this.#collected.addKeys('request.headers', [name]);
  }

  /** The bytes, with the headers that say what they are. */
  addBody(): void {
    this.addHeaders(['content-type', 'content-encoding']);
    this.#collected.addWhole('request.body_bytes');
  }

  addToken(issuers: readonly Issuer[]): void {
    this.#collected.addWhole('jwt.present');
    for (const { claims } of issuers) {
      this.#collected.addWhole('jwt.audiences');
      this.#collected.addKeys(
        'jwt.claims',
        claims.map(({ name }) => name),
      );
    }
  }

  addCallers(callers: CallerCondition | undefined): void {
    for (const { scopes, roles, claims } of [...(callers?.from ?? []), ...(callers?.except ?? [])]) {
      if (scopes !== undefined) this.#collected.addWhole('jwt.scopes');
      if (roles !== undefined) this.#collected.addWhole('jwt.roles');
      if (claims !== undefined)
        this.#collected.addKeys(
          'jwt.claims',
          claims.map(({ name }) => name),
        );
    }
  }

  reads(): InputReads {
    return this.#collected.reads();
  }

  #addName(name: string, program: Program): void {
    const keys = program.keys.get(name);
    if (keys === undefined || keys.isOpen) this.#collected.addWhole(name);
    this.#collected.addKeys(name, [...(keys?.presence ?? []), ...(keys?.values ?? [])]);
  }
}
