import type { PolicySpec } from '../language/policy-document.ts';
import { child, report } from '../language/reader.ts';

/** Reports limits that all processes share where there is no store in which they could be counted. */
export function reportSharedLimits(policies: Iterable<{ readonly spec: PolicySpec }>): void {
  for (const { spec } of policies) {
    for (const { name, scope, at } of spec.limits ?? []) {
      if (scope !== 'shared') continue;
      const message = `the limit \`${name ?? ''}\` is shared, and there is no store to count it in`;
      const help =
        'name a Redis by `--redis` of `serve`, or write `scope: local`: each process then counts by itself';
      report(child(at, 'scope') ?? at, 'no_shared_store', message, help);
    }
  }
}
