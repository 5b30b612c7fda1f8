import type { Advice } from '../../diagnostic/advice.ts';
import { quoted } from '../../diagnostic/suggest.ts';
import type { PrincipalPattern } from '../../engine/identity/principal.ts';
import { principalsOverlap } from '../../engine/identity/principal-contains.ts';
import type { EnvironmentValues } from '../../engine/set/policy-set.ts';
import { type CallerDocument, isDatasetReference } from '../language/caller-document.ts';
import { inline } from '../language/inline.ts';
import type { PolicySpec } from '../language/policy-document.ts';
import { child, type Located, lacks, report } from '../language/reader.ts';
import { withEnforced } from '../language/rule-mode.ts';
import type { Cursor } from '../yaml/tree.ts';
import type { Folder } from './folder.ts';
import {
  type IdentityRoot,
  MOST_COMPARISONS,
  mayMeet,
  ROOTS,
  relationsOf,
  type Shadows,
  shadowsOf,
} from './identity-reads.ts';
import { covers, type EntryPair, selections } from './match-relations.ts';
import type { WrittenPolicy } from './policy-compiler.ts';

/** Parts of an entry that need an identity, each with the root of expressions that has it. */
const PARTS = {
  caller: ['principals'],
  jwt: ['issuers', 'scopes', 'roles', 'claims'],
} as const satisfies Record<IdentityRoot['root'], readonly (keyof CallerDocument)[]>;

/** Most patterns of `mtls`, times those of an entry, that are compared. */
const MOST_PATTERNS = 10_000;

/**
 * Reports parts of `from` and `except` that no caller can meet: no policy for the same requests authenticates in that
 * way, or those that do never let such a caller through. Warns where only some of the requests have such a policy.
 */
export function reportCallerReads(
  written: readonly WrittenPolicy[],
  environments: ReadonlyMap<string, EnvironmentValues>,
  issuers: Folder['issuers'],
): void {
  const shadows = shadowsOf(environments);
  for (const root of ROOTS) {
    const guards = written.filter(({ spec }) => root.isKnownBy(spec));
    for (const policy of written) {
      for (const [entry, selected, spec] of entriesWithRequests(policy.spec)) {
        const part = PARTS[root.root].find((name) => entry[name] !== undefined);
        // Nothing is read where a rule never matches, about which lint warns.
        if (part === undefined || selected.length === 0) continue;
        if (selected.length * guards.length > MOST_COMPARISONS) continue;
        const reading: Reading = { policy, entry, selected, root, guards, shadows };
        if (!root.isKnownBy(spec) && reportUnknown(part, reading)) continue;
        if (root.root === 'jwt') {
          reportIssuers(reading);
          reportRoles(reading, issuers);
        }
        if (root.root === 'caller') reportPrincipals(reading);
      }
    }
  }
}

/** One entry of `from` or `except`, for the requests that it is compared with. */
interface Reading {
  readonly policy: WrittenPolicy;
  readonly entry: CallerDocument;
  readonly selected: readonly EntryPair[];
  readonly root: IdentityRoot;
  /** Policies that authenticate in the way that the root needs. */
  readonly guards: readonly WrittenPolicy[];
  readonly shadows: Shadows;
}

/** Entries of the policy and of its rules; those of a shadow rule with the policy as it is with the rule enforced. */
function* entriesWithRequests(
  spec: PolicySpec,
): Generator<readonly [entry: CallerDocument, selected: readonly EntryPair[], spec: PolicySpec]> {
  const rules = (spec.rules ?? []).map((rule) => {
    return { rule, own: rule.mode === 'shadow' ? withEnforced(spec, rule) : spec };
  });
  for (const { rule, own } of [{ rule: { ...spec, match: undefined }, own: spec }, ...rules]) {
    const { from = [], except = [], match } = rule;
    if (from.length + except.length === 0) continue;
    const selected = selections(spec.match, match);
    for (const entry of [...from, ...except]) yield [entry, selected, own];
  }
}

/** True, and reported, if no policy authenticates for some of the requests. */
function reportUnknown(
  part: keyof CallerDocument,
  { policy, entry, selected, root, guards, shadows }: Reading,
): boolean {
  const relations = relationsOf(selected, guards, policy, shadows);
  const isNever = relations.includes('none');
  const at = child(entry.at, part) ?? entry.at;
  if (isNever) {
    const message = `no caller can meet this: no policy that applies to the same requests ${root.what}`;
    report(at, root.never, message, root.help, at.key);
  } else if (relations.includes('some')) {
    const message = `no caller meets this in some requests: no policy that applies to them ${root.what}`;
    report(at, root.sometimes, message, root.help, at.key);
  }
  return isNever;
}

/** The Issuers whose tokens a policy sees: its own, else those of the policies of the same requests. */
function acceptedIssuers({ policy, selected, guards }: Reading): readonly Located<string>[] {
  const accepting = policy.spec.authenticate?.jwt === undefined ? meeting(guards, selected) : [policy];
  return accepting.flatMap(({ spec }) => spec.authenticate?.jwt?.issuers ?? []);
}

/** Reports roles where no token has any, since no Issuer says where they are. */
function reportRoles(reading: Reading, issuers: Folder['issuers']): void {
  const { entry } = reading;
  const at = entry.roles === undefined ? undefined : child(entry.at, 'roles');
  if (at === undefined) return;
  const named = entry.issuers ?? acceptedIssuers(reading);
  const known = named.map(({ value }) => issuers.get(value));
  if (known.some((issuer) => issuer === undefined || issuer.rolesPath.length > 0)) return;
  const names = quoted(new Set(named.map(({ value }) => value)));
  const message = `no token has roles: ${names} has no \`rolesPath\``;
  report(at, 'unmapped_claim', message, rolesHelp(at, lacks(entry.at, 'claims')));
}

function rolesHelp(at: Cursor, isAlone: boolean): Advice {
  const own = inline(at);
  const text = `claims: {roles: ${own ?? '[...]'}}`;
  const help = `compare a claim by \`${text}\`, or say where roles are by \`rolesPath\` in the Issuer`;
  const { key } = at;
  return own === undefined || key === undefined || !isAlone
    ? { help }
    : { help, edit: { start: key.start, end: at.tree.range.end, text } };
}

/** Reports Issuers of which no policy of the requests accepts a token. */
function reportIssuers(reading: Reading): void {
  const { policy, entry } = reading;
  const own = policy.spec.authenticate?.jwt;
  const accepted = acceptedIssuers(reading);
  for (const { value, at } of entry.issuers ?? []) {
    if (accepted.some((issuer) => issuer.value === value)) continue;
    const who =
      own === undefined
        ? 'no policy that applies to the same requests'
        : '`authenticate.jwt` of the policy never';
    const message = `${who} accepts tokens of \`${value}\``;
    const help = `add \`${value}\` to the \`issuers\` of \`authenticate.jwt\`, or remove it here`;
    report(at, 'issuer_not_accepted', message, help);
  }
}

/** Reports principals that the `mtls` of the requests never lets through. */
function reportPrincipals(reading: Reading): void {
  const required = requiredPrincipals(reading);
  for (const { value, at } of reading.entry.principals ?? []) {
    if (isDatasetReference(value)) continue;
    const refusing = required.find(
      ({ patterns }) => !patterns.some((each) => principalsOverlap(each, value)),
    );
    if (refusing === undefined) continue;
    const whose = refusing.policy === reading.policy ? '' : ` of the policy \`${refusing.policy.name}\``;
    const message = `\`authenticate.mtls\`${whose} never lets \`${value.source}\` through`;
    report(at, 'principal_not_accepted', message, 'add it to those `principals`, or remove it here');
  }
}

interface RequiredPrincipals {
  readonly policy: WrittenPolicy;
  readonly patterns: readonly PrincipalPattern[];
}

/** The principals of every `mtls` that all of the requests must surely meet, if their caller is surely of that `mtls`. */
function requiredPrincipals({
  policy,
  entry,
  selected,
  guards,
  shadows,
}: Reading): readonly RequiredPrincipals[] {
  const others = meeting(guards, selected).filter(
    ({ name, spec }) => name !== policy.name && spec.authenticate?.mtls !== undefined,
  );
  const sure = others.filter(
    ({ name, spec }) =>
      spec.mode !== 'shadow' &&
      shadows.every(({ shadow }) => !shadow.has(name)) &&
      covers(spec.match, selected),
  );
  const own = policy.spec.authenticate?.mtls === undefined ? [] : [policy];
  const via = own.length > 0 ? sourceOfPeer(policy) : sourceOfPeers(others, sure);
  const count = entry.principals?.length ?? 0;
  return [...own, ...sure].flatMap((each) => {
    const patterns = sourceOfPeer(each) === via ? plainPrincipals(each) : undefined;
    const isComparable = patterns !== undefined && patterns.length * count <= MOST_PATTERNS;
    return isComparable ? [{ policy: each, patterns }] : [];
  });
}

/** The source of the caller of requests to which `others` may apply and `sure` do: a forwarded one comes first. */
function sourceOfPeers(
  others: readonly WrittenPolicy[],
  sure: readonly WrittenPolicy[],
): 'connection' | 'xfcc' | undefined {
  if (sure.some((each) => sourceOfPeer(each) === 'xfcc')) return 'xfcc';
  return others.some((each) => sourceOfPeer(each) === 'xfcc') ? undefined : 'connection';
}

function sourceOfPeer({ spec }: WrittenPolicy): 'connection' | 'xfcc' {
  return spec.authenticate?.mtls?.from ?? 'connection';
}

/** The patterns of `mtls.principals`; undefined if it accepts any peer, or those of a Dataset. */
function plainPrincipals({ spec }: WrittenPolicy): readonly PrincipalPattern[] | undefined {
  const principals = spec.authenticate?.mtls?.principals?.map(({ value }) => value) ?? [];
  const patterns = principals.flatMap((each) => (isDatasetReference(each) ? [] : [each]));
  return patterns.length === 0 || patterns.length < principals.length ? undefined : patterns;
}

function meeting(guards: readonly WrittenPolicy[], selected: readonly EntryPair[]): readonly WrittenPolicy[] {
  return guards.filter(({ spec }) => mayMeet(spec, selected));
}
