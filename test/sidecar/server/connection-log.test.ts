import { connectionLog } from '../../../src/sidecar/server/connection-log.ts';
import type { EndCause } from '../../../src/sidecar/socket/connections.ts';

/** Messages of the warnings after these ends, each with the seconds at which it happens. */
function warningsOf(ends: readonly (readonly [second: number, cause: EndCause])[]): string[] {
  const warnings: string[] = [];
  let second = 0;
  const log = { debug: undefined, info() {}, error() {}, warn: (text: string) => void warnings.push(text) };
  const observer = connectionLog(log, 'listen', () => second * 1000);
  for (const [at, cause] of ends) {
    second = at;
    observer.ended('127.0.0.1 1', cause, 'detail');
  }
  return warnings;
}

test('causes that an operator should know are warned of, each at most once a minute', () => {
  expect(
    warningsOf([
      [0, 'flood'],
      [1, 'flood'],
      [2, 'unread'],
      [3, 'full'],
      [59, 'unread'],
      [60, 'flood'],
    ]),
  ).toEqual([
    'a connection was ended for a flood',
    'a connection was ended whose peer did not read its answers',
    'too many connections, the one that was silent for the longest time is closed for each new one',
    'a connection was ended for a flood',
  ]);
});

test('mistakes and silence of a peer are not', () => {
  expect(
    warningsOf([
      [0, 'protocol'],
      [0, 'silent'],
      [0, 'handshake'],
    ]),
  ).toEqual([]);
});
