import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EC, publicJwk, signed } from '../engine/identity/tokens.ts';

/** A key endpoint of an issuer that can hold its responses back, so that checks wait. */
export interface HeldKeys {
  /** Documents that allow calls to `slow.acme.svc` with a token of this issuer. */
  readonly policies: string;
  /** A valid token, signed with the key of that name. */
  token(kid: string): Promise<string>;
  hold(): void;
  /** Resolves when a request waits. */
  asked(): Promise<void>;
  /** Adds the key of that name to the set and responds to the waiting requests. */
  release(kid?: string): void;
  stop(): Promise<void>;
}

/** Starts the endpoint on a free port of loopback. */
export async function startHeldKeys(): Promise<HeldKeys> {
  const names = ['first'];
  const held: ServerResponse[] = [];
  let asked = Promise.withResolvers<void>();
  let holding = false;
  const answer = (response: ServerResponse): void => {
    response.end(JSON.stringify({ keys: names.map((kid) => publicJwk(EC, { kid })) }));
  };
  const server = createServer((_request, response) => {
    if (!holding) {
      answer(response);
      return;
    }
    held.push(response);
    asked.resolve();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    policies: policies((server.address() as AddressInfo).port),
    token: (kid) => {
      const now = Math.floor(Date.now() / 1000);
      return signed({ iss: 'https://slow.acme.example', aud: 'orders', iat: now, exp: now + 60 }, { kid });
    },
    hold: () => {
      holding = true;
      asked = Promise.withResolvers();
    },
    asked: () => asked.promise,
    release: (kid) => {
      holding = false;
      if (kid !== undefined) names.push(kid);
      for (const response of held.splice(0)) answer(response);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function policies(port: number): string {
  return `apiVersion: lictor/v1
kind: Issuer
metadata: {name: slow}
spec:
  issuer: https://slow.acme.example
  audiences: [orders]
  algorithms: [ES256]
  keys: {jwksUri: "http://127.0.0.1:${port}/jwks"}
  refresh: {timeout: 8s, cooldown: 1ms}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: slow}
spec:
  match: [{hosts: [slow.acme.svc]}]
  authenticate: {jwt: {issuers: [slow]}}
  rules: [{name: anybody, effect: allow}]
`;
}
