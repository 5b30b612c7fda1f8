import { renderDiagnostic } from '../../src/diagnostic/render.ts';
import { compileFolder, compileInSlices } from '../support/compile.ts';
import { pick, seeded } from '../support/seeded.ts';
import { goldenCases } from './golden.ts';
import { memoryFiles } from './memory-files.ts';

const POLICIES = Object.fromEntries(
  Array.from({ length: 40 }, (_, index) => [
    `p${index}.yaml`,
    `apiVersion: lictor/v1\nkind: Policy\nmetadata: {name: p${index}}\nspec: {rules: [{name: r, effect: allow}]}\n`,
  ]),
);

describe('compileInSlices', () => {
  test('pauses after each slice, with the same result', async () => {
    let clock = 0;
    let pauses = 0;
    const pause = (): Promise<void> => {
      pauses++;
      return Promise.resolve();
    };
    const files = memoryFiles(POLICIES);
    const sliced = await compileInSlices(files, {}, { now: () => clock++, pause });
    expect(sliced.set?.policies.map(({ name }) => name)).toEqual(
      compileFolder(files).set?.policies.map(({ name }) => name),
    );
    // 120 steps of one millisecond each, four per slice.
    expect(pauses).toBeGreaterThanOrEqual(24);
  });

  test('does not pause within a slice', async () => {
    const pause = (): Promise<void> => Promise.reject(new Error('paused'));
    const { set } = await compileInSlices(memoryFiles(POLICIES), {}, { now: () => 0, pause });
    expect(set?.policies).toHaveLength(40);
  });
});

/** Texts that are likely to break the readers of YAML, CEL and the language. */
const SCRAPS: readonly [string, ...string[]] = [
  '"',
  "'",
  '{',
  '}',
  '[',
  ']',
  ':',
  '\n',
  '  ',
  '- ',
  '&a ',
  '*a',
  '!x ',
  '|',
  '>',
  '#',
  '~',
  'null',
  '\t',

  '__proto__',
  'constructor',
  '<<: ',
  '\u0000',
  '😀',
  '\\',
  'true',
  '1e999',
  '.nan',
  '---\n',
  '# lictor-ignore: open_allow x\n',
  '%',
  'jwt',
  '&&',
];

test('every file gives a policy set or an error, and every diagnostic can be rendered', () => {
  const random = seeded(20260601);
  const cases = goldenCases();
  for (let round = 0; round < 400; round++) {
    const files: Readonly<Record<string, string>> = cases[Math.floor(random() * cases.length)]?.files ?? {};
    const names = Object.keys(files);
    const name = names[Math.floor(random() * names.length)] ?? '';
    const text = files[name] ?? '';
    const at = Math.floor(random() * text.length);
    const cut = random() < 0.5 ? 0 : Math.floor(random() * 12);
    const damaged: Readonly<Record<string, string>> = {
      ...files,
      [name]: text.slice(0, at) + pick(random, SCRAPS) + text.slice(at + cut),
    };
    const { set, diagnostics } = compileFolder(memoryFiles(damaged), { lint: { isStrict: true, now: 0 } });
    expect(set === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
    for (const each of diagnostics) {
      const shown = renderDiagnostic(each, damaged[each.span.file], { colour: false });
      const examples = each.examples?.length ?? 0;
      expect(shown.split('\n').length).toBeLessThanOrEqual(4 + examples);
    }
  }
});
