import { toBinary } from '@bufbuild/protobuf';
import { compile } from '../../src/cel/compile.ts';
import { EvaluationError, type Program } from '../../src/cel/interpret/program.ts';
import { seeded } from '../support/seeded.ts';
import { ORDER_NAMES, ORDER_TYPES } from './orders.ts';
import { randomMessage } from './random-messages.ts';

/** Number of mutated messages; `MUTATED=100000 make test ONLY=test/protobuf` tries more. */
const COUNT = Number(process.env['MUTATED'] ?? 2000);

const ORDER = 'acme.orders.v1.Order';

const PROGRAMS = [
  'request.body.items.all(i, i.quantity > 1u || i.price < 2.0)',
  'request.body.labels.exists(k, k == request.body.labels[k]) || request.body.counts.size() > 1',
  'request.body.created > timestamp(0) && request.body.discount == 3',
  "request.body.parent.parent.id == request.body.id || 'a' in request.body.tags",
  'has(request.body.card) && request.body.card.size() > 2 || request.body.invoice',
  'request.body == request.body.parent || request.body == request.body',
  'request.body.details == 1 || request.body.details == request.body.parent.details',
  "json.encode(request.body) == '' || request.body.flags == [1u] || request.body.weight > 0.0",
].map((source): Program => {
  const { program, problems } = compile(source, ORDER_NAMES, { result: ['bool'] });
  if (program === undefined) throw new Error(problems[0]?.message);
  return program;
});

test('a mutated message is refused, or every expression over it has a value or fails', () => {
  const random = seeded(20_261_201);
  const type = ORDER_TYPES.files.getMessage(ORDER);
  if (type === undefined) throw new Error('there is no such type');
  const seen = { refused: 0, values: 0, failures: 0 };
  for (let done = 0; done < COUNT; done++) {
    const bytes = mutated(toBinary(type, randomMessage(type, ORDER_TYPES.files, random).message), random);
    const body = decoded(bytes);
    if (body === undefined) {
      seen.refused++;
      continue;
    }
    for (const program of PROGRAMS) {
      const outcome = program.evaluate({ request: { body } });
      if (outcome instanceof EvaluationError) seen.failures++;
      else seen.values++;
      // `unreadable` is the code of an exception that no part of the language throws.
      if (outcome instanceof EvaluationError) expect(outcome.code).not.toBe('unreadable');
      else expect(typeof outcome).toBe('boolean');
    }
  }
  expect(seen.refused).toBeGreaterThan(COUNT / 20);
  expect(seen.values).toBeGreaterThan(COUNT);
  expect(seen.failures).toBeGreaterThan(0);
});

function mutated(bytes: Uint8Array, random: () => number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const changes = Math.floor(random() * 4);
  for (let change = 0; change < changes && copy.length > 0; change++) {
    copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256);
  }
  return random() < 0.1 ? copy.subarray(0, Math.floor(random() * copy.length)) : copy;
}

function decoded(bytes: Uint8Array): unknown {
  try {
    return ORDER_TYPES.decode(ORDER, bytes);
  } catch (error) {
    // The decoder of texts throws the errors of another realm than that of the test.
    expect(Object.prototype.toString.call(error)).toBe('[object Error]');
    return undefined;
  }
}
