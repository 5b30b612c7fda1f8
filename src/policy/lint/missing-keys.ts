import { type Access, type Facts, keyFact, NO_FACTS, TOKEN } from '../../cel/check/presence.ts';
import type { Use } from '../../cel/check/safe-read.ts';
import { type UnguardedRead, unguardedReads } from '../../cel/check/unguarded-reads.ts';
import type { Issuer } from '../../engine/identity/issuer.ts';
import { certainHeaders } from '../compile/certain-headers.ts';
import type { ValidExpression } from '../compile/expressions.ts';
import { expressionsIn } from '../compile/expressions-in.ts';
import type { CompiledExpressions } from '../compile/policy-compiler.ts';
import { rangeIn, replacePart } from '../compile/report-problem.ts';
import { listed } from '../compile/written-places.ts';
import type { MatchDocument } from '../language/match-document.ts';
import { report } from '../language/reader.ts';
import type { Expression } from '../language/values.ts';
import type { Analyses } from './analyses.ts';
import { claimsOfAll, factsOfAdmitted, factsOfCallers } from './caller-facts.ts';
import { KNOWLEDGE } from './known-values.ts';
import type { LintInput } from './lint-input.ts';
import { PathParameters } from './path-parameters.ts';

/** Headers that Envoy adds to every request before it asks. */
const ADDED_BY_ENVOY = ['x-request-id', 'x-forwarded-proto'];

const PARAMETERS = ['request.query_params', 'request.params'];

const HEADERS = ['request.headers', 'request.header_values'];

/**
 * Reports reads of headers, parameters of queries and paths, claims and keys of datasets that a request may not have, where nothing
 * before the read makes sure of it: the evaluation would fail, and the request be denied with `policy_error`.
 */
export function* lintMissingKeys(
  { compiled, issuers }: LintInput,
  analyses: Analyses,
): Generator<undefined, void> {
  for (const each of compiled) {
    new PolicyReads(each, acceptedIssuers(each, issuers), analyses).report();
    yield;
  }
}

/** The issuers of the tokens that a policy accepts; none if one of them is not known. */
function acceptedIssuers({ policy }: CompiledExpressions, known: LintInput['issuers']): readonly Issuer[] {
  const names = policy.spec.authenticate?.jwt?.issuers ?? [];
  const issuers = names.flatMap(({ value }) => known.get(value) ?? []);
  return issuers.length < names.length ? [] : issuers;
}

/** A read that may fail, at its own expression. */
interface Need {
  readonly valid: ValidExpression;
  readonly read: UnguardedRead;
  /** The expression that reads the variable, if the read is in one. */
  readonly reader: Expression;
}

class PolicyReads {
  readonly #compiled: CompiledExpressions;
  readonly #issuers: readonly Issuer[];
  readonly #analyses: Analyses;
  /** Claims of every accepted token. */
  readonly #claims: Facts;
  readonly #uses: ReadonlyMap<Expression, Use>;
  readonly #early: ReadonlySet<Expression>;
  /** Reads of each variable that may fail, those of variables that it reads included. */
  readonly #needs = new Map<string, readonly Need[]>();
  readonly #parameters: PathParameters;
  readonly #reported = new Map<Expression, Set<string>>();

  constructor(compiled: CompiledExpressions, issuers: readonly Issuer[], analyses: Analyses) {
    const { spec } = compiled.policy;
    this.#compiled = compiled;
    this.#issuers = issuers;
    this.#analyses = analyses;
    this.#claims = new Set(claimsOfAll(issuers).map((claim) => keyFact('jwt.claims', claim)));
    this.#uses = usesIn(compiled);
    this.#parameters = new PathParameters(spec);
    this.#early = new Set(expressionsIn(spec.match));
  }

  report(): void {
    const { policy, valid } = this.#compiled;
    const own = new Map(valid.map((each) => [each.expression, each]));
    const variables = policy.spec.variables ?? new Map<string, Expression>();
    for (const [name, expression] of variables) {
      const each = own.get(expression);
      if (each !== undefined) this.#needs.set(name, this.#needsOf(each, NO_FACTS, undefined));
    }
    const written = new Set(variables.values());
    const known = this.#knownIn();
    for (const each of valid) {
      if (written.has(each.expression)) continue;
      for (const need of this.#needsOf(each, known(each), each.expression)) this.#reportOnce(need);
    }
  }

  /** The reads of an expression that may fail where it is evaluated with these facts. `reader`: undefined for a variable. */
  #needsOf(valid: ValidExpression, known: Facts, reader: Expression | undefined): readonly Need[] {
    const { accesses, safeReads } = this.#analyses.of(valid);
    const { reads, variables } = unguardedReads(accesses, safeReads, {
      isChecked: (map) => this.#isChecked(map),
      isCertain: (access, facts) => this.#isCertain(access, facts, reader),
      known,
      use: this.#uses.get(valid.expression) ?? 'value',
    });
    const own = reader ?? valid.expression;
    const through = variables.flatMap(({ name, known: facts }) =>
      (this.#needs.get(name) ?? []).filter(({ read }) => !this.#isCertain(read, facts, reader)),
    );
    return [...reads.map((read) => ({ valid, read })), ...through].map((each) => ({ ...each, reader: own }));
  }

  #isChecked(map: string): boolean {
    if (map === 'jwt.claims') return this.#issuers.length > 0;
    return HEADERS.includes(map) || PARAMETERS.includes(map) || map.startsWith('data.');
  }

  #isCertain({ map, key, fact }: Access, facts: Facts, reader: Expression | undefined): boolean {
    if (facts.has(fact)) return true;
    // A name that no path has is reported as such.
    if (map === 'request.params') {
      if (key === undefined || !this.#parameters.has(key)) return true;
      return reader !== undefined && this.#parameters.lacking(reader, key) === undefined;
    }
    if (map === 'jwt.claims') return facts.has(TOKEN) && this.#claims.has(fact);
    if (!HEADERS.includes(map) || key === undefined) return false;
    const isOther = facts.has(keyFact(HEADERS[0] ?? '', key)) || facts.has(keyFact(HEADERS[1] ?? '', key));
    return isOther || ADDED_BY_ENVOY.includes(key) || KNOWLEDGE.whyNoKey(map, key) !== undefined;
  }

  /** Facts that hold before an expression is evaluated. */
  #knownIn(): (valid: ValidExpression) => Facts {
    const { spec } = this.#compiled.policy;
    const headers = certainHeaders(this.#compiled);
    const token: Facts = spec.authenticate?.jwt?.required === false ? NO_FACTS : new Set([TOKEN]);
    const late = token.union(this.#factsOf(spec.match)).union(factsOfAdmitted(spec));
    const rules = new Map<Expression, Facts>(
      (spec.rules ?? []).flatMap(({ when, match, from }) =>
        when === undefined ? [] : [[when, this.#factsOf(match).union(factsOfCallers(from))]],
      ),
    );
    return ({ expression }) => {
      const required = new Set([...headers(expression)].map((name) => keyFact('request.headers', name)));
      if (this.#early.has(expression)) return required;
      return required.union(late).union(rules.get(expression) ?? NO_FACTS);
    };
  }

  /** Facts that hold for every request that one of the entries selects. */
  #factsOf(match: readonly MatchDocument[] | undefined): Facts {
    const entries = (match ?? []).map(({ when }) => {
      const valid = this.#compiled.valid.find(({ expression }) => expression === when);
      return valid === undefined ? NO_FACTS : this.#analyses.of(valid).facts;
    });
    const [first = NO_FACTS, ...others] = entries;
    return others.reduce((all, each) => all.intersection(each), first);
  }

  #reportOnce({ valid: { expression }, read, reader }: Need): void {
    const seen = this.#reported.get(expression) ?? new Set<string>();
    this.#reported.set(expression, seen);
    if (seen.has(read.fact)) return;
    seen.add(read.fact);
    const { start, end, map, replacement } = read;
    const code = map === 'jwt.claims' ? 'claim_not_required' : 'key_may_be_missing';
    const message = `without ${nounOf(read)} this expression fails, and the request is denied with \`policy_error\``;
    const safe =
      replacement === undefined ? `test for it: \`${read.test}\`` : `write \`${replacement.text}\``;
    const help = [this.#requirement(read, reader), safe].filter((each) => each !== undefined).join(', or ');
    const edit = replacement && replacePart(expression, replacement, replacement.text).edit;
    report(expression.at, code, message, { help, edit }, rangeIn(expression, start, end));
  }

  /** The field that makes sure of a key; undefined if there is none. */
  #requirement({ map, key }: UnguardedRead, reader: Expression): string | undefined {
    if (key === undefined) return undefined;
    if (map === 'request.params') {
      const pattern = this.#parameters.lacking(reader, key)?.pattern;
      if (pattern === undefined) return `give every entry of \`match\` \`paths\` with \`{${key}}\``;
      const hasUnnamed = pattern.segments.some(({ kind }) => kind === 'any');
      return hasUnnamed
        ? `name a segment of \`${pattern.text}\` \`{${key}}\``
        : `put the path \`${pattern.text}\` into a rule of its own`;
    }
    if (HEADERS.includes(map)) return `require it with \`requireHeaders: [${key}]\``;
    if (map !== 'jwt.claims') return undefined;
    const lacking = this.#issuers.filter(({ requireClaims }) => !requireClaims.includes(key));
    if (lacking.length === 0) return undefined;
    return `add it to \`requireClaims\` of ${listed(lacking.map(({ name }) => name))}`;
  }
}

const NOUNS: Readonly<Record<string, string>> = {
  'jwt.claims': 'the claim',
  'request.headers': 'the header',
  'request.header_values': 'the header',
  'request.query_params': 'the query parameter',
  'request.params': 'the path parameter',
};

function nounOf({ map, key }: UnguardedRead): string {
  const noun = NOUNS[map];
  return noun === undefined || key === undefined
    ? `an entry of \`${map}\` for this key`
    : `${noun} \`${key}\``;
}

function usesIn({ policy: { spec } }: CompiledExpressions): ReadonlyMap<Expression, Use> {
  const uses = new Map<Expression, Use>();
  for (const { when, effect } of spec.rules ?? []) if (when !== undefined) uses.set(when, effect ?? 'deny');
  const { allow, deny } = spec.respond ?? {};
  for (const each of expressionsIn([allow, deny?.headers])) uses.set(each, 'optional');
  return uses;
}
