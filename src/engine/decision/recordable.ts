import type { JsonObject } from '../request/attributes.ts';
import { CollectedReads, type InputReads } from '../request/input-reads.ts';
import { indexOf } from '../set/policy-index.ts';
import type { CompiledPolicy, PolicySet, RecordedPlace } from '../set/policy-set.ts';
import { PolicyActivation } from './activation.ts';
import type { EvaluationContext } from './evaluation-context.ts';
import { placeValue } from './place-value.ts';
import { type RecordedInputs, recordInputs } from './recorded-inputs.ts';
import type { Selection } from './select.ts';

/** One request with the policies that decided it, from which its record is made. */
export interface Recordable {
  readonly set: PolicySet;
  readonly selection: Selection;
  readonly context: EvaluationContext;
}

/** Parts of a record that policies or operators ask for. */
export interface RecordParts {
  readonly include?: JsonObject | undefined;
  readonly inputs?: RecordedInputs | undefined;
}

/** The largest share that a policy of the request asks for; undefined if none does. */
export function shareOf({ selection }: Recordable, answer: 'allow' | 'deny'): number | undefined {
  let largest: number | undefined;
  for (const { policy } of selection.enforcing) {
    const share = policy.record?.[answer];
    if (share !== undefined && (largest === undefined || share > largest)) largest = share;
  }
  return largest;
}

/**
 * The parts of the record of a request, by its policies, and by an operator who wants inputs or bodies of all. Undefined:
 * none are asked for.
 */
export function recordParts(
  recordable: Recordable,
  operator: { readonly inputs: boolean; readonly body: boolean },
): RecordParts | undefined {
  let { inputs, body } = operator;
  let places: RecordedPlace[] | undefined;
  for (const { policy } of recordable.selection.enforcing) {
    const { record } = policy;
    if (record === undefined) continue;
    inputs ||= record.inputs;
    body ||= record.body;
    if (record.include.length > 0) places = [...(places ?? []), ...record.include];
  }
  if (!inputs && places === undefined) return undefined;
  const activation = activationOf(recordable);
  return {
    include: places && included(places, activation),
    inputs: inputs
      ? recordInputs(
          readsOf(recordable),
          activation,
          body ? recordable.context.request.attributes.request.body : undefined,
        )
      : undefined,
  };
}

/** The values of a request as expressions read them, with the token and the caller that its record names. */
function activationOf({ context: { request, identities } }: Recordable): PolicyActivation {
  return new PolicyActivation(request, NO_POLICY, identities.token, identities.caller);
}

const NO_POLICY = { name: '', params: {}, variables: new Map(), services: [] };

function included(places: readonly RecordedPlace[], activation: PolicyActivation): JsonObject | undefined {
  const found = places.flatMap((place) => {
    const value = placeValue(activation, place.name, place.keys);
    return value === undefined ? [] : [[place.text, value] as const];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/**
 * The attributes that the policies of a request read: those that apply, and the conditions of others that could have
 * applied.
 */
function readsOf({ set, selection, context: { request } }: Recordable): InputReads {
  const reads = new CollectedReads();
  const applying = new Set<CompiledPolicy>();
  for (const { policy } of selection.enforcing) applying.add(policy);
  for (const { applicable } of selection.shadow) applying.add(applicable.policy);
  for (const policy of applying) reads.addAll(policy.inputs.all);
  for (const policy of indexOf(set.policies).candidates(request.matching))
    if (!applying.has(policy)) reads.addAll(policy.inputs.match);
  return reads.reads();
}
