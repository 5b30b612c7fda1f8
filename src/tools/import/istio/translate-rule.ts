import type { Written } from '../imported.ts';
import { type MatchEntry, shortMatch } from '../short-match.ts';
import { all, any, type Condition, not } from './condition.ts';
import type { FieldValues, IstioCondition, IstioRule } from './istio-documents.ts';
import {
  type ComparedField,
  fieldOfKey,
  isBlock,
  isTemplate,
  matchesAny,
  OPERATION_FIELDS,
  type SampleRequest,
  SOURCE_FIELDS,
  withoutPort,
} from './istio-fields.ts';

export interface RuleScope {
  readonly effect: 'allow' | 'deny';
  /** True if a RequestAuthentication verifies tokens of these requests; otherwise there is never one. */
  readonly hasTokens: boolean;
  /** True if callers are named by `from`: all rules for these requests that allow name principals alone. */
  readonly namesCallers?: boolean;
}

/** A rule of a policy without its name; undefined if it can never match. */
interface TranslatedRule {
  /** Callers, if `from` of Istio is not a part of `when`. */
  readonly from?: readonly Written[];
  readonly match: readonly Written[];
  readonly when: string | undefined;
}

export interface RuleTranslation {
  readonly rule: TranslatedRule | undefined;
  readonly remarks: readonly string[];
}

/**
 * A rule of Istio as a rule of a policy. What has no equivalent never matches in an allow rule, and always matches in a
 * deny rule, so that less is allowed than before and never more.
 */
export function translateRule(rule: IstioRule, scope: RuleScope): RuleTranslation {
  const remarks = unsupportedParts(rule).map((part) => remarkOn(part, scope));
  const principals = scope.namesCallers === true ? principalsOf(rule) : undefined;
  const callers = any(rule.from.map((source) => all(conditionsOf(source, SOURCE_FIELDS, scope))));
  const from = rule.from.length === 0 || principals !== undefined ? true : callers;
  const whens = rule.when.flatMap((each) => whenConditions(each, scope));
  const condition = all([from, ...whens]);
  const match = rule.to.map((operation) => translateOperation(operation, scope));
  const reachable = match.filter((entry) => entry !== undefined);
  const isDead = condition === false || (match.length > 0 && reachable.length === 0);
  if (isDead) return { rule: undefined, remarks };
  const when = condition === true ? undefined : condition;
  const isOpen = reachable.some((entry) => Object.values(entry).every((each) => each === undefined));
  const named = principals === undefined ? {} : { from: principals };
  return { rule: { ...named, match: isOpen ? [] : reachable.map(shortMatch), when }, remarks };
}

/** The sources of a rule as patterns of principals; undefined if it names callers in other ways, or every caller. */
export function principalsOf({ from }: IstioRule): readonly string[] | undefined {
  if (from.length === 0 || from.some((each) => [...each.keys()].join() !== 'principals')) return undefined;
  const patterns = from.flatMap((each) => each.get('principals') ?? []).map(principalPattern);
  return patterns.includes(undefined) ? undefined : patterns.filter((each) => each !== undefined);
}

/** A principal of Istio as a pattern of `principals`; undefined if it needs an expression. */
function principalPattern(value: string): string | undefined {
  const pattern = value.replace(/\/\*$/, '/**');
  return /^[a-z0-9._-]+(?:\/[\w.-]+)+(?:\/\*\*)?$/.test(pattern) ? `spiffe://${pattern}` : undefined;
}

function remarkOn(part: string, { effect }: RuleScope): string {
  const effects = { allow: 'the rule does not match', deny: 'the condition counts as true' } as const;
  return `\`${part}\` has no equivalent: ${effects[effect]}.`;
}

/** Parts of a rule that Lictor cannot tell. */
function unsupportedParts({ from, to, when }: IstioRule): readonly string[] {
  const named = (parts: readonly FieldValues[], fields: typeof SOURCE_FIELDS): readonly string[] =>
    parts.flatMap((part) => [...part.keys()]).filter((name) => fieldOf(name, fields) === undefined);
  const blocks = from.flatMap((source) =>
    ['ipBlocks', 'notIpBlocks'].flatMap((name) => (source.get(name) ?? []).filter((each) => !isBlock(each))),
  );
  const keys = when.map(({ key }) => key).filter((key) => fieldOfKey(key) === undefined);
  return [...new Set([...named(from, SOURCE_FIELDS), ...named(to, OPERATION_FIELDS), ...blocks, ...keys])];
}

/** The field of a name that can begin with `not`. */
function fieldOf(name: string, fields: typeof SOURCE_FIELDS): ComparedField | undefined {
  const plain = name.replace(/^not([A-Z])/, (_, letter: string) => letter.toLowerCase());
  return Object.hasOwn(fields, plain) ? fields[plain] : undefined;
}

function conditionsOf(
  values: FieldValues,
  fields: typeof SOURCE_FIELDS,
  scope: RuleScope,
): readonly Condition[] {
  return [...values].map(([name, texts]) => {
    const field = fieldOf(name, fields);
    if (field === undefined || (field.isAddress === true && !texts.every(isBlock)))
      return scope.effect === 'deny';
    const condition = fieldCondition(field, texts, scope);
    return name.startsWith('not') ? not(condition) : condition;
  });
}

function fieldCondition(field: ComparedField, values: readonly string[], scope: RuleScope): Condition {
  return values.length === 0 || (field.isOfToken === true && !scope.hasTokens) ? false : field.cel(values);
}

function whenConditions({ key, values, notValues }: IstioCondition, scope: RuleScope): readonly Condition[] {
  const field = fieldOfKey(key);
  if (field === undefined) return [scope.effect === 'deny'];
  return [
    ...(values.length === 0 ? [] : [fieldCondition(field, values, scope)]),
    ...(notValues.length === 0 ? [] : [not(fieldCondition(field, notValues, scope))]),
  ];
}

/** An operation as an entry of `match`; undefined if it matches nothing. */
function translateOperation(operation: FieldValues, scope: RuleScope): MatchEntry | undefined {
  const left = new Map(operation);
  const take = (
    name: string,
    pattern: (value: string) => string | undefined,
  ): readonly string[] | undefined => {
    const values = left.get(name) ?? [];
    if (values.length === 0) return undefined;
    // Every request has one.
    if (values.includes('*')) left.delete(name);
    const patterns = values.map(pattern);
    if (values.includes('*') || patterns.includes(undefined)) return undefined;
    left.delete(name);
    return [...new Set(patterns.filter((each) => each !== undefined))];
  };
  const hosts = take('hosts', hostPattern);
  const methods = take('methods', (method) => (/^[A-Z]+$/.test(method) ? method : undefined));
  const paths = take('paths', pathPattern);
  const condition = all(conditionsOf(left, OPERATION_FIELDS, scope));
  if (condition === false) return undefined;
  return { hosts, methods, paths, when: condition === true ? undefined : condition };
}

/** A host of Istio as a pattern of `hosts`; undefined if it needs an expression. */
export function hostPattern(host: string): string | undefined {
  const plain = withoutPort(host).toLowerCase();
  return /^(?:\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(plain) ? plain : undefined;
}

/** A path of Istio as a pattern of `paths`; undefined if it needs an expression. */
function pathPattern(path: string): string | undefined {
  const template = path.replaceAll('{*}', '\0').replace(/\{\*\*\}$/, '\0\0');
  const asPattern = isTemplate(path)
    ? template.replaceAll('\0\0', '**').replaceAll('\0', '*')
    : template.replace(/\/\*$/, '/**');
  const segments = asPattern.split('/').slice(1);
  const isPattern = segments.every((segment, index) => {
    if (segment === '**') return index === segments.length - 1;
    if (segment === '*') return isTemplate(path);
    return /^[\w.~-]+$/.test(segment) || (segment === '' && index === segments.length - 1);
  });
  if (!path.startsWith('/') || !isPattern) return undefined;
  return asPattern.length > 1 ? asPattern.replace(/\/$/, '') : asPattern;
}

/** True if Istio matches the rule, where unsupported parts count as `translateRule` counts them. */
export function matchesRule(rule: IstioRule, request: SampleRequest, effect: 'allow' | 'deny'): boolean {
  const part = (values: FieldValues, fields: typeof SOURCE_FIELDS): boolean =>
    [...values].every(([name, texts]) => {
      const field = fieldOf(name, fields);
      if (field === undefined || (field.isAddress === true && !texts.every(isBlock)))
        return effect === 'deny';
      return matchesAny(field, request, texts) !== name.startsWith('not');
    });
  const isOfCaller = rule.from.length === 0 || rule.from.some((each) => part(each, SOURCE_FIELDS));
  const isOfOperation = rule.to.length === 0 || rule.to.some((each) => part(each, OPERATION_FIELDS));
  return (
    isOfCaller &&
    isOfOperation &&
    rule.when.every(({ key, values, notValues }) => {
      const field = fieldOfKey(key);
      if (field === undefined) return effect === 'deny';
      const isOne = values.length === 0 || matchesAny(field, request, values);
      return isOne && (notValues.length === 0 || !matchesAny(field, request, notValues));
    })
  );
}
