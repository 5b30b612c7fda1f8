import type { AuthenticationEvent, DecisionTrace } from '../../engine/decision/trace.ts';
import type { Issuer } from '../../engine/identity/issuer.ts';
import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';
import { entriesOf } from '../compile/match-relations.ts';
import { placeOf } from '../compile/written-places.ts';
import { documentsOf } from '../language/document.ts';
import { PRESET_NAMES, presetOf } from '../language/issuer-presets.ts';
import { report } from '../language/reader.ts';
import type { Cursor } from '../yaml/tree.ts';
import type { Example } from './example.ts';
import type { LintInput } from './lint-input.ts';
import { sampleCaller, tokenOf } from './sample-caller.ts';
import { sampleRequest } from './sample-request.ts';
import { nested } from './sample-values.ts';
import type { Confirmed, Trials } from './trials.ts';

/** A path such as `realm_access.roles`. Names of claims that are URLs have other characters. */
const DOTTED_CLAIM = /^[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)+$/;
/** Names of claims with dots that a provider documents, such as `kubernetes.io`. */
const PROVIDER_CLAIMS: ReadonlySet<string> = new Set(
  PRESET_NAMES.flatMap((name) => presetOf(name, undefined).fields.requireClaims ?? []),
);

/** True for the name of a claim that looks like a path. */
export function isDotted(claim: string): boolean {
  return DOTTED_CLAIM.test(claim) && !PROVIDER_CLAIMS.has(claim);
}

/** Policies in which an example is tried. */
const MOST_POLICIES = 20;

/** Reports claims of Issuer documents that are written as a path, and are looked up as one name. */
export function* lintIssuers(input: LintInput, trials: Trials): Generator<undefined, void> {
  for (const { name, at } of documentsOf(input.documents, 'Issuer')) {
    const issuer = input.issuers.get(name.value);
    const spec = placeOf(at, 'spec');
    if (issuer === undefined || spec === undefined) continue;
    const root: Cursor = { ...spec, path: '' };
    reportScopes(issuer, placeOf(root, 'scopesClaim'), input, trials);
    for (const [index, claim] of issuer.requireClaims.entries()) {
      reportRequired(issuer, claim, placeOf(root, 'requireClaims', index), input, trials);
    }
    yield;
  }
}

function reportScopes(issuer: Issuer, at: Cursor | undefined, input: LintInput, trials: Trials): void {
  const { scopesClaim } = issuer;
  if (at === undefined || !isDotted(scopesClaim)) return;
  const scopes = new VerifiedScopes();
  const claims = { ...tokenOf(issuer).claims, ...nested(scopesClaim.split('.'), ['admin']) };
  const confirmed = confirm(issuer, claims, input, trials, (example) =>
    trials.confirm(example, () => scopes.take()?.length === 0, scopes),
  );
  if (confirmed === undefined) return;
  const message = `the path \`${scopesClaim}\` is not followed: scopes are read from a claim with this whole name`;
  const help = `remove it, and write conditions such as \`'admin' in jwt.claims.${scopesClaim}\``;
  report(at, 'dotted_claim', message, help, undefined, [confirmed.text]);
}

function reportRequired(
  issuer: Issuer,
  claim: string,
  at: Cursor | undefined,
  input: LintInput,
  trials: Trials,
): void {
  if (at === undefined || !isDotted(claim)) return;
  const [root = ''] = claim.split('.');
  const others = Object.entries<JsonValue>(tokenOf(issuer).claims).filter(([name]) => name !== claim);
  const claims = { ...Object.fromEntries(others), ...nested(claim.split('.'), 'x') };
  const confirmed = confirm(issuer, claims, input, trials, (example) =>
    trials.confirm(example, ({ reason }) => reason === 'token_claim_missing'),
  );
  if (confirmed === undefined) return;
  const message = `the path \`${claim}\` is not followed: a token must have a claim with this whole name`;
  const help = { help: `write \`${root}\`, and test the rest in \`when\`` };
  report(at, 'dotted_claim', message, help, undefined, [confirmed.text]);
}

/** The answer to a token with these claims, in a policy that accepts the issuer. */
function confirm(
  issuer: Issuer,
  claims: JsonObject,
  { written, policies }: LintInput,
  trials: Trials,
  ask: (example: Example) => Confirmed | undefined,
): Confirmed | undefined {
  const accepting = written.filter(({ name }) => policies.get(name)?.jwt?.issuers.includes(issuer) === true);
  for (const { spec } of accepting.slice(0, MOST_POLICIES)) {
    const [entry = {}] = entriesOf(spec.match);
    const request = sampleRequest(entry);
    if (request === undefined) continue;
    const { method, host, path } = request;
    const caller = sampleCaller(trials.policiesFor(request));
    const confirmed = ask({ method, host, path, caller, token: { issuer, claims } });
    if (confirmed !== undefined) return confirmed;
  }
  return undefined;
}

/** The scopes of the token that was verified in the last decision. */
class VerifiedScopes implements DecisionTrace {
  readonly wantsParts = false;
  #scopes: readonly string[] | undefined;

  report(event: Parameters<DecisionTrace['report']>[0]): void {
    if (event.kind === 'authentication' && isOfToken(event)) this.#scopes ??= event.token?.scopes;
  }

  /** Undefined if no token was verified. Forgotten afterwards. */
  take(): readonly string[] | undefined {
    const scopes = this.#scopes;
    this.#scopes = undefined;
    return scopes;
  }
}

function isOfToken(event: AuthenticationEvent): event is AuthenticationEvent & { requirement: 'jwt' } {
  return event.requirement === 'jwt';
}
