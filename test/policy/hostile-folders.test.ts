import { REASONS } from '../../src/engine/decision/reasons.ts';
import { nodeCrypto } from '../../src/node/crypto.ts';
import { type CompiledFolder, compileFolder } from '../../src/policy/compile-folder.ts';
import { HOSTILE_FOLDERS } from './hostile-folders/hostile-folders.ts';
import { memoryFiles } from './memory-files.ts';

/** Largest file of a policy folder. */
const MEBIBYTE = 1024 * 1024;

function compiled(files: Parameters<typeof memoryFiles>[0]): CompiledFolder {
  return compileFolder(memoryFiles(files), { crypto: nodeCrypto, reasons: Object.keys(REASONS) });
}

test('there are at least forty, each with a name of its own', () => {
  const names = HOSTILE_FOLDERS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(40);
});

/** A folder that loads is compiled at a quarter of its size here, and at its full size beside a running server. */
const SCALE = 0.25;

/** Milliseconds; a folder takes a second or two of a processor that others use too. */
const LONGEST = 120_000;

test.each(HOSTILE_FOLDERS.map((each) => [each.name, each] as const))(
  '%s',
  (_name, { outcome, files }) => {
    const contents = files();
    for (const content of Object.values(contents)) expect(content.length).toBeLessThanOrEqual(MEBIBYTE);
    const { set, diagnostics } = compiled(outcome === 'loads' ? files(SCALE) : contents);
    const errors = diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code);
    if (outcome === 'loads') expect(errors).toEqual([]);
    else expect(errors).toContain(outcome);
    expect(set === undefined).toBe(outcome !== 'loads');
    // A bounded number of diagnostics, each of a bounded length: they are logged, sent and shown.
    expect(diagnostics.length).toBeLessThanOrEqual(2_001);
  },
  LONGEST,
);
