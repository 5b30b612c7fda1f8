import type { PolicyDocument } from '../document.ts';
import { child } from '../reader.ts';
import { adviseOnExpressions } from './expressions.ts';
import { adviseOnPatterns } from './patterns.ts';
import { adviseOnRules, isGuard } from './rules.ts';
import type { Sound, WrittenPolicy } from './sound.ts';
import { adviseOnTests } from './tests.ts';

/** Reports what is well-formed and hardly what its author wants; one step a policy or a bundle of expressions. */
export function* adviseOn(sound: Sound): Generator<undefined, void> {
  const policies = sound.documents.flatMap(writtenPolicy);
  yield* adviseOnExpressions(policies, sound);
  const guards = policies.filter(isGuard);
  for (const policy of policies) {
    adviseOnPatterns(policy);
    adviseOnRules(policy, guards);
    yield;
  }
  yield* adviseOnTests(policies, sound);
}

function writtenPolicy(document: PolicyDocument): readonly WrittenPolicy[] {
  if (document.kind !== 'Policy' || document.spec === undefined) return [];
  const { name, spec } = document;
  const at = child(document.at, 'spec');
  if (at === undefined) return [];
  const nameAt = { ...name.at, path: '' };
  return [{ name: name.value, nameAt, spec, at: { ...at, path: '' }, rules: spec.rules ?? [] }];
}
