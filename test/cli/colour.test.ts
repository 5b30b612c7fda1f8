import { PassThrough, type Writable } from 'node:stream';
import { takeColour } from '../../src/cli/terminal/colour.ts';
import { isColourful, type Terminal } from '../../src/cli/terminal/terminal.ts';

type Environment = Readonly<Record<string, string>>;

function stream(isTerminal: boolean): Writable {
  return isTerminal ? Object.assign(new PassThrough(), { isTTY: true }) : new PassThrough();
}

function terminalWith(environment: Environment, isTerminal: boolean): Terminal {
  const stdout = stream(isTerminal);
  return { stdout, stderr: stdout, environment, directory: '.' };
}

describe('colour', () => {
  test.each<[string, readonly string[], Environment, boolean, boolean]>([
    ['a terminal', [], {}, true, true],
    ['a pipe', [], {}, false, false],
    ['a terminal without colours', [], { TERM: 'dumb' }, true, false],
    ['NO_COLOR on a terminal', [], { NO_COLOR: '1' }, true, false],
    ['FORCE_COLOR in a pipe', [], { FORCE_COLOR: '1' }, false, true],
    ['FORCE_COLOR on a terminal without colours', [], { FORCE_COLOR: '1', TERM: 'dumb' }, true, true],
    ['always in a pipe', ['--color', 'always'], {}, false, true],
    ['always against NO_COLOR', ['--color=always'], { NO_COLOR: '1' }, false, true],
    ['never on a terminal', ['--color=never'], {}, true, false],
    ['never against FORCE_COLOR', ['--color', 'never'], { FORCE_COLOR: '1' }, true, false],
    ['auto on a terminal', ['--color', 'auto'], {}, true, true],
    ['the last one', ['--color=never', '--color=always'], {}, false, true],
  ])('%s', (_, flags, environment, isTerminal, wanted) => {
    const taken = takeColour(['check', ...flags, 'policies'], terminalWith(environment, isTerminal));
    expect(taken.problem).toBeUndefined();
    expect(taken.argv).toEqual(['check', 'policies']);
    expect(isColourful(taken.terminal.stdout, taken.terminal.environment)).toBe(wanted);
  });

  test('another value is a problem', () => {
    const taken = takeColour(['check', '--color', 'policies'], terminalWith({}, true));
    expect(taken.problem).toBe('`--color` takes auto, always, never, not `policies`');
  });

  test('after `--` it is an argument', () => {
    const argv = ['eval', '--', '--color', 'always'];
    expect(takeColour(argv, terminalWith({}, true)).argv).toEqual(argv);
  });
});
