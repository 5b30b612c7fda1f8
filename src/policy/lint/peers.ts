import { firstRead } from '../compile/expressions.ts';
import type { CompiledExpressions } from '../compile/policy-compiler.ts';
import { report } from '../language/reader.ts';

/** Names of the peer of the connection, with those of the caller that a policy has accepted. */
const NAMES: readonly (readonly [string, string])[] = [
  ['source.principal', 'caller.principal'],
  ['source.spiffe', 'caller.spiffe'],
];

/**
 * Reports reads of the peer of the connection in policies with `mtls: {from: xfcc}`: there it is the proxy, the same for
 * all callers.
 */
export function lintPeers({ policy, valid }: CompiledExpressions): void {
  if (policy.spec.authenticate?.mtls?.from !== 'xfcc') return;
  for (const { expression, program } of valid) {
    for (const [name, better] of NAMES) {
      if (![...program.reads].some((read) => read === name || read.startsWith(`${name}.`))) continue;
      const message = `with \`from: xfcc\`, \`${name}\` is the proxy that forwards the request, not the caller`;
      const place = firstRead(expression, program, name);
      report(expression.at, 'forwarded_peer', message, `read \`${better}\``, place);
    }
  }
}
