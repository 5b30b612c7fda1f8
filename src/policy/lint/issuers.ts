import type { AuthenticationEvent, DecisionTrace } from '../../engine/decision/trace.ts';
import type { Issuer } from '../../engine/identity/issuer.ts';
import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';
import { entriesOf } from '../compile/match-relations.ts';
import { placeOf } from '../compile/written-places.ts';
import { documentsOf } from '../language/document.ts';
import { otherForm, PRESET_NAMES, presetOf } from '../language/issuer-presets.ts';
import { report } from '../language/reader.ts';
import { quoted } from '../yaml/quote.ts';
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

/**
 * Reports claims of Issuer documents that are written as a path, and are looked up as one name, and an `issuer` that no
 * token of the provider has.
 */
export function* lintIssuers(input: LintInput, trials: Trials): Generator<undefined, void> {
  for (const { name, at } of documentsOf(input.documents, 'Issuer')) {
    const issuer = input.issuers.get(name.value);
    const spec = placeOf(at, 'spec');
    if (issuer === undefined || spec === undefined) continue;
    const root: Cursor = { ...spec, path: '' };
    reportForm(root);
    reportScopes(issuer, placeOf(root, 'scopesClaim'), input, trials);
    for (const [index, name] of issuer.rolesPath.entries())
      reportRoles(issuer, name, placeOf(root, 'rolesPath', index), input, trials);
    for (const [index, claim] of issuer.requireClaims.entries()) {
      reportRequired(issuer, claim, placeOf(root, 'requireClaims', index), input, trials);
    }
    yield;
  }
}

function reportScopes(issuer: Issuer, at: Cursor | undefined, input: LintInput, trials: Trials): void {
  const { scopesClaim } = issuer;
  if (at === undefined || !isDotted(scopesClaim)) return;
  const scopes = new Verified('scopes');
  const claims = { ...tokenOf(issuer).claims, ...nested(scopesClaim.split('.'), ['admin']) };
  const confirmed = confirm(issuer, claims, input, trials, (example) =>
    trials.confirm(example, () => scopes.take()?.length === 0, scopes),
  );
  if (confirmed === undefined) return;
  const message = `the path \`${scopesClaim}\` is not followed: scopes are read from a claim with this whole name`;
  const help = `remove it, and write conditions such as \`'admin' in jwt.claims.${scopesClaim}\``;
  report(at, 'dotted_claim', message, help, undefined, [confirmed.text]);
}

function reportRoles(
  issuer: Issuer,
  name: string,
  at: Cursor | undefined,
  input: LintInput,
  trials: Trials,
): void {
  if (at === undefined || !isDotted(name)) return;
  const path = issuer.rolesPath.flatMap((each) => each.split('.'));
  const roles = new Verified('roles');
  const claims = { ...tokenOf(issuer).claims, ...nested(path, ['admin']) };
  const confirmed = confirm(issuer, claims, input, trials, (example) =>
    trials.confirm(example, () => roles.take()?.length === 0, roles),
  );
  if (confirmed === undefined) return;
  const message = `the path \`${name}\` is not followed: roles are read from a claim with this whole name`;
  const names = name.split('.').join(', ');
  const isInFlow = /[[,]\s*$/.test(at.context.lines.text.slice(0, at.tree.range.start));
  const edit = isInFlow ? { ...at.tree.range, text: names } : undefined;
  report(at, 'dotted_claim', message, { help: `write each name by itself: \`${names}\``, edit }, undefined, [
    confirmed.text,
  ]);
}

/** Reports an `issuer` that does not have the form of its provider. */
function reportForm(spec: Cursor): void {
  const at = placeOf(spec, 'issuer');
  const preset = textOf(placeOf(spec, 'preset'));
  const issuer = textOf(at);
  const usual = preset === undefined || issuer === undefined ? undefined : otherForm(preset, issuer);
  if (at === undefined || issuer === undefined || usual === undefined) return;
  const near = issuer.endsWith('/') ? issuer.slice(0, -1) : `${issuer}/`;
  const help = usual.form.test(near)
    ? `write \`${near}\``
    : 'copy `iss` from a token as it is; it is compared exactly';
  const message = `\`${issuer}\` does not have the form of \`iss\` in tokens of the preset \`${preset}\`, \`${usual.shown}\``;
  const edit = usual.form.test(near) ? { ...at.tree.range, text: quoted(near, 'plain', true) } : undefined;
  report(at, 'unusual_issuer', message, { help, edit });
}

function textOf(at: Cursor | undefined): string | undefined {
  return at?.tree.kind === 'scalar' && typeof at.tree.value === 'string' ? at.tree.value : undefined;
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

/** The scopes or roles of the token that was verified in the last decision. */
class Verified implements DecisionTrace {
  readonly wantsParts = false;
  readonly #part: 'scopes' | 'roles';
  #names: readonly string[] | undefined;

  constructor(part: 'scopes' | 'roles') {
    this.#part = part;
  }

  report(event: Parameters<DecisionTrace['report']>[0]): void {
    if (event.kind === 'authentication' && isOfToken(event)) this.#names ??= event.token?.[this.#part];
  }

  /** Undefined if no token was verified. Forgotten afterwards. */
  take(): readonly string[] | undefined {
    const names = this.#names;
    this.#names = undefined;
    return names;
  }
}

function isOfToken(event: AuthenticationEvent): event is AuthenticationEvent & { requirement: 'jwt' } {
  return event.requirement === 'jwt';
}
