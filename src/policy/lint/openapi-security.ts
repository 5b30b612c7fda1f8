import type { ListedOperation } from '../../engine/openapi/compile-openapi.ts';
import type { Requirement } from '../../engine/openapi/security.ts';
import { expressionsIn } from '../compile/expressions-in.ts';
import { entriesOf } from '../compile/match-relations.ts';
import type { WrittenPolicy } from '../compile/policy-compiler.ts';
import { listed, placeOf } from '../compile/written-places.ts';
import { report } from '../language/reader.ts';
import type { RuleDocument } from '../language/rule-document.ts';
import { enforcedRules } from '../language/rule-mode.ts';
import { entriesFor, mayMeet, type OpenApiUse, textOf } from './openapi-use.ts';

type Spec = WrittenPolicy['spec'];

/** Requirement of an operation that a rule does not have. */
interface Missing {
  readonly operation: ListedOperation;
  /** Such as "the scope `orders:read`". */
  readonly what: string;
  /** Fields to write; undefined where there is no single one. */
  readonly help: string;
}

/**
 * Reports allow rules that let callers in without the scope or the scheme that a document asks for. `others` are
 * policies that apply to the same requests.
 */
export function lintSecurity(
  use: OpenApiUse,
  allowing: readonly WrittenPolicy[],
  others: readonly WrittenPolicy[],
): void {
  const operations = use.selected.filter(({ security }) => security.requirements.length > 0);
  if (operations.length === 0) return;
  for (const policy of allowing) {
    const specs = [...new Set([policy, use.policy, ...others])].map(({ spec }) => spec);
    for (const rule of enforcedRules(policy.spec)) {
      if (rule.effect !== 'allow') continue;
      const reached = operations.filter((each) => isReached(each, use, policy, rule));
      if (reached.length === 0) continue;
      const asked = new AskedOfCallers(rule, specs);
      const missing = reached.flatMap((operation) => missingFor(operation, use, asked) ?? []);
      reportMissing(missing, use, rule);
    }
  }
}

function isReached(
  operation: ListedOperation,
  { policy: own, match }: OpenApiUse,
  policy: WrittenPolicy,
  rule: RuleDocument,
): boolean {
  const lists = [own.spec.match, match, policy.spec.match, rule.match].map(entriesOf);
  return mayMeet([entriesFor(operation), ...lists]);
}

function reportMissing(
  [first, ...more]: readonly Missing[],
  { schema }: OpenApiUse,
  rule: RuleDocument,
): void {
  if (first === undefined) return;
  const rest = more.length === 0 ? '' : `, and ${more.length} more of its operations for something`;
  const message = `\`${textOf(first.operation)}\` of \`${schema.document}\` asks for ${first.what}${rest}; this rule allows callers without it`;
  report(placeOf(rule.at, 'name') ?? rule.at, 'security_unchecked', message, first.help);
}

/** Missing part of the requirement that the rule comes closest to; undefined if one holds, or cannot be checked. */
function missingFor(operation: ListedOperation, use: OpenApiUse, asked: AskedOfCallers): Missing | undefined {
  let first: Omit<Missing, 'operation'> | undefined;
  for (const requirement of operation.security.requirements) {
    const missing = missingOf(requirement, use, asked);
    if (missing === undefined) return undefined;
    first ??= missing;
  }
  return first && { ...first, operation };
}

function missingOf(
  requirement: Requirement,
  { schemes }: OpenApiUse,
  asked: AskedOfCallers,
): Omit<Missing, 'operation'> | undefined {
  for (const [name, scopes] of requirement) {
    const kind = schemes.get(name)?.kind;
    if (kind === 'mtls' && !asked.asksForPeer)
      return { what: `a client certificate (\`${name}\`)`, help: 'write `mtls: {}` under `authenticate`' };
    if (kind !== 'token') continue;
    const lacking = scopes.filter((scope) => !asked.asksForScope(scope));
    if (lacking.length > 0) {
      const what = `the ${lacking.length === 1 ? 'scope' : 'scopes'} ${listed(lacking)}`;
      return { what, help: `write \`from: [{scopes: [${lacking.join(', ')}]}]\` in the rule` };
    }
    if (!asked.asksForToken)
      return { what: `a token (\`${name}\`)`, help: 'write `jwt: {issuers: [NAME]}` under `authenticate`' };
  }
  return undefined;
}

/** Demands of a rule and the policies for its requests on a caller: found once for all operations of a document. */
class AskedOfCallers {
  readonly asksForPeer: boolean;
  readonly asksForToken: boolean;
  /** The lists of callers of which one entry must fit. */
  readonly #callers: readonly NonNullable<RuleDocument['from']>[];
  readonly #texts: readonly string[];

  constructor(rule: RuleDocument, specs: readonly Spec[]) {
    this.#callers = [rule.from, ...specs.map(({ from }) => from)].filter((from) => from !== undefined);
    this.#texts = textsOf(rule, specs);
    this.asksForPeer =
      specs.some(({ authenticate }) => authenticate?.mtls !== undefined) ||
      this.#callers.some((from) => from.every(({ principals }) => principals !== undefined)) ||
      this.#mentions(/\b(?:connection\.mtls|caller\.|source\.(?:principal|spiffe|certificate))/);
    this.asksForToken =
      specs.some(
        ({ authenticate }) => authenticate?.jwt !== undefined && authenticate.jwt.required !== false,
      ) ||
      this.#callers.some((from) =>
        from.every(({ issuers, scopes, roles, claims }) =>
          [issuers, scopes, roles, claims].some((part) => part !== undefined),
        ),
      ) ||
      this.#mentions(/\bjwt\b/);
  }

  /** True if each caller has the scope, or an expression or a claim names it. */
  asksForScope(scope: string): boolean {
    const isNamed = this.#callers.some((from) =>
      from.every(
        ({ scopes, claims }) => scopes?.some(({ value }) => value === scope) === true || claims !== undefined,
      ),
    );
    return isNamed || this.#texts.some((text) => text.includes(scope));
  }

  #mentions(pattern: RegExp): boolean {
    return this.#texts.some((text) => pattern.test(text));
  }
}

/** The expressions that may ask for something of the caller, without those of other rules that allow. */
function textsOf(rule: RuleDocument, specs: readonly Spec[]): readonly string[] {
  const denying = specs.flatMap((spec) => enforcedRules(spec).filter(({ effect }) => effect === 'deny'));
  const parts = [rule, ...denying, ...specs.flatMap(({ match, variables }) => [match, variables])];
  return parts.flatMap((part) => expressionsIn(part)).map(({ source }) => source);
}
