import type { VerifiedToken } from '../../engine/identity/verified-token.ts';
import { matchesHost } from '../../engine/request/host.ts';
import { matchPath } from '../../engine/request/path-pattern.ts';
import {
  type CallerCondition,
  type CallerEntry,
  holdsPrincipal,
  type PrincipalSet,
  unmetPart,
} from '../../engine/set/callers.ts';
import type { MatchInput } from '../../engine/set/match.ts';
import type { CompiledMatch, CompiledPolicy, MtlsRequirement } from '../../engine/set/policy-set.ts';
import type { PolicySpec } from '../language/policy-document.ts';
import { child } from '../language/reader.ts';
import type { Cursor } from '../yaml/tree.ts';
import type { ExpressionLocation } from './expression-location.ts';

/** The authenticated peer, empty if there is none, and the verified token. */
export interface CallerSubject {
  readonly principal: string;
  readonly token: VerifiedToken | undefined;
}

/** A part of a match, or of the callers of a policy or rule, that a case can meet by itself, with its location. */
export interface LocatedPattern {
  readonly kind: 'host' | 'method' | 'path' | 'principal' | 'issuer' | 'caller';
  /** The entry or requirement of the policy set that has it. */
  readonly of: CompiledMatch | MtlsRequirement | CallerEntry;
  readonly text: string;
  /** The rule that has it. */
  readonly rule: string | undefined;
  readonly location: Pick<ExpressionLocation, 'file' | 'lines' | 'range'>;
  /** Of a part of a match. */
  readonly matchesRequest?: (input: MatchInput) => boolean;
  /** Of a part of the callers. */
  readonly matchesCaller?: (subject: CallerSubject) => boolean;
}

/** The patterns of a policy in the order in which they are written, those of its template included. */
export function patternsOf(at: Cursor, spec: PolicySpec, policy: CompiledPolicy): readonly LocatedPattern[] {
  const { denyRules, allowRules, shadowRules } = policy;
  const compiled = [...denyRules, ...allowRules, ...shadowRules.map(({ rule }) => rule)];
  const rules = new Map(compiled.map((rule) => [rule.name, rule]));
  const schemas = itemsOf(child(at, 'schemas'));
  return [
    ...ofMatch(at, policy.match),
    ...ofMtls(at, policy.mtls),
    ...ofCallers(at, policy.callers),
    ...(spec.rules ?? []).flatMap(({ at: holder, name = '' }) => {
      const rule = rules.get(name);
      const own = [...ofMatch(holder, rule?.match ?? []), ...ofCallers(holder, rule?.callers)];
      return own.map((pattern) => ({ ...pattern, rule: name }));
    }),
    ...policy.schemas.flatMap(({ match }, index) => ofMatch(schemas[index], match)),
  ];
}

function ofMatch(holder: Cursor | undefined, match: readonly CompiledMatch[]): readonly LocatedPattern[] {
  const entries = itemsOf(holder && child(holder, 'match'));
  return match.flatMap((of, entry) => {
    const list = (field: string): readonly Cursor[] => {
      const at = entries[entry];
      return itemsOf(at && child(at, field));
    };
    const located = (
      kind: LocatedPattern['kind'],
      matches: (input: MatchInput, index: number) => boolean,
    ) => {
      return (item: Cursor, index: number): LocatedPattern => ({
        ...placed(kind, of, item),
        matchesRequest: (input) => matches(input, index),
      });
    };
    const { hosts = [], paths = [] } = of;
    return [
      ...list('hosts').map(
        located('host', ({ host }, index) => {
          const pattern = hosts[index];
          return pattern !== undefined && matchesHost(pattern, host);
        }),
      ),
      ...list('methods').map((item): LocatedPattern => {
        const own = placed('method', of, item);
        return { ...own, matchesRequest: ({ method }) => method === own.text };
      }),
      ...list('paths').map(
        located('path', ({ path }, index) => {
          const pattern = paths[index];
          return pattern !== undefined && matchPath(pattern, path) !== undefined;
        }),
      ),
    ];
  });
}

function ofMtls(at: Cursor, mtls: MtlsRequirement | undefined): readonly LocatedPattern[] {
  const authenticate = child(at, 'authenticate');
  const written = authenticate && child(authenticate, 'mtls');
  if (mtls?.principals === undefined || written === undefined) return [];
  return ofPrincipals(child(written, 'principals'), mtls.principals, mtls);
}

function ofCallers(holder: Cursor, callers: CallerCondition | undefined): readonly LocatedPattern[] {
  return (['from', 'except'] as const).flatMap((field) => {
    const written = itemsOf(child(holder, field));
    return (callers?.[field] ?? []).flatMap((entry, index) => {
      const at = written[index];
      return at === undefined ? [] : ofEntry(at, entry, `${field}[${index}]`);
    });
  });
}

/** Its principals and issuers, each by itself, and the whole entry if it has further parts. */
function ofEntry(at: Cursor, entry: CallerEntry, text: string): readonly LocatedPattern[] {
  const { principals, issuers, scopes, roles, claims } = entry;
  const whole: LocatedPattern = {
    ...placed('caller', entry, at),
    text,
    matchesCaller: ({ principal, token }) => unmetPart(entry, principal, token) === undefined,
  };
  return [
    ...(scopes === undefined && roles === undefined && claims === undefined ? [] : [whole]),
    ...(principals === undefined ? [] : ofPrincipals(child(at, 'principals'), principals, entry)),
    ...(issuers === undefined ? [] : itemsOf(child(at, 'issuers'))).map((item): LocatedPattern => {
      const own = placed('issuer', entry, item);
      return { ...own, matchesCaller: ({ token }) => token?.issuerName === own.text };
    }),
  ];
}

/** The patterns in their order, and the Datasets in theirs. */
function ofPrincipals(
  list: Cursor | undefined,
  { patterns, datasets }: PrincipalSet,
  of: LocatedPattern['of'],
): readonly LocatedPattern[] {
  const [texts, references] = [patterns.values(), datasets.values()];
  return itemsOf(list).map((item) => {
    const isReference = item.tree.kind === 'mapping';
    const dataset = isReference ? references.next().value : undefined;
    const pattern = isReference ? undefined : texts.next().value;
    const one: PrincipalSet = {
      patterns: pattern === undefined ? [] : [pattern],
      datasets: dataset === undefined ? [] : [dataset],
    };
    const own = placed('principal', of, item);
    return {
      ...own,
      text: dataset === undefined ? own.text : `{data: ${dataset.name}}`,
      matchesCaller: ({ principal }) => holdsPrincipal(one, principal),
    };
  });
}

function placed(
  kind: LocatedPattern['kind'],
  of: LocatedPattern['of'],
  { context, tree }: Cursor,
): LocatedPattern {
  const text = tree.kind === 'scalar' ? String(tree.value) : '';
  const location = { file: context.path, lines: context.lines, range: tree.range };
  return { kind, of, text, rule: undefined, location };
}

function itemsOf(at: Cursor | undefined): readonly Cursor[] {
  if (at?.tree.kind !== 'list') return [];
  return at.tree.items.map((tree) => ({
    context: tree.context ?? at.context,
    tree,
    path: '',
    key: undefined,
  }));
}
