import { strict as assert } from 'node:assert';
import { decide } from '../../src/engine/decision/decide.ts';
import type { CompiledLimit, PolicySet } from '../../src/engine/set/policy-set.ts';
import { type Contender, type Effort, measure } from './measure.ts';
import { stationsOfCases } from './stations.ts';

/**
 * CPU that limits add to a decision: the evaluation of keys, the takes, and their parts of the decision. The policy is the
 * typical one of the part `check`; the clock is read at the beginning of each decision, with and without limits.
 */
export async function decisionsWithLimits(effort: Effort): Promise<string> {
  const [, typical] = await stationsOfCases();
  assert(typical !== undefined);
  const { attributes, services, bench } = typical;
  const [policy] = bench.set.policies;
  const [limit] = policy?.lastLimits ?? [];
  assert(policy !== undefined && limit !== undefined);
  const deciding = (name: string, lastLimits: readonly CompiledLimit[]): Contender => {
    const set: PolicySet = { ...bench.set, policies: [{ ...policy, lastLimits }] };
    return { name, run: () => decide(attributes, set, services) };
  };
  const used: CompiledLimit = {
    ...limit,
    id: 'orders/used',
    rate: { count: 1, period: 86_400_000 },
    burst: 1,
  };
  const measured = await measure(
    [
      deciding('without a limit', []),
      deciding('with one', [limit]),
      deciding('with one, `headers: always`', [{ ...limit, headers: 'always' }]),
      deciding('with two', [limit, { ...limit, id: 'orders/second', name: 'second' }]),
      deciding('with one that denies', [used]),
    ],
    effort,
  );
  const [without] = measured;
  assert(without !== undefined);
  const rows = measured.map(({ name, median }) => {
    const more = name === without.name ? '' : `${(median - without.median).toFixed(2)} µs more`;
    return `  ${name.padEnd(28)}  ${median.toFixed(2).padStart(6)} µs  ${more}`;
  });
  return `limit: a decision by the typical policy, whose limit has the key \`source.principal\`\n${rows.join('\n')}\n`;
}
