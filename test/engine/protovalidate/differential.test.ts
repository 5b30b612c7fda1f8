import { pathToString } from '@bufbuild/protobuf/reflect';
import { createValidator, type Violation as LibraryViolation } from '@bufbuild/protovalidate';
import { compileRules } from '../../../src/engine/protovalidate/compile-rules.ts';
import type { Outcome } from '../../../src/engine/protovalidate/message-rules.ts';
import { type MessageRegistry, registryOf } from '../../../src/protobuf/message-registry.ts';
import { descriptorSet } from '../../support/buf.ts';
import { libraryViolation } from '../../support/library-violation.ts';
import { seeded } from '../../support/seeded.ts';
import { randomRules } from './random-rules.ts';
import { randomRuledMessage } from './random-values.ts';

/** Number of messages with random rules, and of values of each; `RULED=20000 make test ONLY=...` tries more. */
const TYPES = 150;
const VALUES = Math.ceil(Number(process.env['RULED'] ?? 6_000) / TYPES);

const SEED = Number(process.env['SEED'] ?? 20_261_130);

async function typesOf(source: string): Promise<MessageRegistry> {
  const { registry, problem } = registryOf(await descriptorSet({ 'a.proto': source }));
  if (registry === undefined) throw new Error(problem.message);
  return registry;
}

function shown(violations: readonly LibraryViolation[]): readonly string[] {
  return violations
    .map(({ field, ruleId, message, rule, forKey }) =>
      [pathToString(field), ruleId, plain(message), pathToString(rule), forKey].join(' | '),
    )
    .toSorted();
}

/** The library writes the fraction of a second with three, six or nine digits. */
function plain(text: string): string {
  return text.replaceAll(/(\.[0-9]*[1-9])0+(?=[sZ])/g, '$1');
}

function own(outcome: Outcome, types: MessageRegistry): readonly string[] | string {
  if (outcome.kind !== 'invalid') return outcome.kind;
  return shown(outcome.violations.map((each) => libraryViolation(each, types.files)));
}

test('random rules find the same in random messages as the library of protovalidate', async () => {
  const random = seeded(SEED);
  const types = await typesOf(randomRules(TYPES, random));
  const library = createValidator({ registry: types.files });
  const clock = () => ({ seconds: Math.floor(Date.now() / 1000), nanos: 0 });
  const seen = { valid: 0, invalid: 0, error: 0 };
  for (let at = 0; at < TYPES; at += 1) {
    const type = types.files.getMessage(`a.M${at}`);
    if (type === undefined) throw new Error('there is no such type');
    const { rules, problem } = compileRules(types, [type]);
    if (rules === undefined) throw new Error(`${problem.owner}: ${problem.problem}`);
    for (let value = 0; value < VALUES; value += 1) {
      const message = randomRuledMessage(type, types.files, random);
      const expected = library.validate(type, message);
      seen[expected.kind] += 1;
      const found = own(rules.check(type, [message], clock, Infinity), types);
      const wanted =
        expected.kind === 'invalid'
          ? shown(expected.violations)
          : expected.kind === 'error'
            ? 'fault'
            : 'valid';
      expect({ type: type.typeName, found }).toEqual({ type: type.typeName, found: wanted });
    }
  }
  // The messages must break some rules and keep others, or the comparison says nothing.
  expect(seen.valid).toBeGreaterThan((TYPES * VALUES) / 20);
  expect(seen.invalid).toBeGreaterThan((TYPES * VALUES) / 4);
  expect(seen.error).toBeGreaterThan(0);
}, 120_000);
