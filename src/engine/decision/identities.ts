import type { VerifiedToken } from '../identity/verified-token.ts';

/** The peer that `authenticate.mtls` of a policy has accepted. */
export interface Caller {
  readonly principal: string;
  /** The peer of the connection, or the client that the nearest trusted proxy reports. */
  readonly via: 'connection' | 'xfcc';
}

/** The caller, as expressions read it in `jwt` and `caller`. */
export interface Identity {
  readonly token: VerifiedToken | undefined;
  readonly caller: Caller | undefined;
}

/** The identity before authentication, and where no policy authenticates. */
export const NOBODY: Identity = Object.freeze({ token: undefined, caller: undefined });

/**
 * The token and the caller that policies read without verifying one of their own: those that another policy of the
 * request has verified.
 */
export class Identities implements Identity {
  /** The first token by name. */
  token: VerifiedToken | undefined;
  /** A forwarded client before the peer of the connection, which is then its proxy. */
  caller: Caller | undefined;

  constructor({ token, caller }: Identity = NOBODY) {
    this.token = token;
    this.caller = caller;
  }

  addToken(token: VerifiedToken): void {
    this.token ??= token;
  }

  addCaller(caller: Caller): void {
    if (this.caller === undefined || (this.caller.via === 'connection' && caller.via === 'xfcc')) {
      this.caller = caller;
    }
  }
}
