import { Writable } from 'node:stream';
import type { LogLevel } from '../../../src/sidecar/telemetry/log-level.ts';
import { boundedLines, createLog } from '../../../src/sidecar/telemetry/logging.ts';

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

test('the causes of an error are written with it, and those that go in a circle end', () => {
  const { log, lines } = logged('error');
  const cause = Object.assign(new Error('no file'), { code: 'ENOENT' });
  log.error('a decision failed', { error: new TypeError('broken', { cause }) });
  expect(lines[0]).toMatchObject({
    error: {
      message: 'broken: no file',
      code: 'ENOENT',
      stack: expect.stringContaining('caused by: Error: no file'),
    },
  });
  const circle = new Error('circle');
  circle.cause = circle;
  log.error('a decision failed', { error: circle });
  expect(lines).toHaveLength(2);
});

test('an error that is a text is written as it is, and what is undefined is left out', () => {
  const { log, lines } = logged('info');
  log.info('serving', { error: 'ENOTFOUND', probe: undefined });
  expect(lines[0]).toMatchObject({ error: 'ENOTFOUND' });
  expect(lines[0]).not.toHaveProperty('probe');
});

test.each([
  ['debug', 4],
  ['info', 3],
  ['warn', 2],
  ['error', 1],
  ['silent', 0],
] as const)('at level %s, %d of debug, info, warn and error are written', (level, count) => {
  const { log, lines } = logged(level);
  log.debug?.('d');
  log.info('i');
  log.warn('w');
  log.error('e');
  expect(lines).toHaveLength(count);
});

test('lines for a reader that hangs are bounded, and the number of those dropped is told when it reads again', () => {
  const written: string[] = [];
  let read = (): void => {};
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      written.push(chunk);
      read = done;
    },
  });
  const lines = boundedLines(stream);
  const line = `${'x'.repeat(1023)}\n`;
  for (let i = 0; i < 3000; i++) lines.write(line);
  expect(stream.writableLength).toBeLessThanOrEqual(1024 * 1024);
  const waiting = stream.writableLength / line.length;
  for (let i = 0; i < waiting; i++) read();
  lines.write('next\n');
  for (let i = 0; i < 2; i++) read();
  expect(JSON.parse(written.at(-2) ?? '')).toMatchObject({ level: 'warn', count: 3000 - waiting });
  expect(written.at(-1)).toBe('next\n');
});

test.each([
  ['info', 'info'],
  ['error', 'error'],
  ['silent', 'silent'],
  ['debug', 'info'],
] as const)('a log of level %s can be debugged and set back to %s', (level, usual) => {
  const { log, lines } = logged(level);
  if (level === 'debug') expect(log.toggleDebug()).toBe(usual);
  expect(log.debug).toBeUndefined();
  expect(log.toggleDebug()).toBe('debug');
  log.debug?.('a decision');
  expect(lines).toEqual([expect.objectContaining({ level: 'debug', message: 'a decision' })]);
  expect(log.toggleDebug()).toBe(usual);
  expect(log.debug).toBeUndefined();
  log.error('a fault');
  expect(lines).toHaveLength(usual === 'silent' ? 1 : 2);
});
