import { exactlyOne, misplaced, suggestion } from '../language/fields.ts';
import { child, report } from '../language/reader.ts';
import type { CallerSpec } from '../language/test-request.ts';
import type { Cursor } from '../yaml/tree.ts';
import { definedOf } from './complete-request.ts';
import type { TestCaller } from './policy-test.ts';
import type { CompiledNames } from './test-names.ts';

const HOUR = 3_600_000;
/** TEST-NET-1 (RFC 5737). */
const ADDRESS = '192.0.2.1';
/** Caller without a certificate and without a token. */
export const ANONYMOUS_CALLER: TestCaller = {
  name: '',
  principal: '',
  address: ADDRESS,
  jwt: undefined,
  token: undefined,
};

/** A caller with all defaults. */
export function caller(
  name: string,
  spec: CallerSpec,
  at: Cursor,
  known: Pick<CompiledNames, 'issuers' | 'usedIssuers' | 'incomplete'>,
): TestCaller {
  const { principal = '', address = ADDRESS, jwt, token, certificate, port, service, labels } = spec;
  if (jwt !== undefined && token !== undefined) exactlyOne(at, ['jwt', 'token']);
  const issuer = jwt?.issuer;
  if (issuer !== undefined) known.usedIssuers.add(issuer.value);
  if (issuer !== undefined && !known.issuers.has(issuer.value) && !known.incomplete) {
    const help = () => suggestion(issuer.value, known.issuers.keys());
    report(issuer.at, 'unknown_reference', `unknown Issuer \`${issuer.value}\``, help);
  }
  const { claims = {}, header = {}, expiresIn = HOUR, key, bind } = jwt ?? {};
  if (bind !== undefined && certificate === undefined) reportUnbound(at);
  const signed =
    issuer === undefined ? undefined : { issuer: issuer.value, claims, header, expiresIn, key, bind };
  const peer = { port, service, labels, certificate: certificate && definedOf(certificate) };
  return { name, principal, address, ...peer, jwt: signed, token };
}

/** Reports `bind` in the token of a caller without a certificate. */
function reportUnbound(at: Cursor): void {
  const token = child(at, 'jwt');
  if (token === undefined) return;
  const help = 'write `certificate: {}` beside `jwt`';
  misplaced(token, 'bind', 'the caller has no `certificate` that its token can be bound to', help);
}
