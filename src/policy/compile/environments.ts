import type { Declaration } from '../../cel/check/environment.ts';
import type { Type } from '../../cel/value/type.ts';
import { nearest } from '../../diagnostic/suggest.ts';
import type { JsonValue } from '../../engine/request/attributes.ts';
import type { EnvironmentValues, PolicySet } from '../../engine/set/policy-set.ts';
import type { EnvironmentSpec } from '../language/data-document.ts';
import type { Named } from '../language/document.ts';
import { sourceOf } from '../language/document.ts';
import { label, suggestion } from '../language/fields.ts';
import { report } from '../language/reader.ts';
import type { Cursor } from '../yaml/tree.ts';
import { plainJson } from '../yaml/tree.ts';
import { declareData } from './compile-data.ts';
import { typeOfData } from './data-type.ts';
import type { PlacedValue } from './prepare-blocks.ts';
import { inlineData } from './references.ts';

type EnvironmentDocument = Named & { readonly spec: EnvironmentSpec | undefined };

/** The Environments of a folder, with one table of names and types for all of them. */
export interface Environments {
  /** Values by the names that expressions read, one for each Environment. */
  readonly placed: ReadonlyMap<string, readonly PlacedValue[]>;
  readonly declarations: ReadonlyMap<string, Declaration>;
  readonly values: ReadonlyMap<string, EnvironmentValues>;
}

/** Compiles all Environments, and reports values whose name or type differs between them. */
export function compileEnvironments(documents: readonly EnvironmentDocument[]): Environments {
  const written = new Map<string, Written[]>();
  for (const { name, spec } of documents) {
    for (const [key, at] of spec?.values ?? []) {
      const all = written.get(key) ?? [];
      all.push({ environment: name.value, at, value: plainJson(at.tree) });
      written.set(key, all);
    }
  }
  const declarations = new Map<string, Declaration>();
  for (const [key, all] of written) {
    reportMissing(key, all, documents);
    reportDifferent(key, all);
    const sizes = all.map(({ value }) => declareData(value).declaration.max ?? 0);
    declarations.set(key, {
      type: typeOfData(all.map(({ value }) => value)),
      max: sizes.reduce((most, size) => Math.max(most, size), 0),
      isFixed: true,
    });
  }
  const placed = new Map(
    [...written].map(([key, all]) => [
      `env.${key}`,
      all.map(({ value, at }) => ({ value, place: inlineData(at).place })),
    ]),
  );
  const values = documents.map(({ name, spec }): [string, EnvironmentValues] => {
    const own = [...written].flatMap(([key, all]) => {
      const value = all.find(({ environment }) => environment === name.value)?.value;
      return value === undefined ? [] : [[key, value] as const];
    });
    const shadow = new Set((spec?.shadow ?? []).map(({ value }) => value));
    return [name.value, { values: Object.fromEntries(own), shadow }];
  });
  return { placed, declarations, values: new Map(values) };
}

interface Written {
  readonly environment: string;
  readonly at: Cursor;
  readonly value: JsonValue;
}

function reportMissing(
  key: string,
  all: readonly Written[],
  documents: readonly EnvironmentDocument[],
): void {
  const [first] = all;
  if (first === undefined) return;
  for (const { name, at, spec } of documents) {
    if (spec === undefined || all.some(({ environment }) => environment === name.value)) continue;
    const { file, line } = sourceOf(first.at);
    const message = `the value \`${key}\` is missing in \`${name.value}\`; \`${first.environment}\` has it at ${file}:${line}`;
    const help = (): string => {
      const near = nearest(key, (spec.values ?? new Map<string, never>()).keys());
      const rule = 'every Environment has values of the same names';
      return near === undefined ? rule : `${rule}; this one has \`${near}\``;
    };
    report({ ...at, path: '' }, 'environments_differ', message, help, label(name.at));
  }
}

function reportDifferent(key: string, all: readonly Written[]): void {
  const joint = typeOfData(all.map(({ value }) => value));
  const first = all.find(({ value }) => isLessPrecise(joint, typeOfData([value])));
  if (first === undefined) return;
  const own = typeOfData([first.value]);
  const unlike = all.find((each) => isLessPrecise(typeOfData([first.value, each.value]), own));
  if (unlike === undefined) return;
  const { file, line } = sourceOf(first.at);
  const message = `the value \`${key}\` has another type in \`${first.environment}\`, at ${file}:${line}`;
  report(unlike.at, 'environments_differ', message, 'a value has the same type in every Environment');
}

/** True if the joint type of several values says less than the type of one of them. */
function isLessPrecise(joint: Type, own: Type): boolean {
  if (joint.kind === 'dyn') return own.kind !== 'dyn';
  if (joint.kind === 'list' && own.kind === 'list') return isLessPrecise(joint.element, own.element);
  return joint.kind === 'map' && own.kind === 'map' && isLessPrecise(joint.value, own.value);
}

/** Reports unknown policies in the `shadow` lists of Environments. */
export function reportUnknownShadows(
  documents: readonly EnvironmentDocument[],
  policies: ReadonlyMap<string, unknown>,
): void {
  for (const { spec } of documents) {
    for (const { value, at } of spec?.shadow ?? []) {
      if (policies.has(value)) continue;
      const help = () => suggestion(value, policies.keys());
      report(at, 'unknown_reference', `unknown policy \`${value}\``, help);
    }
  }
}

const derivedSets = new WeakMap<object, Map<string, object>>();

/** The policy set for one of its Environments, derived once per set; undefined if no Environment has the name. */
export function inEnvironment<S extends Omit<PolicySet, 'revision' | 'revisionText'>>(
  set: S,
  name: string,
): S | undefined {
  const environment = set.environments.get(name);
  if (environment === undefined) return undefined;
  const derived = derivedSets.get(set) ?? new Map<string, object>();
  derivedSets.set(set, derived);
  const known = derived.get(name);
  if (known !== undefined) return known as S;
  const policies = set.policies.map((policy) =>
    environment.shadow.has(policy.name) ? { ...policy, mode: 'shadow' as const } : policy,
  );
  const chosen = { ...set, policies, environment: name, env: environment.values };
  derived.set(name, chosen);
  return chosen;
}
