import { closeSync, openSync } from 'node:fs';
import { processReadings } from '../../../src/sidecar/server/process-readings.ts';

test('the process is as large, and started when, Node says', () => {
  const { cpu, residentMemory, startTime, loop, maxFiles } = processReadings();
  expect(cpu).toBeGreaterThan(0);
  expect(residentMemory).toBeGreaterThan(10_000_000);
  expect(startTime).toBeCloseTo(performance.timeOrigin / 1000, 3);
  expect(loop.active + loop.idle).toBeGreaterThanOrEqual(0);
  expect(maxFiles).toBeGreaterThan(10);
});

test('a file that is open is counted', () => {
  const before = processReadings().openFiles;
  const fd = openSync('/dev/null', 'r');
  const during = processReadings().openFiles;
  closeSync(fd);
  expect((during ?? 0) - (before ?? 0)).toBe(1);
});
