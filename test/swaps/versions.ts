import { createHash } from 'node:crypto';
import type { CheckResponseMessage } from '../../src/engine/envoy/messages.ts';

/** A version of the policies by its number. No two say the same of a request, and half of one is seen as such. */
export interface Version {
  readonly number: number;
  /** 40 hex digits. */
  readonly commit: string;
  readonly files: Readonly<Record<string, string>>;
  /** What it says of any request; see `verdictOf`. */
  readonly verdict: string;
}

/**
 * Two files that decide together: by turns both let pass, the first denies, the second denies. Each sets a header
 * with the number, so an answer made of two versions shows.
 */
export function version(number: number): Version {
  const turn = number % 3;
  const verdict =
    turn === 0
      ? `allow first/yes-${number} x-first=${number} x-second=${number}`
      : `deny ${turn === 1 ? 'first' : 'second'}/no-${number}`;
  return {
    number,
    commit: createHash('sha1').update(`version ${number}`).digest('hex'),
    files: {
      'first.yaml': policy('first', number, turn === 1),
      'second.yaml': policy('second', number, turn === 2),
    },
    verdict,
  };
}

function policy(name: string, number: number, denies: boolean): string {
  const allow = name === 'first' ? `    - {name: yes-${number}, effect: allow}\n` : '';
  return `apiVersion: lictor/v1
kind: Policy
metadata: {name: ${name}}
spec:
  rules:
${allow}    - {name: no-${number}, effect: deny, when: "${denies}"}
  respond: {allow: {requestHeaders: {set: {x-${name}: "${number}"}}}}
`;
}

/** The same as one file, for where a version arrives by writing a single one. */
export function inOneFile({ files }: Version): string {
  return Object.values(files).join('---\n');
}

/** The revision of files that stand under no commit: what `sha256sum` prints for them, hashed. */
export function digestOf(files: Readonly<Record<string, string>>): string {
  const sum = (text: string): string => createHash('sha256').update(text).digest('hex');
  const lines = Object.keys(files)
    .toSorted()
    .map((path) => `${sum(files[path] ?? '')}  ${path}\n`);
  return `sha256:${sum(lines.join(''))}`;
}

/** What an answer says, in one line: the decision, what decided it, and the headers that the policies set. */
export function verdictOf({ okResponse, dynamicMetadata }: CheckResponseMessage): string {
  const said = (name: string): string => dynamicMetadata?.fields?.[name]?.stringValue ?? '';
  const headers = (okResponse?.headers ?? []).map(({ header }) => ` ${header?.key}=${header?.value}`);
  const reason = said('reason');
  if (reason !== 'allowed' && reason !== 'rule_denied') return `${said('decision')} for ${reason}`;
  return `${said('decision')} ${said('policy')}/${said('rule')}${headers.toSorted().join('')}`;
}
