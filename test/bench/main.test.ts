import { spawnSync } from 'node:child_process';

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `make bench` without make, where no program but Node is installed unless `env` has another `PATH`. */
function bench(part: string, env: NodeJS.ProcessEnv = {}): Result {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['test/bench/main.ts', part], {
    env: { PATH: '/nowhere', ...env },
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}

test('an unknown part is answered with the parts, what they measure and need', () => {
  const { code, stdout, stderr } = bench('peer');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('bench: unknown part `peer`; the parts are\n');
  expect(stderr).toMatch(/^ {2}check {2,}the steps of a check, without the transport$/m);
  expect(stderr).toMatch(/^ {2}peers {2,}Lictor beside other servers; needs go, cargo, taskset$/m);
});

test.each(['reload', 'candidate', 'peers', 'hour', 'envoy', 'envoy-settings'])(
  '%s fails where a program is missing',
  (part) => {
    const { code, stdout, stderr } = bench(part);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      new RegExp(`^bench: ${part} is not measured: .*\`taskset\` (is|are) not installed\n$`),
    );
  },
);
