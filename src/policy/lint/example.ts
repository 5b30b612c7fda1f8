import type { Issuer } from '../../engine/identity/issuer.ts';
import type { JsonObject } from '../../engine/request/attributes.ts';
import { jsonText } from '../../engine/request/json-value.ts';

/** A request that shows what a warning is about, made from the policies themselves. */
export interface Example {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  /** Undefined: the peer has no certificate. */
  readonly caller: ExampleCaller | undefined;
  /** Undefined: no token is sent. */
  readonly token: ExampleToken | undefined;
}

export interface ExampleCaller {
  readonly principal: string;
  /** `xfcc`: a trusted proxy reports the caller. */
  readonly via: 'connection' | 'xfcc';
}

export interface ExampleToken {
  readonly issuer: Issuer;
  /** Claims beside those that every token of the issuer has. */
  readonly claims: JsonObject;
}

/** The answer of the engine to an example. */
export interface ExampleAnswer {
  readonly reason: string;
  readonly policy: string;
  readonly rule: string;
}

/**
 * One line with the request and its answer, such as
 * `GET https://orders.acme.svc/x as spiffe://acme.example/web → denied (peer_untrusted)`.
 */
export function exampleText(
  { method, host, path, caller, token }: Example,
  { reason, policy, rule }: ExampleAnswer,
): string {
  const answer = reason === 'allowed' ? `allowed (${policy}/${rule})` : `denied (${reason})`;
  return `${method} https://${host}${path} as ${callerText(caller)}${tokenText(token)} → ${answer}`;
}

function callerText(caller: ExampleCaller | undefined): string {
  if (caller === undefined) return 'nobody';
  return caller.via === 'xfcc' ? `${caller.principal} (forwarded)` : caller.principal;
}

function tokenText(token: ExampleToken | undefined): string {
  if (token === undefined) return '';
  const claims = Object.keys(token.claims).length === 0 ? '' : ` ${jsonText(token.claims)}`;
  return ` with a token of ${token.issuer.name}${claims}`;
}
