import { adviseOnExceptions } from './exceptions.ts';
import { adviseOnExpressions } from './expressions.ts';
import { adviseOnPatterns } from './patterns.ts';
import { adviseOnRules, isGuard } from './rules.ts';
import type { Sound } from './sound.ts';
import { adviseOnTests } from './tests.ts';

/** Reports what is well-formed and hardly what its author wants; one step a policy or a bundle of expressions. */
export function* adviseOn(sound: Sound): Generator<undefined, void> {
  yield* adviseOnExpressions(sound);
  const guards = sound.written.filter(isGuard);
  for (const policy of sound.written) {
    adviseOnPatterns(policy);
    adviseOnRules(policy, guards);
    adviseOnExceptions(policy, sound.options.now);
    yield;
  }
  yield* adviseOnTests(sound);
}
