import {
  celEnv,
  isCelError,
  isCelList,
  isCelMap,
  isCelType,
  isCelUint,
  parse as parseBuf,
  plan,
} from '@bufbuild/cel';
import { isReflectMessage, type ReflectMessage } from '@bufbuild/protobuf/reflect';
import { check } from '../../src/cel/check/check.ts';
import { createEnvironment } from '../../src/cel/check/environment.ts';
import { parse } from '../../src/cel/syntax/parse.ts';
import { TypeValue } from '../../src/cel/value/boxed.ts';
import { Failure } from '../../src/cel/value/failure.ts';
import { MapBuilder } from '../../src/cel/value/map.ts';
import { double, int, uint } from '../../src/cel/value/number.ts';
import { EVALUATORS, outcomeOf, same } from '../cel/conformance/run.ts';
import { TYPES } from '../cel/conformance/suite.ts';
import { seeded } from '../support/seeded.ts';
import { randomMessage, randomQuestion } from './random-messages.ts';

/** Number of questions about random messages; `AGREEMENT=100000 make test ONLY=test/protobuf` asks more. */
const COUNT = Number(process.env['AGREEMENT'] ?? 600);

const NAMES = ['cel.expr.conformance.proto2.TestAllTypes', 'cel.expr.conformance.proto3.TestAllTypes'];

/**
 * Fields of which the other engine reads another value: it fails for an `Any` that is not set, and does not know the
 * default of an enum in a oneof. It also takes messages with NaN for equal.
 */
const OTHERWISE = /\.single_any|\.single_nested_enum/;

/** A value of the other engine in the form of ours. */
function ours(value: unknown): unknown {
  if (isReflectMessage(value)) return TYPES.valueOf(value.desc, value.message);
  if (typeof value === 'number') return double(value);
  if (typeof value === 'bigint') return int(value);
  if (isCelUint(value)) return uint(value.value);
  if (isCelList(value)) return [...value].map(ours);
  if (isCelType(value)) return new TypeValue(value.name);
  if (!isCelMap(value)) return value;
  const map = new MapBuilder();
  for (const [key, element] of value) map.add(ours(key), ours(element));
  return map.build();
}

/** True if two outcomes are the same; of two failures, only that both are. */
function agree(one: unknown, other: unknown): boolean {
  if (one instanceof Failure || other instanceof Failure)
    return one instanceof Failure && other instanceof Failure;
  return same(one, other) || (hasNaN(one) && hasNaN(other));
}

/** A value with a NaN in it equals nothing, not even itself. */
function hasNaN(value: unknown): boolean {
  return !same(value, value);
}

function judged(source: string, a: ReflectMessage, b: ReflectMessage): unknown {
  const outcome = plan(celEnv({ registry: TYPES.files }), parseBuf(source))({ a, b });
  return isCelError(outcome) ? new Failure('bad_field') : outcomeOf(() => ours(outcome));
}

test.each(NAMES)('all evaluators, and another engine, agree about random messages of %s', (name) => {
  const random = seeded(20_261_130);
  const type = TYPES.files.getMessage(name);
  if (type === undefined) throw new Error('the suite has no such type');
  const declared = { type: { kind: 'message', name } } as const;
  const environment = { ...createEnvironment({ a: declared, b: declared }), messages: TYPES };
  const seen = { values: 0, failures: 0, rejected: 0 };
  for (let done = 0; done < COUNT; done++) {
    const source = randomQuestion(type, random);
    const a = randomMessage(type, TYPES.files, random);
    const b = random() < 0.3 ? a : randomMessage(type, TYPES.files, random);
    const checked = check(source, parse(source), environment);
    if (checked.problems.length > 0) {
      seen.rejected++;
      continue;
    }
    const activation = { a: TYPES.valueOf(type, a.message), b: TYPES.valueOf(type, b.message) };
    const [reference, ...others] = Object.values(EVALUATORS).map((evaluate) => {
      return outcomeOf(() => evaluate(checked, activation));
    });
    if (reference instanceof Failure) seen.failures++;
    else seen.values++;
    const isJudged = ![activation.a, activation.b].some(hasNaN) && !OTHERWISE.test(source);
    for (const outcome of isJudged ? [...others, judged(source, a, b)] : others) {
      if (agree(reference, outcome)) continue;
      expect({ source, outcome }).toEqual({ source, outcome: reference });
      expect(source).toBe('a question on which all agree');
    }
  }
  expect(seen.values).toBeGreaterThan(COUNT / 2);
  expect(seen.failures).toBeGreaterThan(COUNT / 50);
  expect(seen.rejected).toBeLessThan(COUNT / 10);
});
