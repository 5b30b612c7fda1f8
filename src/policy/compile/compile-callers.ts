import type { ClaimTest } from '../../engine/identity/claim-test.ts';
import {
  canonicalPrincipal,
  compilePrincipal,
  type PrincipalPattern,
} from '../../engine/identity/principal.ts';
import type {
  CallerCondition,
  CallerEntry,
  PrincipalDataset,
  PrincipalSet,
} from '../../engine/set/callers.ts';
import {
  type CallerDocument,
  type ClaimDocument,
  isDatasetReference,
  type PrincipalDocument,
} from '../language/caller-document.ts';
import { suggestion } from '../language/fields.ts';
import type { PolicySpec } from '../language/policy-document.ts';
import { type Located, report } from '../language/reader.ts';
import { enforcedRules } from '../language/rule-mode.ts';
import { nameInExpressions } from './compile-data.ts';
import type { Folder } from './folder.ts';
import { reportUnknownIssuer } from './issuer-names.ts';

/** The condition of `from` and `except` of a policy or rule; undefined if it has neither. */
export function compileCallers(
  { from, except }: Pick<PolicySpec, 'from' | 'except'>,
  folder: Folder,
): CallerCondition | undefined {
  if (from === undefined && except === undefined) return undefined;
  const compile = (entries: readonly CallerDocument[] | undefined) =>
    entries?.map((entry) => compileEntry(entry, folder));
  const namesScopes = from?.some(({ scopes }) => scopes !== undefined) === true;
  return { from: compile(from), except: compile(except), namesScopes };
}

function compileEntry(
  { principals, issuers, scopes, roles, claims }: CallerDocument,
  folder: Folder,
): CallerEntry {
  for (const issuer of issuers ?? []) reportUnknownIssuer(issuer, folder);
  return {
    principals: principals && compilePrincipals(principals, folder),
    issuers: issuers && new Set(issuers.map(({ value }) => value)),
    scopes: scopes?.map(({ value }) => value),
    roles: roles?.map(({ value }) => value),
    claims: claims?.value.map(compileClaim),
  };
}

/** The test of a claim, or of its members. */
export function compileClaim({ name, values, members }: ClaimDocument): ClaimTest {
  return members.length > 0
    ? { name, members: members.map(compileClaim) }
    : { name, values: new Set(values) };
}

/** Patterns and Datasets of a list of principals. */
export function compilePrincipals(
  principals: readonly Located<PrincipalDocument>[],
  folder: Folder,
): PrincipalSet {
  const patterns: PrincipalPattern[] = [];
  const datasets: PrincipalDataset[] = [];
  for (const { value } of principals) {
    const dataset = isDatasetReference(value) ? compileDatasetOf(value.dataset, folder) : undefined;
    if (dataset !== undefined) datasets.push(dataset);
    if (isDatasetReference(value)) continue;
    patterns.push(value);
    // A text such as `data.exporters` is reported, and the Dataset not as well.
    const meant = datasetMeantBy(value.source, folder.datasets.keys());
    if (meant !== undefined) folder.expressions.note(`data.${nameInExpressions(meant)}`);
  }
  return { patterns, datasets };
}

/** The Dataset that a text such as `data.exporters` is meant to name in a list of principals. */
export function datasetMeantBy(text: string, names: Iterable<string>): string | undefined {
  const [, written] = /^(?:\$\{\s*)?data[.:]([\w-]+)(?:\s*\})?$/.exec(text) ?? [];
  if (written === undefined) return undefined;
  return [...names].find((name) => nameInExpressions(name) === nameInExpressions(written));
}

function compileDatasetOf(
  { value: name, at }: Located<string>,
  { datasets, expressions, incomplete }: Folder,
): PrincipalDataset | undefined {
  if (!datasets.has(name)) {
    if (!incomplete) {
      report(at, 'unknown_reference', `unknown Dataset \`${name}\``, () => suggestion(name, datasets.keys()));
    }
    return undefined;
  }
  expressions.note(`data.${nameInExpressions(name)}`);
  const data = datasets.get(name);
  // An invalid Dataset is reported.
  if (typeof data !== 'object' || data === null) return undefined;
  const { principals, problem, help } = principalsOf(name, data);
  if (problem === undefined) return principals;
  return report(at, 'invalid_principal', `the Dataset \`${name}\` ${problem}`, help);
}

type DatasetPrincipals =
  | { readonly principals: PrincipalDataset; readonly problem?: undefined; readonly help?: undefined }
  | { readonly problem: string; readonly help: string; readonly principals?: undefined };

/** The principals of each value by name of the Dataset, since any number of policies may name one. */
const KNOWN = new WeakMap<object, Map<string, DatasetPrincipals>>();

function principalsOf(name: string, data: object): DatasetPrincipals {
  const names = KNOWN.get(data) ?? new Map<string, DatasetPrincipals>();
  KNOWN.set(data, names);
  const found = names.get(name) ?? readPrincipals(name, data);
  names.set(name, found);
  return found;
}

/** Texts of a list, or the keys of a mapping, each a principal without wildcards. */
function readPrincipals(name: string, data: object): DatasetPrincipals {
  const values: readonly unknown[] = Array.isArray(data) ? data : Object.keys(data);
  const principals = new Set<string>();
  for (const [index, value] of values.entries()) {
    if (typeof value !== 'string') {
      const problem = `is not a list of principals: value ${index + 1} is not text`;
      return { problem, help: 'name the column with the principals by `key` in the Dataset' };
    }
    const { pattern, problem } = compilePrincipal(value);
    if (pattern === undefined)
      return { problem: `has a value that is not a principal: ${problem}`, help: DATASET_HELP };
    if (value.includes('*')) {
      const wild = `has a pattern, \`${value}\`, and its values are compared exactly`;
      return { problem: wild, help: 'write patterns into the list of `principals` itself' };
    }
    principals.add(canonicalPrincipal(value));
  }
  return { principals: { name, principals } };
}

const DATASET_HELP =
  'a Dataset in `principals` is a list of principals, or a mapping whose keys are principals';

/**
 * True if all callers of a policy are peers that it names, in its own `from` or in that of each allow rule that is not
 * in shadow mode, and it has no `mtls`.
 */
export function namesPeers(spec: PolicySpec): boolean {
  const { authenticate, from } = spec;
  if (authenticate?.mtls !== undefined) return false;
  if (hasPrincipals(from)) return true;
  const allows = enforcedRules(spec).filter(({ effect }) => effect === 'allow');
  return allows.length > 0 && allows.every((rule) => hasPrincipals(rule.from));
}

/** The peers that a policy names, in its own `from`, else in its allow rules; undefined if not all callers are such. */
export function namedPeersOf(
  spec: PolicySpec,
  callers: CallerCondition | undefined,
  allowRules: readonly { readonly callers: CallerCondition | undefined }[],
): PrincipalSet | undefined {
  if (!namesPeers(spec)) return undefined;
  const entries = hasPrincipals(callers?.from)
    ? (callers?.from ?? [])
    : allowRules.flatMap((rule) => rule.callers?.from ?? []);
  const sets = entries.flatMap(({ principals }) => principals ?? []);
  const patterns = new Map(sets.flatMap((set) => set.patterns).map((each) => [each.source, each]));
  const datasets = new Set(sets.flatMap((set) => set.datasets));
  return { patterns: [...patterns.values()], datasets: [...datasets] };
}

function hasPrincipals(from: readonly { readonly principals: unknown }[] | undefined): boolean {
  return from?.every(({ principals }) => principals !== undefined) === true;
}
