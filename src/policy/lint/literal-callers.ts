import type { Advice } from '../../diagnostic/advice.ts';
import { datasetMeantBy } from '../compile/compile-callers.ts';
import { nameInExpressions } from '../compile/compile-data.ts';
import { placeOf } from '../compile/written-places.ts';
import {
  type CallerDocument,
  type ClaimDocument,
  isDatasetReference,
  type PrincipalDocument,
} from '../language/caller-document.ts';
import { inline } from '../language/inline.ts';
import { type Located, report } from '../language/reader.ts';
import type { Cursor } from '../yaml/tree.ts';
import type { LintInput } from './lint-input.ts';

/** Place at which an entry of callers is written. */
interface Place {
  /** True in `except`, whose conditions are negated. */
  readonly isExcept: boolean;
  /** Names of the Datasets of the folder, by their names in expressions. */
  readonly datasets: ReadonlyMap<string, string>;
}

/** Names of the Datasets, by their names in expressions. */
export function datasetsOf({ documents }: LintInput): ReadonlyMap<string, string> {
  const names = documents.flatMap(({ kind, name }) => (kind === 'Dataset' ? [name.value] : []));
  return new Map(names.map((name) => [nameInExpressions(name), name]));
}

/** Reports values of an entry that are written as a pattern, expression or comparison, and are compared as they are. */
export function reportLiterals(entry: CallerDocument, place: Place): void {
  for (const claim of entry.claims?.value ?? []) reportClaim(claim, [], place);
  for (const scope of entry.scopes ?? []) reportName(scope, 'scope', place);
  for (const role of entry.roles ?? []) reportName(role, 'role', place);
  reportDataTexts(entry.principals ?? [], place.datasets);
}

/** Reports principals such as `data.exporters`, for which `{data: exporters}` is written. */
export function reportDataTexts(
  principals: readonly Located<PrincipalDocument>[],
  datasets: ReadonlyMap<string, string>,
): void {
  for (const { value, at } of principals) {
    if (isDatasetReference(value)) continue;
    const name = datasetMeantBy(value.source, datasets.values());
    if (name === undefined) continue;
    const message = `\`${value.source}\` is the name of a principal here, and not the Dataset \`${name}\``;
    const text = `{data: ${name}}`;
    report(at, 'literal_caller', message, { help: `write \`${text}\``, edit: { ...at.tree.range, text } });
  }
}

function reportClaim({ name, at, members }: ClaimDocument, outer: readonly string[], place: Place): void {
  const path = [...outer, name];
  const help = at.tree.kind === 'mapping' ? comparisonHelp(at, path, place) : undefined;
  if (help !== undefined) {
    const [member] = at.tree.kind === 'mapping' ? at.tree.entries.keys() : [];
    const message = `the claim \`${name}\` must be a mapping with the member \`${member}\`, as written here`;
    report(at, 'literal_caller', message, help);
    return;
  }
  for (const member of members) reportClaim(member, path, place);
  for (const value of valuesAt(at)) reportText(value, path, place);
}

/** The texts of a claim: one, or each of a list. */
function valuesAt(at: Cursor): readonly Cursor[] {
  const { tree } = at;
  if (tree.kind !== 'list') return [at];
  return tree.items.flatMap((_, index) => placeOf(at, index) ?? []);
}

function reportText(at: Cursor, path: readonly string[], { isExcept }: Place): void {
  const text = textAt(at);
  const [, expression] = text === undefined ? [] : (EXPRESSION.exec(text) ?? []);
  const condition =
    text === undefined
      ? undefined
      : expression === undefined
        ? patternCondition(text, path)
        : `${optionalRead(path)} == optional.of(${expression.trim()})`;
  if (condition === undefined || text === undefined) return;
  const kind = expression === undefined ? 'not a pattern' : 'not an expression';
  report(
    at,
    'literal_caller',
    `\`${text}\` is ${kind} here: a claim must be this text`,
    inWhen(condition, isExcept),
  );
}

const EXPRESSION = /^\$\{(.+)\}$/s;

/** The condition that a pattern of a claim means; undefined for a text that is not a pattern. */
function patternCondition(text: string, path: readonly string[]): string | undefined {
  if (!text.includes('*')) return undefined;
  if (/^\*+$/.test(text))
    return path.length === 1 ? `has(${plainRead(path)})` : `${optionalRead(path)}.hasValue()`;
  return patternTest(`${optionalRead(path)}.orValue('')`, text);
}

function patternTest(value: string, pattern: string): string {
  const [, inner, end] = /^([^*]+)(\*+)$/.exec(pattern) ?? [];
  if (inner !== undefined && end !== undefined) return `${value}.startsWith(${quote(inner)})`;
  const [, suffix] = /^\*+([^*]+)$/.exec(pattern) ?? [];
  if (suffix !== undefined) return `${value}.endsWith(${quote(suffix)})`;
  const parts = pattern.split(/\*+/).map((part) => part.replaceAll(/[\\.+?^${}()|[\]]/g, String.raw`\$&`));
  return `${value}.matches(r${quote(`^${parts.join('.*')}$`)})`;
}

/** Reports a scope or role. */
function reportName({ value, at }: Located<string>, part: 'scope' | 'role', { isExcept }: Place): void {
  const [, expression] = EXPRESSION.exec(value) ?? [];
  const isPattern = value.includes('*');
  if (expression === undefined && !isPattern) return;
  const kind = expression === undefined ? 'not a pattern' : 'not an expression';
  const condition =
    expression !== undefined
      ? `${expression.trim()} in jwt.${part}s`
      : /^\*+$/.test(value)
        ? `jwt.${part}s.size() > 0`
        : `jwt.${part}s.exists(s, ${patternTest('s', value)})`;
  report(
    at,
    'literal_caller',
    `\`${value}\` is ${kind} here: a token must have this ${part}`,
    inWhen(condition, isExcept),
  );
}

function inWhen(condition: string, isExcept: boolean): string {
  return `compare it in the \`when\` of the rule: \`${isExcept ? `!(${condition})` : condition}\``;
}

/** Words with which other products compare, by what is written here. */
const COMPARISONS: ReadonlyMap<string, 'value' | 'start' | 'end' | 'regex' | 'except'> = new Map([
  ...(['in', 'oneOf', 'anyOf', 'exact', 'equals', 'eq', 'contains', 'includes'] as const).map(
    (word) => [word, 'value'] as const,
  ),
  ...(['prefix', 'startsWith'] as const).map((word) => [word, 'start'] as const),
  ...(['suffix', 'endsWith'] as const).map((word) => [word, 'end'] as const),
  ...(['regex', 'matches'] as const).map((word) => [word, 'regex'] as const),
  ...(['not', 'notIn', 'ne'] as const).map((word) => [word, 'except'] as const),
]);

/** Help for a claim whose value is a mapping of one comparison, such as `{in: [a, b]}`; undefined for any other. */
function comparisonHelp(
  at: Cursor,
  path: readonly string[],
  { isExcept, datasets }: Place,
): Advice | string | undefined {
  const [word, ...others] = at.tree.kind === 'mapping' ? at.tree.entries.keys() : [];
  const inner = word === undefined ? undefined : placeOf(at, word);
  if (word === undefined || inner === undefined || others.length > 0 || inner.tree.kind === 'mapping')
    return undefined;
  const text = textAt(inner);
  if (word === 'cel' && text !== undefined)
    return inWhen(`${optionalRead(path)} == optional.of(${text.trim()})`, isExcept);
  const dataset = word === 'data' && text !== undefined ? datasets.get(nameInExpressions(text)) : undefined;
  if (dataset !== undefined)
    return inWhen(`${optionalRead(path)}.orValue('') in data.${nameInExpressions(dataset)}`, isExcept);
  switch (COMPARISONS.get(word)) {
    case 'value':
      return valueHelp(at, inner);
    case 'start':
      return text && inWhen(`${optionalRead(path)}.orValue('').startsWith(${quote(text)})`, isExcept);
    case 'end':
      return text && inWhen(`${optionalRead(path)}.orValue('').endsWith(${quote(text)})`, isExcept);
    case 'regex':
      return text && inWhen(`${optionalRead(path)}.orValue('').matches(r${quote(text)})`, isExcept);
    case 'except':
      return isExcept
        ? 'name these callers by `from`, with the claim and its value'
        : 'take these callers out by `except`, beside `from`, with the claim and its value';
    default:
      return undefined;
  }
}

function valueHelp(at: Cursor, inner: Cursor): Advice | string {
  const text = inline(inner);
  if (text === undefined) return 'write the value itself, or a list of which it is one';
  return {
    help: `write the value itself, or a list of which it is one: \`${text}\``,
    edit: { ...at.tree.range, text },
  };
}

function textAt({ tree }: Cursor): string | undefined {
  return tree.kind === 'scalar' && typeof tree.value === 'string' ? tree.value : undefined;
}

/** A read of a claim: `jwt.claims.tenant`. */
function plainRead(path: readonly string[]): string {
  return `jwt.claims${path.map((name) => (isName(name) ? `.${name}` : `[${quote(name)}]`)).join('')}`;
}

/** A read of a claim that may be missing: `jwt.claims.?address.?city`. */
function optionalRead(path: readonly string[]): string {
  return `jwt.claims${path.map((name) => (isName(name) ? `.?${name}` : `[?${quote(name)}]`)).join('')}`;
}

function isName(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name);
}

function quote(text: string): string {
  return text.includes("'") ? JSON.stringify(text) : `'${text}'`;
}
