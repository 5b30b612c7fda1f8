import { matchesHost } from '../../engine/request/host.ts';
import { matchPath } from '../../engine/request/path-pattern.ts';
import type { MatchInput } from '../../engine/set/match.ts';
import type {
  CompiledLimit,
  CompiledMatch,
  CompiledPolicy,
  CompiledRule,
  JwtRequirement,
  MtlsRequirement,
} from '../../engine/set/policy-set.ts';
import { formatDuration } from '../../policy/language/duration.ts';

/** Why the host, method or path of a request does not fit an entry; undefined: they fit. A part not told fits. */
export function misfit(
  { hosts, methods, paths }: CompiledMatch,
  { host, method, path }: { readonly [Name in keyof MatchInput]: MatchInput[Name] | undefined },
): string | undefined {
  if (host !== undefined && hosts !== undefined && !hosts.some((each) => matchesHost(each, host))) {
    return `the host is not ${oneOf(hosts.map(({ text }) => text))}`;
  }
  if (method !== undefined && methods !== undefined && !methods.has(method)) {
    return `the method is not ${oneOf([...methods])}`;
  }
  if (
    path !== undefined &&
    paths !== undefined &&
    paths.every((each) => matchPath(each, path) === undefined)
  ) {
    return `the path is not ${oneOf(paths.map(({ text }) => text))}`;
  }
  return undefined;
}

function oneOf(names: readonly string[]): string {
  const shown = names.slice(0, 4).join(', ');
  return names.length > 4 ? `${shown} or ${names.length - 4} more` : shown.replace(/, ([^,]*)$/, ' or $1');
}

/** One entry in a line: `GET, POST /api/orders at orders.acme.svc`. */
export function entryText({ hosts, methods, paths }: CompiledMatch): string {
  const parts = [
    methods === undefined ? '' : [...methods].join(', '),
    paths === undefined ? '' : paths.map(({ text }) => text).join(', '),
    hosts === undefined ? '' : `at ${hosts.map(({ text }) => text).join(', ')}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'every request' : parts.join(' ');
}

/** An expression in one line. */
export function oneLine(source: string): string {
  return source.replaceAll(/\s+/g, ' ').trim();
}

export function mtlsText({ principals, from }: MtlsRequirement): string {
  const who = from === 'xfcc' ? 'a client of the nearest trusted proxy' : 'a peer';
  if (principals === undefined) return from === 'xfcc' ? who : 'any peer with a certificate';
  return `${who} that is ${principals.map(({ source }) => source).join(', ')}`;
}

export function jwtText({ issuers, required }: JwtRequirement): string {
  const names = issuers.map(({ name }) => name).join(', ');
  return required ? `a token of ${names}` : `a token of ${names}, if there is one`;
}

export function limitText({ rate, burst, key }: CompiledLimit): string {
  const per = ['s', 'm', 'h', 'd'].find((_, index) => PERIODS[index] === rate.period);
  const speed =
    per === undefined ? `${rate.count} in ${formatDuration(rate.period)}` : `${rate.count}/${per}`;
  return `${speed}, burst ${burst}, by ${key.map(({ source }) => oneLine(source)).join(', ')}`;
}

const PERIODS = [1000, 60_000, 3_600_000, 86_400_000];

/** Every rule with its effect, in the order in which they are asked. */
export function rulesOf({
  denyRules,
  allowRules,
}: CompiledPolicy): readonly { readonly effect: 'allow' | 'deny'; readonly rule: CompiledRule }[] {
  return [
    ...denyRules.map((rule) => ({ effect: 'deny' as const, rule })),
    ...allowRules.map((rule) => ({ effect: 'allow' as const, rule })),
  ];
}
