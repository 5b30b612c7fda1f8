import { adviseOnExceptions } from './exceptions.ts';
import { adviseOnExpressions } from './expressions.ts';
import type { Sound } from './lint-input.ts';
import { adviseOnPatterns } from './patterns.ts';
import { Surroundings } from './policy-context.ts';
import { adviseOnRules } from './rules.ts';
import { adviseOnTests } from './tests.ts';

/** Reports what is well-formed and hardly what its author wants; one step a policy or a bundle of expressions. */
export function* adviseOn(sound: Sound): Generator<undefined, void> {
  yield* adviseOnExpressions(sound);
  const around = new Surroundings(sound.written, sound.shadowed);
  for (const policy of sound.written) {
    adviseOnPatterns(policy);
    adviseOnRules(policy, around);
    adviseOnExceptions(policy, sound.options.now);
    yield;
  }
  yield* adviseOnTests(sound);
}
