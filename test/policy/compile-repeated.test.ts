import { RepeatedWork } from '../../src/cel/expression-work.ts';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.ts';
import { REASONS } from '../../src/engine/decision/reasons.ts';
import { RepeatedReading } from '../../src/policy/compile/reading.ts';
import { Sources } from '../../src/tools/editor/sources.ts';
import { compileFolder } from '../support/compile.ts';
import { policyFolder } from '../support/policy-folder.ts';
import { seeded } from '../support/seeded.ts';
import { FOLDER } from '../tools/editor/folder.ts';
import { memoryFiles } from './memory-files.ts';

const REASON_NAMES = Object.keys(REASONS);
const LINT = { isStrict: true, now: 0 };

const { 'issuers/acme.yaml': _issuer, ...SERVICES } = policyFolder(100);

type Files = Readonly<Record<string, string>>;

/** Edits of a folder, one after the other: mistakes, their corrections, and changes of what other files read. */
const EDITS: readonly (readonly [what: string, edit: (files: Files) => Files])[] = [
  ['a wrong name', replaced('orders.yaml', '== variables.tenant', '== variables.tennant')],
  ['its correction', replaced('orders.yaml', '== variables.tennant', '== variables.tenant')],
  ['a value of another type', replaced('data.yaml', 'max_total: 500', 'max_total: many')],
  ['a value of the first type', replaced('data.yaml', 'max_total: many', 'max_total: 400')],
  ['a dataset with another name', replaced('data.yaml', 'export-jobs', 'import-jobs')],
  ['its old name', replaced('data.yaml', 'import-jobs', 'export-jobs')],
  ['a constant condition', replaced('services/s1.yaml', "'s1:write' in jwt.scopes", "'s1' == 's1'")],
  ['a line above', replaced('services/s1.yaml', 'spec:', '# A comment.\nspec:')],
  ['a claim that is required', replaced('issuers.yaml', '[tenant, scope]', '[scope]')],
  ['a policy without a rule', replaced('orders.yaml', /^ {4}- name: exports[^]*/m, '')],
];

function replaced(path: string, from: string | RegExp, to: string): (files: Files) => Files {
  return (files) => ({ ...files, [path]: (files[path] ?? '').replace(from, to) });
}

/** Compiles a folder again and again as the editor does, and compares what is found with a first compilation. */
class Compared {
  readonly #work = new RepeatedWork();
  readonly #reading = new RepeatedReading();
  readonly #sources = new Sources();

  /** Diagnostics of both; `lint` is not run in the compilation that a newer edit supersedes. */
  expectSame(what: string, files: Files): readonly Diagnostic[] {
    const folder = memoryFiles(files);
    const fresh = compileFolder(folder, { lint: LINT, reasons: REASON_NAMES });
    const repeated = compileFolder(folder, {
      lint: LINT,
      reasons: REASON_NAMES,
      work: this.#work,
      reading: this.#reading,
      parse: (path, bytes) => this.#sources.file(path, bytes).yaml,
    });
    this.#work.finish();
    this.#sources.keep(new Set(folder.yaml.keys()));
    expect([what, repeated.diagnostics]).toEqual([what, fresh.diagnostics]);
    expect([what, repeated.set === undefined]).toEqual([what, fresh.set === undefined]);
    expect([what, repeated.tests.map(({ name }) => name)]).toEqual([
      what,
      fresh.tests.map(({ name }) => name),
    ]);
    return repeated.diagnostics;
  }
}

test('repeated compilations report what a first one reports', () => {
  const compared = new Compared();
  let files: Files = { ...SERVICES, ...FOLDER };
  compared.expectSame('nothing', files);
  for (const [what, edit] of EDITS) {
    const edited = edit(files);
    expect([what, edited]).not.toEqual([what, files]);
    files = edited;
    compared.expectSame(what, files);
  }
});

test('repeated compilations report what a first one reports, after any edits', () => {
  const compared = new Compared();
  const random = seeded(14);
  const whole: Files = { ...SERVICES, ...FOLDER };
  const paths = Object.keys(whole);
  const codes = new Set<string>();
  let files = whole;
  for (let index = 0; index < RANDOM_EDITS; index += 1) {
    // Mistakes hide each other, so that now and then all are corrected, or those of one file.
    const path = paths[below(random, paths.length)] ?? '';
    const isCorrected = random() < 0.5;
    const text = isCorrected ? (whole[path] ?? '') : edited(files[path] ?? '', random);
    files = random() < 0.2 ? whole : { ...files, [path]: text };
    for (const { code } of compared.expectSame(`edit ${index} of ${path}`, files)) codes.add(code);
  }
  expect(codes.size).toBeGreaterThan(8);
});

test('repeated compilations report what a first one reports, with more mistakes than suggestions are looked for', () => {
  const compared = new Compared();
  const wrong = (name: string, count: number): string =>
    `apiVersion: lictor/v1\nkind: Policy\nmetadata: {name: ${name}}\nspec:\n  rules:\n${Array.from(
      { length: count },
      (_, index) => `    - {name: r${index}, efect: deny, when: request.size > ${index}}\n`,
    ).join('')}`;
  const file = { 'm.yaml': wrong('m', 150) };
  const few = compared.expectSame('few mistakes', { ...file, 'a.yaml': wrong('a', 10) });
  expect(few.at(-1)?.help).toBe('did you mean `effect`?');
  const many = compared.expectSame('many mistakes', { ...file, 'a.yaml': wrong('a', 199) });
  expect(many.at(-1)?.help).not.toBe('did you mean `effect`?');
  const again = compared.expectSame('few again', { ...file, 'a.yaml': wrong('a', 11) });
  expect(again.at(-1)?.help).toBe('did you mean `effect`?');
});

const RANDOM_EDITS = 120;

function below(random: () => number, count: number): number {
  return Math.floor(random() * count);
}

/** A text with one line left out, written twice or moved, or a word of it that another word replaces. */
function edited(text: string, random: () => number): string {
  const lines = text.split('\n');
  const at = below(random, lines.length);
  const line = lines[at] ?? '';
  switch (below(random, 12)) {
    case 0:
      return lines.toSpliced(at, 1).join('\n');
    case 1:
      return lines.toSpliced(at, 0, line).join('\n');
    case 2:
      return lines.toSpliced(at, 1).toSpliced(below(random, lines.length), 0, line).join('\n');
    default: {
      const words = text.match(/[\w-]+/g) ?? [];
      const word = (): string => words[below(random, words.length)] ?? '';
      return text.replace(word(), word());
    }
  }
}

test('the diagnostics of a folder without errors are known before lint runs', () => {
  const checked: (readonly Diagnostic[])[] = [];
  const onChecked = (diagnostics: readonly Diagnostic[]): void => void checked.push(diagnostics);
  const files = { ...SERVICES, ...FOLDER };
  const { diagnostics } = compileFolder(memoryFiles(files), { lint: LINT, onChecked });
  expect(checked).toHaveLength(1);
  expect(checked[0]?.length).toBeLessThan(diagnostics.length);
  const wrong = replaced('orders.yaml', '== variables.tenant', '== variables.tennant')(files);
  compileFolder(memoryFiles(wrong), { lint: LINT, onChecked });
  expect(checked).toHaveLength(1);
});
