import { canonicalPath } from '../../engine/request/canonical-path.ts';
import { normalizeHost } from '../../engine/request/host.ts';
import { type MatchInput, selects } from '../../engine/set/match.ts';
import type { CompiledPolicy } from '../../engine/set/policy-set.ts';
import { report } from '../language/reader.ts';
import type { LintInput } from './lint-input.ts';

/** Reports policies that no case reaches. Conditions of a `match` are taken to hold, since nothing is evaluated. */
export function* lintTests({
  written,
  tests,
  policies: compiled,
  options,
}: LintInput): Generator<undefined, void> {
  if (tests.length === 0 && !options.isStrict) return;
  const cases = tests.flatMap((test) => test.cases);
  const requests = new Map(
    cases.map(({ request: { method, host, path } }) => [
      `${method} ${host} ${path}`,
      matchInput(method, host, path),
    ]),
  );
  const named = new Set(cases.map(({ expect }) => expect.policy));
  const rules = new Set(
    cases.flatMap(({ expect: { policy, rule } }) => (policy === undefined ? (rule ?? []) : [])),
  );
  for (const { name, nameAt } of written) {
    const policy = compiled.get(name);
    yield;
    if (policy === undefined || named.has(name) || rulesOf(policy).some((rule) => rules.has(rule))) continue;
    if (
      [...requests.values()].some(
        (request) => selects(policy.match, request, () => true, undefined) !== undefined,
      )
    )
      continue;
    report(nameAt, 'policy_without_tests', `no test sends a request to which \`${name}\` applies`, HELP);
  }
}

const HELP = 'add a case with a request that its `match` selects, or with its name in `expect`';

function rulesOf({ allowRules, denyRules }: CompiledPolicy): readonly string[] {
  return [...allowRules, ...denyRules].map(({ name }) => name);
}

function matchInput(method: string, host: string, path: string): MatchInput {
  return { method, host: normalizeHost(host), path: canonicalPath(path, method).path };
}
