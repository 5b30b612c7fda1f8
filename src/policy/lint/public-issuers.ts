import type { Issuer } from '../../engine/identity/issuer.ts';
import type { JsonObject } from '../../engine/request/attributes.ts';
import { selections } from '../compile/match-relations.ts';
import type { WrittenPolicy } from '../compile/policy-compiler.ts';
import { placeOf } from '../compile/written-places.ts';
import {
  PRESET_NAMES,
  PRESETS,
  type PresetName,
  type PresetRow,
  sampleClaims,
} from '../language/issuer-presets.ts';
import { report } from '../language/reader.ts';
import type { RuleDocument } from '../language/rule-document.ts';
import { enforcedRules } from '../language/rule-mode.ts';
import type { LintInput } from './lint-input.ts';
import { sampleCaller, tokenOf } from './sample-caller.ts';
import { sampleRequest } from './sample-request.ts';
import type { Trials } from './trials.ts';

/** Presets of issuers that give tokens to all who ask, by the issuer: those that all customers share. */
const PUBLIC: ReadonlyMap<string, PresetName> = new Map(
  PRESET_NAMES.flatMap((name) => {
    const { issuer }: PresetRow = PRESETS[name];
    return issuer === undefined ? [] : [[issuer, name]];
  }),
);

/** A caller that is in no policy. */
const STRANGER = 'somebody-else';
/** Requests that are tried for one rule. */
const MOST_REQUESTS = 5;

/** Reports allow rules that let in all to whom a public issuer gives a token. */
export function* lintPublicIssuers(
  { written, policies }: LintInput,
  trials: Trials,
): Generator<undefined, void> {
  for (const policy of written) {
    const compiled = policies.get(policy.name);
    const issuer = compiled?.jwt?.issuers.find(isPublic);
    if (issuer === undefined || compiled?.mode === 'shadow') continue;
    for (const rule of enforcedRules(policy.spec)) {
      if (rule.effect === 'allow') reportRule(rule, policy, issuer, trials);
    }
    yield;
  }
}

/** True for a public issuer whose tokens the document does not limit by claims. */
function isPublic({ issuer, claims }: Issuer): boolean {
  return PUBLIC.has(issuer) && claims.length === 0;
}

function reportRule(rule: RuleDocument, policy: WrittenPolicy, issuer: Issuer, trials: Trials): void {
  const requests = selections(policy.spec.match, rule.match).flatMap(
    ([outer = {}, inner = {}]) => sampleRequest(outer, inner) ?? [],
  );
  for (const { method, host, path } of requests.slice(0, MOST_REQUESTS)) {
    const caller = sampleCaller(trials.policiesFor({ method, host, path }));
    const confirmed = trials.confirm(
      { method, host, path, caller, token: { issuer, claims: claimsOfStranger(issuer) } },
      (decision) =>
        decision.reason === 'allowed' && decision.policy === policy.name && decision.rule === rule.name,
    );
    if (confirmed === undefined) continue;
    const message = `this rule lets in everybody to whom \`${issuer.name}\` gives a token, which is anyone`;
    const { own = '...' }: PresetRow = PRESETS[PUBLIC.get(issuer.issuer) ?? 'google'];
    const help = `name your own by \`from: [{claims: {${own}}}]\`, or by \`claims\` in the Issuer`;
    const at = placeOf(rule.at, 'name') ?? rule.at;
    report(at, 'public_issuer', message, help, undefined, [confirmed.text]);
    return;
  }
}

/** The claims of a token that the issuer gives to another organization: nothing in it is of the author's organization. */
function claimsOfStranger(issuer: Issuer): JsonObject {
  const sample = sampleClaims(PUBLIC.get(issuer.issuer) ?? '', STRANGER, issuer.issuer);
  const own = Object.entries({ ...tokenOf(issuer).claims, ...sample });
  return Object.fromEntries(
    own.map(([name, value]) => [name, typeof value === 'string' ? value.replace('acme', STRANGER) : value]),
  );
}
