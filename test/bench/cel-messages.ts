import { strict as assert } from 'node:assert';
import { celEnv, parse, plan } from '@bufbuild/cel';
import { fromJson, type JsonValue, type Message } from '@bufbuild/protobuf';
import { createEnvironment } from '../../src/cel/check/environment.ts';
import { compile } from '../../src/cel/compile.ts';
import { ORDER_TYPES } from '../protobuf/orders.ts';
import { type Contender, type Effort, measure } from './measure.ts';

const TYPE = 'acme.orders.v1.Order';
const SAMPLES = 32;
const EVALUATIONS = 20_000;

/** The properties of a decoded order, as the library for protobuf has them. */
interface Order {
  readonly id: string;
  readonly totalCents: bigint;
  readonly discount?: number;
  readonly created?: { readonly seconds: bigint };
  readonly parent?: { readonly id: string };
  readonly items: readonly { readonly sku: string; readonly price: number }[];
  readonly labels: Readonly<Record<string, string>>;
}

/** An expression over `order`, and what a programmer would write instead. */
interface Row {
  readonly source: string;
  readonly hand: (order: Order) => boolean;
}

const ROWS: readonly Row[] = [
  { source: "order.id == 'o7'", hand: ({ id }) => id === 'o7' },
  { source: 'order.total_cents > 1500', hand: ({ totalCents }) => totalCents > 1500n },
  { source: "has(order.parent) && order.parent.id != ''", hand: ({ parent }) => (parent?.id ?? '') !== '' },
  { source: 'order.discount != null && order.discount > 2', hand: ({ discount }) => (discount ?? 0) > 2 },
  {
    source: "order.created < timestamp('2026-01-01T00:00:00Z')",
    hand: ({ created }) => (created?.seconds ?? 0n) < 1_767_225_600n,
  },
  {
    source: "'tier' in order.labels && order.labels['tier'] == 'gold'",
    hand: ({ labels }) => labels['tier'] === 'gold',
  },
  {
    source: "order.items.all(i, i.sku != 'banned' && i.price < 9.5)",
    hand: ({ items }) => items.every(({ sku, price }) => sku !== 'banned' && price < 9.5),
  },
];

function orders(): readonly Message[] {
  const type = ORDER_TYPES.files.getMessage(TYPE);
  if (type === undefined) throw new Error('there is no type of orders');
  return Array.from({ length: SAMPLES }, (_, at) => {
    const json: JsonValue = {
      id: `o${at % 9}`,
      totalCents: String(at * 100),
      created: `20${at % 2 === 0 ? 25 : 26}-06-01T00:00:00Z`,
      ...(at % 3 === 0 ? {} : { parent: { id: at % 3 === 1 ? 'p' : '' }, discount: at % 5 }),
      items: Array.from({ length: 10 }, (_item, index) => ({ sku: `s${index}`, price: (at + index) / 3 })),
      labels: at % 4 === 0 ? { tier: 'gold' } : { tier: 'none', area: 'eu' },
    };
    return fromJson(type, json);
  });
}

/** Lines with the cost of expressions over decoded messages: by hand, compiled, and in the engine of the library. */
export async function messageLines({ rounds }: Effort): Promise<readonly string[]> {
  const given = orders();
  const lines: string[] = [];
  for (const row of ROWS) {
    const contenders = contendersOf(row, given);
    const measured = await measure(contenders, { rounds, runs: 1 });
    const cells = measured.map(({ name, median, least, most }) => {
      const per = (time: number): string => ((time * 1000) / EVALUATIONS).toFixed(0);
      return `${name} ${per(median)} (${per(least)}–${per(most)})`;
    });
    lines.push(`  ${row.source}: ${cells.join(', ')} ns`);
  }
  return ['  messages of protobuf, decoded before:', ...lines];
}

function contendersOf({ source, hand }: Row, given: readonly Message[]): readonly Contender[] {
  const type = ORDER_TYPES.files.getMessage(TYPE);
  const environment = {
    ...createEnvironment({ order: { type: { kind: 'message', name: TYPE } } }),
    messages: ORDER_TYPES,
  };
  const { program } = compile(source, environment, { result: ['bool'] });
  assert(program !== undefined && type !== undefined);
  const buf = plan(celEnv({ registry: ORDER_TYPES.files }), parse(source));
  const ways = [
    { name: 'hand', holds: (order: Message) => hand(order as Message & Order) },
    {
      name: 'compiled',
      holds: (order: Message) => program.evaluate({ order: ORDER_TYPES.valueOf(type, order) }),
    },
    { name: '@bufbuild/cel', holds: (order: Message) => buf({ order }) },
  ];
  const [first, ...others] = ways.map(({ holds }) => given.map(holds));
  assert(first?.includes(true) && first.includes(false), `${source} comes out both ways`);
  for (const each of others) assert.deepEqual(each, first, `all engines agree about ${source}`);
  return ways.map(({ name, holds }) => ({ name, run: () => count(holds, given) }));
}

function count(holds: (order: Message) => unknown, given: readonly Message[]): number {
  let held = 0;
  for (let at = 0; at < EVALUATIONS; at += 1) {
    const order = given[at % SAMPLES];
    if (order !== undefined && holds(order) === true) held += 1;
  }
  return held;
}
