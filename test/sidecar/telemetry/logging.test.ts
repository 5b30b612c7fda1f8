import type { LogLevel } from '../../../src/sidecar/telemetry/log-level.ts';
import { createLog } from '../../../src/sidecar/telemetry/logging.ts';

function logged(level: LogLevel) {
  const lines: Record<string, unknown>[] = [];
  const log = createLog(level, {
    write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>),
  });
  return { log, lines };
}

test('a line has time, level, message and fields', () => {
  const { log, lines } = logged('info');
  log.info('policies are live', { revision: 'abc' });
  expect(lines).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      revision: 'abc',
      message: 'policies are live',
    },
  ]);
});

test('an error is written with its message and its stack', () => {
  const { log, lines } = logged('error');
  log.error('a decision failed', { error: new TypeError('broken') });
  expect(lines[0]).toMatchObject({
    error: { type: 'TypeError', message: 'broken', stack: expect.stringContaining('at ') },
  });
});

test.each([
  ['debug', 3],
  ['info', 3],
  ['warn', 2],
  ['error', 1],
  ['silent', 0],
] as const)('at level %s, %d of info, warn and error are written', (level, count) => {
  const { log, lines } = logged(level);
  log.info('i');
  log.warn('w');
  log.error('e');
  expect(lines).toHaveLength(count);
});
