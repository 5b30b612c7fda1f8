import { Gate } from '../../../src/sidecar/limit-redis/gate.ts';

function gateOf(random = 1) {
  const changes: string[] = [];
  const gate = new Gate({
    most: 4,
    random: () => random,
    onChange: (state) => changes.push(state),
  });
  return { gate, changes };
}

test('nothing is sent before the first answer, and everything after it', () => {
  const { gate, changes } = gateOf();
  expect(gate.admits).toBe(false);
  gate.succeeded(0);
  expect(gate.admits).toBe(true);
  expect(changes).toEqual(['closed']);
});

test('two failures in a row are borne, the third opens', () => {
  const { gate, changes } = gateOf();
  gate.succeeded(0);
  for (let count = 0; count < 2; count += 1) gate.failed(0);
  gate.succeeded(0);
  for (let count = 0; count < 2; count += 1) gate.failed(0);
  expect(gate.state).toBe('closed');
  gate.failed(100);
  expect(gate.state).toBe('open');
  expect(gate.admits).toBe(false);
  expect(gate.probeAt).toBe(150);
  expect(changes.slice(1)).toEqual(['open']);
});

test('probes that fail come ever later, up to five seconds, at random moments', () => {
  const { gate } = gateOf(0);
  gate.succeeded(0);
  for (let count = 0; count < 3; count += 1) gate.failed(0);
  const waits: number[] = [];
  for (let count = 0; count < 10; count += 1) {
    waits.push(gate.probeAt);
    gate.failed(0);
  }
  expect(waits).toEqual([25, 50, 100, 200, 400, 800, 1600, 2500, 2500, 2500]);
});

test('a store that comes back is asked by ever more requests at once', () => {
  const { gate, changes } = gateOf();
  gate.succeeded(0);
  for (let count = 0; count < 3; count += 1) gate.failed(0);
  gate.succeeded(0);
  expect(gate.state).toBe('recovering');
  gate.entered();
  expect(gate.admits).toBe(false);
  gate.left();
  gate.succeeded(0);
  gate.entered();
  expect(gate.admits).toBe(true);
  gate.entered();
  expect(gate.admits).toBe(false);
  for (let count = 0; count < 30; count += 1) gate.succeeded(0);
  expect(gate.state).toBe('closed');
  expect(changes.slice(1)).toEqual(['open', 'recovering', 'closed']);
});

test('one failure while it recovers opens it again', () => {
  const { gate } = gateOf();
  gate.succeeded(0);
  for (let count = 0; count < 3; count += 1) gate.failed(0);
  gate.succeeded(0);
  gate.failed(0);
  expect(gate.state).toBe('open');
});

test('commands without an answer are bounded', () => {
  const { gate } = gateOf();
  gate.succeeded(0);
  for (let count = 0; count < 4; count += 1) gate.entered();
  expect(gate.admits).toBe(false);
  gate.left();
  expect(gate.admits).toBe(true);
});
