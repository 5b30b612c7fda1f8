import { compile } from '../../src/cel/compile.ts';
import { Message } from '../../src/cel/value/message.ts';
import { transferred } from '../support/transferred.ts';
import { ORDER_NAMES, ORDER_TYPES } from './orders.ts';

const order = ORDER_TYPES.decode('acme.orders.v1.Order', new Uint8Array([0x0a, 0x02, 0x6f, 0x31]));

/** The results of programs that were made again in another process. */
function results(...sources: readonly string[]): readonly unknown[] {
  const programs = sources.map((source) => {
    const { program } = compile(source, ORDER_NAMES, { result: ['dyn'] });
    if (program === undefined) throw new Error(`${source} has a mistake`);
    return program;
  });
  return transferred(programs).map((program) =>
    program.evaluate({ request: { body: order }, odd: null, limit: 3 }),
  );
}

test('programs that read a message cross to another process', () => {
  expect(
    results(
      "request.body.id == 'o1' && !has(request.body.parent)",
      'request.body.items.map(i, i.sku)',
      "request.body == Order{id: 'o1'}",
      "Order{id: request.body.id, total_cents: limit} == Order{id: 'o1', total_cents: 3}",
      'request.body.state == State.NEW',
    ),
  ).toEqual([true, [], true, true, true]);
});

test('messages that are made when a policy is loaded cross to another process', () => {
  const [made] = results("Item{sku: 'a', quantity: 2u}");
  expect(made).toBeInstanceOf(Message);
  expect(JSON.stringify(made)).toBe('{"sku":"a","quantity":2}');
});
