import { covers, entriesOf, selections } from '../compile/match-relations.ts';
import type { WrittenPolicy } from '../compile/policy-compiler.ts';
import type { RuleDocument } from '../language/rule-document.ts';
import { enforcedRules } from '../language/rule-mode.ts';

/** A deny rule for every caller, without `when` and `expires`. */
interface PlainDeny {
  readonly policy: WrittenPolicy;
  readonly rule: RuleDocument;
}

/** The policies of a folder that enforce in every Environment, indexed by host. */
export class PolicyContext {
  readonly #byHost = new Map<string, WrittenPolicy[]>();
  /** Policies with a host wildcard, or without hosts. */
  readonly #wide: WrittenPolicy[] = [];

  /** `shadowed` holds the names of policies that are shadow policies in some Environment. */
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

  /** The other policies that apply to every request to which this policy applies. */
  of(policy: WrittenPolicy): readonly WrittenPolicy[] {
    const selected = selections(policy.spec.match, undefined);
    const [first] = entriesOf(policy.spec.match)[0]?.hosts ?? [];
    const near = first?.kind === 'exact' ? (this.#byHost.get(first.host) ?? []) : [];
    return [...this.#wide, ...near].filter((other) => other !== policy && covers(other.spec.match, selected));
  }
}

/** Deny rules of a policy that always deny every request that they select. */
export function plainDenies(policy: WrittenPolicy): readonly PlainDeny[] {
  return enforcedRules(policy.spec).flatMap((rule) =>
    rule.effect === 'deny' && isPlain(rule) ? [{ policy, rule }] : [],
  );
}

/** True if a rule matches every request that it selects by method, host and path. */
export function isPlain({ match, from, except, when, expires }: RuleDocument): boolean {
  const parts = [from, except, when, expires, ...(match ?? []).map((entry) => entry.when)];
  return parts.every((part) => part === undefined);
}

/** The hosts of a policy; undefined if some entry has a host wildcard or no hosts. */
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
