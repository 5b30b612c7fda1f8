import { covers, entriesOf, selections } from '../compile/match-relations.ts';
import type { WrittenPolicy } from '../compile/policy-compiler.ts';
import type { RuleDocument } from '../language/policy-document.ts';

/** A deny rule without condition and end. */
interface PlainDeny {
  readonly policy: WrittenPolicy;
  readonly rule: RuleDocument;
}

/** The policies of a folder that are in force everywhere, by the hosts that they name. */
export class PolicyContext {
  readonly #byHost = new Map<string, WrittenPolicy[]>();
  /** Those that may govern hosts which they do not spell out. */
  readonly #wide: WrittenPolicy[] = [];

  /** `shadowed` names policies that only shadow in some Environment. */
  constructor(all: readonly WrittenPolicy[], shadowed: ReadonlySet<string>) {
    for (const policy of all) {
      if (policy.spec.mode === 'shadow' || shadowed.has(policy.name)) continue;
      const hosts = exactHosts(policy);
      if (hosts === undefined) this.#wide.push(policy);
      for (const host of hosts ?? []) {
        const known = this.#byHost.get(host);
        if (known === undefined) this.#byHost.set(host, [policy]);
        else known.push(policy);
      }
    }
  }

  /** The other policies that govern every request which this one governs. */
  of(policy: WrittenPolicy): readonly WrittenPolicy[] {
    const governed = selections(policy.spec.match, undefined);
    const [first] = entriesOf(policy.spec.match)[0]?.hosts ?? [];
    const near = first?.kind === 'exact' ? (this.#byHost.get(first.host) ?? []) : [];
    return [...this.#wide, ...near].filter((other) => other !== policy && covers(other.spec.match, governed));
  }
}

/** Deny rules of a policy that deny all that they select, always. */
export function plainDenies(policy: WrittenPolicy): readonly PlainDeny[] {
  return (policy.spec.rules ?? []).flatMap((rule) => {
    const { effect, when, expires } = rule;
    return effect === 'deny' && when === undefined && expires === undefined ? [{ policy, rule }] : [];
  });
}

/** Undefined: some entry selects by a wildcard, or by no host at all. */
function exactHosts({ spec }: WrittenPolicy): ReadonlySet<string> | undefined {
  const exact = new Set<string>();
  for (const { hosts } of entriesOf(spec.match)) {
    if (hosts === undefined) return undefined;
    for (const host of hosts) {
      if (host.kind !== 'exact') return undefined;
      exact.add(host.host);
    }
  }
  return exact;
}
