import { keyObserver } from '../../../src/sidecar/server/key-observer.ts';

test('the first failure and the recovery are logged', () => {
  const told: unknown[] = [];
  const note = (message: string, fields?: object): void => void told.push([message, fields]);
  const log = { info: note, warn: note, error: note };
  const counted: string[] = [];
  const status = [
    { name: 'acme', keys: 2, source: 'uri' as const, fetched_at: null, error: 'it is unreachable' },
  ];
  const observe = keyObserver(
    () => ({ jwksRefreshed: (issuer, result) => void counted.push(`${issuer} ${result}`) }),
    log,
    () => status,
  );
  for (const result of ['success', 'failure', 'failure', 'success', 'failure'] as const)
    observe('acme', result);
  expect(counted).toHaveLength(5);
  const failed = [
    'the keys of an issuer cannot be fetched, retrying',
    { issuer: 'acme', error: 'it is unreachable', keys: 2 },
  ];
  expect(told).toEqual([failed, ['the keys of an issuer can be fetched again', { issuer: 'acme' }], failed]);
});

test('keys that are not used are logged once for each change', () => {
  const told: unknown[] = [];
  const log = {
    info: () => {},
    warn: (message: string, fields?: object) => void told.push([message, fields]),
    error: () => {},
  };
  const ignored: string[] = [];
  const observe = keyObserver(
    () => ({ jwksRefreshed: () => {} }),
    log,
    () => [{ name: 'acme', keys: 1, source: 'uri', fetched_at: null, error: null, ignored }],
  );
  observe('acme', 'success');
  ignored.push('/keys/1: the kind of key (`kty`) is not supported');
  observe('acme', 'success');
  observe('acme', 'success');
  ignored.pop();
  observe('acme', 'success');
  expect(told).toEqual([
    [
      'keys of an issuer are not used',
      { issuer: 'acme', ignored: '/keys/1: the kind of key (`kty`) is not supported' },
    ],
  ]);
});
