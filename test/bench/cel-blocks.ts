import { strict as assert } from 'node:assert';
import { createEnvironment, extendEnvironment } from '../../src/cel/check/environment.ts';
import { compile } from '../../src/cel/compile.ts';
import { prepareCidrs } from '../../src/cel/value/cidr-set.ts';
import { type Contender, type Effort, measure } from './measure.ts';

const EVALUATIONS = 20_000;
const SIZES = [10, 1000, 10_000];
const ADDRESSES = 256;

/** Lines with the cost of looking an address up in lists of CIDR blocks. */
export async function blockLines({ rounds }: Effort): Promise<readonly string[]> {
  const measured = await measure(SIZES.map(contender), { rounds, runs: 1 });
  const per = (time: number): string => ((time * 1000) / EVALUATIONS).toFixed(0);
  return measured.map(
    ({ name, median, least, most }) =>
      `  cidrs(data.blocks).containsIP(source.ip), ${name} blocks: ${per(median)} (${per(least)}–${per(most)}) ns`,
  );
}

const environment = extendEnvironment(
  createEnvironment({ 'source.ip': { type: 'string' } }),
  'data',
  new Map([['blocks', { type: 'list(string)', isFixed: true }]]),
);

function contender(size: number): Contender {
  const blocks = Array.from(
    { length: size },
    (_, at) => `${10 + (at >> 16)}.${(at >> 8) & 255}.${at & 255}.0/24`,
  );
  prepareCidrs(blocks);
  const { program } = compile('cidrs(data.blocks).containsIP(source.ip)', environment, { result: ['bool'] });
  const inputs = Array.from({ length: ADDRESSES }, (_, at) => ({
    source: { ip: `${at % 2 === 0 ? 10 : 192}.0.${(at * 7) % Math.min(size, 256)}.9` },
    data: { blocks },
  }));
  const held = inputs.filter((input) => program?.evaluate(input) === true);
  assert.equal(held.length, ADDRESSES / 2, 'half of the addresses are in a block');
  const run = (): number => {
    let count = 0;
    for (let at = 0; at < EVALUATIONS; at++) {
      const input = inputs[at % ADDRESSES];
      if (input !== undefined && program?.evaluate(input) === true) count++;
    }
    return count;
  };
  return { name: size.toLocaleString('en-US'), run };
}
