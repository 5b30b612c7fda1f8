import { type Flags, Problem, type ValuesOf } from '../../flag/flag.ts';
import { percentage, positiveNumber, text, wholeNumber } from '../../flag/parsers.ts';

export const TEST_FLAGS = {
  filter: { value: 'TEXT', parse: text, doc: 'run only cases whose name contains this text' },
  'only-failed': { doc: 'run only the cases that failed in the last run' },
  'allow-empty': { doc: 'accept a folder without tests' },
  seed: {
    value: 'NUMBER',
    parse: wholeNumber,
    doc: 'shuffle the cases; the same number gives the same order',
  },
  update: { doc: 'write the snapshots instead of comparing with them' },
  watch: {
    doc: 'keep running, and run again the cases that a change affects',
    conflicts: ['coverage', 'coverage-output', 'min-coverage', 'mutate', 'since', 'min-mutation'],
  },
  output: {
    value: 'FORM',
    choices: ['human', 'json', 'junit', 'github'],
    default: 'human',
    doc: 'form of the result',
  },
  'output-file': {
    value: 'FILE',
    parse: text,
    doc: 'write the result in this form to a file, and the one for people to standard output',
  },
  quiet: { doc: 'show only the cases that fail' },
  coverage: { doc: 'report which rules and conditions the cases reach' },
  'coverage-output': {
    value: 'FILE',
    parse: coverageFile,
    doc: 'write coverage to a file that ends in .lcov, .info, .html or .json',
  },
  'min-coverage': { value: 'PERCENT', parse: percentage, doc: 'fail if coverage is lower' },
  mutate: { doc: 'change the policies in small ways, and report the changes that no case detects' },
  since: {
    value: 'REVISION',
    parse: text,
    doc: 'cover and mutate only the policies that changed since this commit',
  },
  'min-mutation': { value: 'PERCENT', parse: percentage, doc: 'fail if a lower share of changes is noticed' },
  'mutation-time': {
    value: 'SECONDS',
    parse: wholeNumber,
    default: '300',
    doc: 'stop mutating after this time',
  },
  'mutation-threads': {
    value: 'NUMBER',
    parse: positiveNumber,
    doc: 'try changes in this many threads; default: one for each core if there are hundreds of changes',
  },
} as const satisfies Flags;

export type TestOptions = ValuesOf<typeof TEST_FLAGS>;

function coverageFile(written: string): string | Problem {
  if (/\.(lcov|info|html|json)$/.test(written)) return written;
  return new Problem('does not end in .lcov, .info, .html or .json');
}
