import { nearest } from '../../diagnostic/suggest.ts';
import type { ListedOperation } from '../../engine/openapi/compile-openapi.ts';
import { covers, entriesOf, type MatchEntry, selections } from '../compile/match-relations.ts';
import type { WrittenPolicy } from '../compile/policy-compiler.ts';
import { listed, placeOf } from '../compile/written-places.ts';
import { report } from '../language/reader.ts';
import type { RuleDocument } from '../language/rule-document.ts';
import { enforcedRules } from '../language/rule-mode.ts';
import type { LintInput } from './lint-input.ts';
import { lintSecurity } from './openapi-security.ts';
import { entriesFor, mayMeet, type OpenApiUse, textOf, usesOf } from './openapi-use.ts';
import type { PolicyContext } from './policy-context.ts';

/** Reports differences between policies and the OpenAPI documents that they require. */
export function* lintOpenApi(input: LintInput, context: PolicyContext): Generator<undefined, void> {
  const allowing = input.written.filter(({ spec }) => spec.mode !== 'shadow' && allowRules(spec).length > 0);
  for (const policy of input.written) {
    for (const use of usesOf(policy, input)) {
      if (use.selected.length === 0) reportUnselected(use);
      else {
        reportUnreachable(use, allowing);
        reportUnknown(use);
      }
      lintSecurity(use, allowing, context.of(policy));
      yield;
    }
  }
}

function allowRules(spec: WrittenPolicy['spec']): readonly RuleDocument[] {
  return enforcedRules(spec).filter(({ effect }) => effect === 'allow');
}

/** Reports operations that no allow rule of any policy selects. */
function reportUnreachable(use: OpenApiUse, allowing: readonly WrittenPolicy[]): void {
  const unreachable = use.selected.filter((each) => !isReached(each, use, allowing));
  if (unreachable.length === 0) return;
  const many = unreachable.length === 1 ? 'an operation' : `${unreachable.length} operations`;
  const message = `no rule allows ${many} of \`${use.schema.document}\`: ${listed(unreachable.map(textOf))}`;
  const help =
    'add allow rules, narrow the `match`, or say that it is meant with `# lictor-ignore: operation_unreachable REASON`';
  report(use.at, 'operation_unreachable', message, help);
}

function isReached(
  operation: ListedOperation,
  { policy, match }: OpenApiUse,
  allowing: readonly WrittenPolicy[],
): boolean {
  const own = [entriesFor(operation), entriesOf(policy.spec.match), entriesOf(match)];
  return allowing.some(({ spec }) => {
    const outer = entriesOf(spec.match);
    return (
      mayMeet([...own, outer]) &&
      allowRules(spec).some((rule) => mayMeet([...own, outer, entriesOf(rule.match)]))
    );
  });
}

/** Reports a document of which no operation is selected: often the paths of the policy lack the one of `servers`. */
function reportUnselected({ at, match, operations, policy, schema }: OpenApiUse): void {
  if (operations.length === 0) return;
  const outcome = schema.unknown === 'allow' ? 'it checks none of them' : 'all of them are denied';
  const message = `none of the selected requests is an operation of \`${schema.document}\`, so that ${outcome}`;
  const paths = [...(match ?? []), ...(policy.spec.match ?? [])].flatMap((entry) => entry.paths ?? []);
  report(at, 'operation_unknown', message, nearPath(operations, { paths }));
}

/** Reports paths of the allow rules of a policy that its document does not have. */
function reportUnknown(use: OpenApiUse): void {
  const { policy, schema, match } = use;
  if (schema.unknown === 'allow') return;
  for (const rule of allowRules(policy.spec)) {
    for (const [index, entry] of (rule.match ?? []).entries()) {
      // Elsewhere the document is not required.
      if (!covers(match, selections(policy.spec.match, [entry]))) continue;
      if (entry.paths === undefined || hasOperation(use, entry)) continue;
      reportPath(use, rule, index, entry);
    }
  }
}

function hasOperation({ operations, policy }: OpenApiUse, entry: MatchEntry): boolean {
  const outer = entriesOf(policy.spec.match);
  return operations.some((each) => mayMeet([entriesFor(each), [entry], outer]));
}

function reportPath(use: OpenApiUse, rule: RuleDocument, index: number, entry: MatchEntry): void {
  const { operations, schema } = use;
  const { methods, ...anyMethod } = entry;
  const place = placeOf(rule.at, 'match', index) ?? rule.at;
  const isKnownPath = methods !== undefined && hasOperation(use, anyMethod);
  const what = isKnownPath ? `this path with ${methods.join(' or ')}` : 'this path';
  const message = `\`${schema.document}\` has no operation with ${what}, so that the request is denied`;
  const near = isKnownPath ? methodsOf(use, anyMethod) : nearPath(operations, entry);
  report(placeOf(place, 'paths') ?? place, 'operation_unknown', message, near);
}

function methodsOf({ operations }: OpenApiUse, entry: MatchEntry): string {
  const known = operations.filter((each) => mayMeet([entriesFor(each), [entry]]));
  return `it has ${listed([...new Set(known.map(({ operation }) => operation.method))])}`;
}

/** Help with a path of the document, as requests have it, that is near in spelling. */
function nearPath(operations: readonly ListedOperation[], { paths = [] }: MatchEntry): string | undefined {
  const all = new Set(operations.flatMap(({ templates }) => templates.map(pathOf)));
  const near = paths.map(({ text }) => nearest(text, all)).find((each) => each !== undefined);
  if (near !== undefined) return `did you mean \`${near}\`?`;
  return all.size > 0 && all.size <= 5 ? `it has ${listed([...all])}` : undefined;
}

function pathOf({ segments }: ListedOperation['templates'][number]): string {
  const parts = segments.map((each) => {
    if (each.kind === 'literal') return each.text;
    return each.literals
      .map((text, index) => (index === 0 ? text : `{${each.names[index - 1] ?? ''}}${text}`))
      .join('');
  });
  return `/${parts.join('/')}`;
}
